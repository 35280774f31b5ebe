"""What is text of the people judged, as it was known at the cut."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.models.propensity.cuts import Cuts
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.parts import last_words, read_parts
from segspark.tables.contracts import silver
from segspark.tables.io.conform import schema_of

CUT = date(2026, 3, 2)
EVENT = "identifier_id string, event_id string, event_type string, occurred_at timestamp, known_as_of date, event_date date, "
EVENT += "mailbox_provider string, device string, is_machine boolean"
ANN, BOB, EVE = ("a" * 32, "b" * 32, "e" * 32)


def event(who: str, day: int, kind: str, provider: str | None, device: str | None, **more: Any) -> tuple[Any, ...]:
    at = more.get("at", datetime(2026, 2, day, 9))
    known = more.get("known", date(2026, 2, day))
    return who, f"{kind}{day}", kind, at, known, at.date(), provider, device, more.get("is_machine")


EVENTS = [
    event("ann", 3, "click", "gmail", "mobile"),
    event("ann", 9, "delivered", "orange", None),
    # An open is no act, nor is what a machine did.
    event("ann", 11, "open", None, "desktop"),
    event("ann", 12, "click", None, "tablet", is_machine=True),
    event("bob", 5, "page_view", None, "desktop"),
    # Known only after the cut, and after the cut itself.
    event("bob", 20, "click", "free", "mobile", known=date(2026, 3, 9)),
    event("bob", 1, "click", "yahoo", "tablet", at=datetime(2026, 3, 4, 9), known=date(2026, 3, 2)),
]
OWNERS = [("ann", ANN), ("bob", BOB), ("eve", EVE)]


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(EVENTS, EVENT)


def test_the_last_word_of_each_kind_holds(spark: SparkSession, events: DataFrame) -> None:
    owners = spark.createDataFrame(OWNERS, "identifier_id string, person_id string")
    known = events.where("known_as_of <= '2026-03-02' and event_date < '2026-03-02'")
    found = {row["person_id"]: (row["provider"], row["device"]) for row in last_words(known, owners).collect()}
    assert found == {ANN: ("orange", "mobile"), BOB: (None, "desktop")}


def profile(who: str, region: str | None, known: date, valid: datetime) -> dict[str, Any]:
    return {
        "source": "crm", "identifier_id": who, "valid_from": valid, "recorded_at": valid, "region": region,
        "known_as_of": known, "run_id": "r",
    }  # fmt: skip


def test_texts_are_those_known_at_the_cut_in_the_order_of_the_people(spark: SparkSession, events: DataFrame) -> None:
    early, late = datetime(2026, 1, 5), datetime(2026, 2, 5)
    profiles = [
        profile("bob", "Bretagne", date(2026, 1, 5), early),
        profile("bob", "Alsace", date(2026, 3, 9), late),
        profile("eve", "Corse", date(2026, 2, 5), late),
    ]
    columns = [f.name for f in schema_of(silver.PROFILES).fields]
    tables = {
        silver.IDENTITY_LINKS.name: spark.createDataFrame(
            [(one, person, False, date(2026, 1, 1)) for one, person in OWNERS],
            "identifier_id string, person_id string, is_anonymous boolean, known_as_of date",
        ),
        silver.PROFILES.name: spark.createDataFrame(
            [tuple(row.get(name) for name in columns) for row in profiles], schema_of(silver.PROFILES)
        ),
        silver.EVENTS.name: events,
    }

    def read_days(table: Any, names: Any, days: Any) -> DataFrame:
        first, end = days
        rows = tables[table.name].where(f"event_date >= '{first}' and event_date < '{end}'")
        return rows.select(*names)

    step = SimpleNamespace(
        read=lambda table: tables[table.name], read_days=read_days, settings=SimpleNamespace(time_zone="UTC")
    )
    rows = spark.createDataFrame([(p, CUT) for p in (EVE, BOB, ANN)], "person_id string, cut_date date")
    frozen = Frozen("d", rows, (), Cuts((date(2026, 1, 1),), CUT), {CUT: 3}, {})
    found = read_parts(step, frozen, 60)  # type: ignore[arg-type]
    assert {name: list(values) for name, values in found.items()} == {
        "provider": ["orange", None, None], "region": [None, "Bretagne", "Corse"], "device": ["mobile", "desktop", None],
    }  # fmt: skip
    # Of events too long ago nothing is known, and what nobody has is left out.
    assert set(read_parts(step, frozen, 1)) == {"region"}  # type: ignore[arg-type]
