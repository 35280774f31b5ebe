"""Attributes of profiles as known on each day: nothing of a later snapshot, by itself or by the line that it would end."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from segspark.models.propensity.attributes import attribute_inputs, attributes_on_days, read_values
from segspark.models.propensity.config import Attribute
from segspark.tables.contracts import silver
from segspark.tables.contracts.schema import ddl

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
ATTRIBUTES = {
    "points": Attribute(imputation="interpolate"),  # type: ignore[call-arg]
    "club": Attribute(kind="category"),  # type: ignore[call-arg]
    "renews_on": Attribute(kind="date"),  # type: ignore[call-arg]
}


def view(spark: SparkSession, *rows: tuple[str, date, dict[str, str], date]) -> Any:
    """Snapshots of (person, local day from which it holds, attributes, first day that may know it)."""
    columns = {c.name: None for c in silver.PROFILES.columns}
    made = []
    for person, day, attributes, known in rows:
        begins = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        said = {"identifier_id": person, "valid_from": begins, "recorded_at": begins, "source": "crm", "run_id": "r"}
        made.append(tuple({**columns, **said, "attributes": attributes, "known_as_of": known}.values()))
    profiles = spark.createDataFrame(made, ddl(silver.PROFILES.columns))
    links = [
        tuple({**{c.name: None for c in silver.IDENTITY_LINKS.columns}, **_link(person)}.values())
        for person in sorted({row[0] for row in rows})
    ]
    frames = {
        silver.PROFILES: profiles,
        silver.IDENTITY_LINKS: spark.createDataFrame(links, ddl(silver.IDENTITY_LINKS.columns)),
    }
    return SimpleNamespace(read=frames.__getitem__, settings=SimpleNamespace(time_zone="Europe/Paris"))


def _link(person: str) -> dict[str, Any]:
    ever = datetime(2020, 1, 1, tzinfo=UTC)
    return {
        "identifier_id": person, "person_id": person, "rule": "first_seen", "is_anonymous": False, "effective_at": ever,
        "recorded_at": ever, "known_as_of": date(2020, 1, 1), "run_id": "r", "step": 0,
    }  # fmt: skip


def known(view: Any, *days: date) -> dict[tuple[str, date], dict[str, Any]]:
    rows = attributes_on_days(view, days, ATTRIBUTES).collect()
    return {(r["person_id"], r["as_of_date"]): r.asDict() for r in rows}


def test_the_newest_snapshot_known_before_the_day_counts_with_its_age(spark: SparkSession) -> None:
    of = view(
        spark,
        ("ann", date(2026, 4, 1), {"points": "100", "club": "gold", "renews_on": "2026-05-02"}, date(2026, 4, 2)),
        # Has no points: the older ones are carried forward.
        ("ann", date(2026, 5, 2), {"club": "silver"}, date(2026, 5, 3)),
        # Holds from June on, and was known late.
        ("ann", date(2026, 5, 3), {"points": "900"}, date(2026, 6, 2)),
        ("bob", date(2026, 6, 1), {"points": "7"}, date(2026, 6, 1)),
    )
    found = known(of, JUNE, JULY)
    ann = found["ann", JUNE]
    assert (ann["attribute_points"], ann["attribute_points_age_days"]) == (100, (JUNE - date(2026, 4, 1)).days)
    assert (ann["attribute_club"], ann["attribute_club_age_days"]) == ("silver", 30)
    assert ann["attribute_renews_on"] == date(2026, 5, 2)
    assert found["ann", JULY]["attribute_points"] == 900
    # What holds from the day itself on is not of the days before it.
    assert ("bob", JUNE) not in found
    assert found["bob", JULY]["attribute_points"] == 7


def test_a_change_is_from_the_line_between_two_snapshots_known_before_the_day(spark: SparkSession) -> None:
    then = JULY - timedelta(days=90)
    of = view(
        spark,
        ("ann", then - timedelta(days=10), {"points": "100"}, then),
        ("ann", then + timedelta(days=30), {"points": "180"}, then + timedelta(days=31)),
        # Known only after 1 July: neither a value nor the end of a line there.
        ("ann", JULY - timedelta(days=1), {"points": "9000"}, JULY + timedelta(days=5)),
        # A snapshot of the very day is no imputed value.
        ("bob", then, {"points": "5"}, then),
        ("bob", JULY - timedelta(days=2), {"points": "9"}, JULY),
        ("eve", JULY - timedelta(days=2), {"points": "none"}, JULY),
    )
    found = known(of, JULY)
    ann, bob, eve = (found[name, JULY] for name in ("ann", "bob", "eve"))
    # A quarter of the way from 100 to 180.
    assert ann["attribute_points_change_90d"] == pytest.approx(180 - 120)
    assert ann["attribute_points_change_90d_is_imputed"] == 1
    assert (bob["attribute_points_change_90d"], bob["attribute_points_change_90d_is_imputed"]) == (4, 0)
    # What is no number is not there, and has no change.
    assert (eve["attribute_points"], eve["attribute_points_change_90d"]) == (None, None)


def test_each_input_that_may_be_missing_says_so() -> None:
    inputs = {i.name: i for i in attribute_inputs(ATTRIBUTES, {"club": ("gold", "l'or")})}
    assert set(inputs) == {
        "attribute_points", "attribute_points_is_missing", "attribute_points_age_days", "attribute_points_change_90d",
        "attribute_points_change_90d_is_imputed", "attribute_club=gold", "attribute_club=l'or", "attribute_club_is_missing",
        "attribute_club_age_days", "attribute_renews_on", "attribute_renews_on_is_missing", "attribute_renews_on_age_days",
    }  # fmt: skip
    assert inputs["attribute_club=l'or"].sql == "`attribute_club` = 'l\\'or'"
    assert inputs["attribute_renews_on"].is_dated
    plan = Attribute(kind="date", may_be_ahead=True)  # type: ignore[call-arg]
    assert not any(i.is_dated for i in attribute_inputs({"renews_on": plan}, {}))


def test_a_value_of_few_people_is_no_input(spark: SparkSession) -> None:
    rows = [(f"p{i}", "gold" if i < 3 else "silver" if i < 5 else None) for i in range(8)]
    frame = spark.createDataFrame([*rows, ("p3", "silver")], "person_id string, club string")
    assert read_values(frame, ["club"], 3) == {"club": ("gold",)}
    assert read_values(frame, ["club"], 2) == {"club": ("gold", "silver")}
