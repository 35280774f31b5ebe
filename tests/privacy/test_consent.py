"""Since when a purpose may see a person: the first whole local day of the present unbroken permission."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import SparkSession

from segspark.privacy.consent import SINCE_EVER, derive_usable_from, derive_usable_on, read_permitting

DDL = (
    "identifier_id string, topic string, purpose string, value string, effective_at timestamp, recorded_at timestamp, "
    "expires_at timestamp, known_as_of date"
)
Said = tuple[str, str, date, date | None]


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def consents(spark: SparkSession, *said: tuple[str, str, date, date | None], known: date | None = None):
    """(identifier, value, effective day, expiry)"""
    rows = [
        (i, None, "profiling", v, at(d), at(d), e and at(e, 0), known or date(d.year, d.month, d.day))
        for i, v, d, e in said
    ]
    return spark.createDataFrame(rows, DDL)


def profiling(spark: SparkSession, as_of: date, *said: Said, owners: dict[str, str] | None = None, assumed: tuple[str, ...] = ()) -> dict[str, date | None]:  # fmt: skip
    owned = spark.createDataFrame(list((owners or {"a": "ann"}).items()), "identifier_id string, person_id string")
    found = derive_usable_from(consents(spark, *said), owned, as_of, assumed, "Europe/Paris").collect()
    return {r["person_id"]: r["profiling"] for r in found}


MAY = {n: date(2026, 5, n) for n in range(1, 32)}
CASES = [
    ("granted once: the day after counts whole", [("a", "granted", MAY[3], None)], MAY[4]),
    ("withdrawn", [("a", "granted", MAY[3], None), ("a", "withdrawn", MAY[9], None)], None),
    ("a new grant begins at its own date", [("a", "granted", MAY[3], None), ("a", "withdrawn", MAY[9], None), ("a", "granted", MAY[12], None)], MAY[13]),
    ("a renewal before expiry is none", [("a", "granted", MAY[3], MAY[15]), ("a", "granted", MAY[10], None)], MAY[4]),
    ("a renewal after expiry begins anew", [("a", "granted", MAY[3], MAY[8]), ("a", "granted", MAY[10], None)], MAY[11]),
    ("expired", [("a", "granted", MAY[3], MAY[15])], None),
    ("granted tomorrow", [("a", "granted", MAY[25], None)], None),
]  # fmt: skip


@pytest.fixture(scope="module")
def each_alone(spark: SparkSession) -> dict[str, date | None]:
    """What may be seen of the person of each case, asked for all of them at once: nobody has a word of anybody else's."""
    said = [(name, *word) for name, words, _ in CASES for _, *word in words]
    owners = {name: name for name, _, _ in CASES}
    return profiling(spark, MAY[20], *said, owners=owners)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "expected"), [(c[0], c[2]) for c in CASES], ids=[c[0] for c in CASES])
def test_one_person(each_alone: dict[str, date | None], name: str, expected: date | None) -> None:
    assert len(each_alone) == len(CASES)
    assert each_alone[name] == expected


def test_the_newest_word_decides_who_permits_whatever_the_day(spark: SparkSession) -> None:
    owned = spark.createDataFrame([("a", "ann"), ("b", "bob"), ("c", "cat")], "identifier_id string, person_id string")
    said = consents(
        spark, ("a", "granted", MAY[3], None), ("b", "granted", MAY[3], None), ("b", "withdrawn", MAY[25], None)
    )

    def who(day: date, assumed: tuple[str, ...] = ()) -> list[str]:
        found = read_permitting(said, owned, "profiling", day, assumed, "Europe/Paris").collect()
        return sorted(r["person_id"] for r in found)

    assert who(MAY[20]) == ["ann"]
    assert who(MAY[20], ("profiling",)) == ["ann", "cat"]
    nothing = said.where("false")
    assert read_permitting(nothing, owned, "profiling", MAY[20], (), "Europe/Paris").count() == 0


def test_a_list_without_any_consent_is_what_the_workspace_assumes(spark: SparkSession) -> None:
    assert profiling(spark, MAY[20], assumed=("profiling",)) == {"ann": SINCE_EVER}


def test_where_nothing_is_recorded_the_workspace_decides(spark: SparkSession) -> None:
    two = {"a": "ann", "b": "bob"}
    withdrawn = ("b", "withdrawn", MAY[3], None)
    assert profiling(spark, MAY[20], withdrawn, owners=two) == {"ann": None, "bob": None}
    # A recorded withdrawal goes over what is assumed.
    assert profiling(spark, MAY[20], withdrawn, owners=two, assumed=("profiling",)) == {"ann": SINCE_EVER, "bob": None}


def test_merged_people_take_the_later_date_and_none_where_one_has_withdrawn(spark: SparkSession) -> None:
    owners = {"a": "ann", "b": "ann", "c": "bob", "d": "bob"}
    permitted = [("a", "granted", MAY[3], None), ("b", "granted", MAY[9], None)]
    withdrawn = [("c", "granted", MAY[3], None), ("d", "withdrawn", MAY[2], None)]
    assert profiling(spark, MAY[20], *permitted, *withdrawn, owners=owners) == {"ann": MAY[10], "bob": None}


def test_a_local_day_begins_at_local_midnight(spark: SparkSession) -> None:
    # 22:30 UTC on 3 May is 00:30 on 4 May in Paris: 5 May is the first whole day.
    row = [("a", None, "profiling", "granted", datetime(2026, 5, 3, 22, 30, tzinfo=UTC), at(MAY[3]), None, MAY[4])]
    owners = spark.createDataFrame([("a", "ann")], "identifier_id string, person_id string")
    found = derive_usable_from(spark.createDataFrame(row, DDL), owners, MAY[20], (), "Europe/Paris").collect()
    assert found[0]["profiling"] == MAY[5]


def test_many_days_in_one_pass_equal_each_day_alone(spark: SparkSession) -> None:
    said = consents(
        spark, ("a", "granted", MAY[3], MAY[15]), ("a", "withdrawn", MAY[9], None), ("b", "granted", MAY[11], None)
    )
    owners = spark.createDataFrame([("a", "ann"), ("b", "bob")], "identifier_id string, person_id string")
    days = [MAY[5], MAY[10], MAY[14]]
    dated = spark.createDataFrame(
        [(*r, d) for r in owners.collect() for d in days], "identifier_id string, person_id string, as_of_date date"
    )
    together = {
        (r["person_id"], r["as_of_date"]): r["profiling"]
        for r in derive_usable_on(said, dated, days, (), "Europe/Paris").collect()
    }
    alone = {
        (r["person_id"], d): r["profiling"]
        for d in days
        for r in derive_usable_from(said, owners, d, (), "Europe/Paris").collect()
    }
    assert together == alone
    assert together["ann", MAY[5]] == MAY[4]
    assert together["ann", MAY[10]] is None
