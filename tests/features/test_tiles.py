"""Tiles, items and corrections, counted by hand: what is known in time, what comes late, and who moves."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.features.feature import Catalogue, ItemKind, Measure
from segspark.features.tiles import (
    Events,
    build_activity,
    build_items,
    columns_read,
    days_around,
    owned_rows,
    with_days,
)

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
CATALOGUE = Catalogue(
    (
        Measure("n_order", ("order",), "profiling", "orders", "Orders"),
        Measure("cents", ("order",), "profiling", "cents", "Spent", "currency = '{currency}'", "amount_cents"),
        Measure("n_view", ("page_view",), "profiling", "views", "Views"),
        Measure("n_night", ("order", "page_view"), "profiling", "acts", "At night", "local_hour < 6"),
    ),
    (),
    (),
    (ItemKind("category", ("order", "page_view"), "category", "profiling", "categories", "Seen"),),
)
# (identifier, cookie, type, UTC, known as of, category, cents, currency)
SAID: list[tuple[Any, ...]] = [
    # One in the morning of 2 May in Paris.
    ("ann", None, "order", datetime(2026, 5, 1, 23, tzinfo=UTC), MAY[3], "hats", 1000, "EUR"),
    ("ann", None, "order", datetime(2026, 5, 2, 10, tzinfo=UTC), MAY[3], " ", 700, "USD"),
    # Learnt a day too late for the tile.
    ("ann", None, "order", datetime(2026, 5, 2, 11, tzinfo=UTC), MAY[4], "hats", 50, "EUR"),
    # A visitor who turns out to be bob two days later.
    (None, "cookie", "page_view", datetime(2026, 5, 2, 10, tzinfo=UTC), MAY[3], " bags ", None, None),
    # Nobody's, and of a type that nothing looks at.
    (None, None, "order", datetime(2026, 5, 2, 10, tzinfo=UTC), MAY[3], "hats", 9, "EUR"),
    ("ann", None, "click", datetime(2026, 5, 2, 10, tzinfo=UTC), MAY[3], "hats", 9, "EUR"),
    # Of the day after the last one that is closed.
    ("ann", None, "order", datetime(2026, 5, 4, 10, tzinfo=UTC), MAY[5], "hats", 9, "EUR"),
]
LATE = ("ann", MAY[2], MAY[4], "late", 1, 50, 0, 0)
MOVED_IN, MOVED_OUT = (
    ("bob", MAY[2], MAY[4], "moved_in", 0, 0, 1, 0),
    ("cookie", MAY[2], MAY[4], "moved_out", 0, 0, -1, 0),
)


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> DataFrame:
    rows = [(*said, said[3].date()) for said in SAID]
    return spark.createDataFrame(
        rows,
        "identifier_id string, anonymous_id string, event_type string, occurred_at timestamp, known_as_of date, "
        "category string, amount_cents bigint, currency string, event_date date",
    ).localCheckpoint()


@pytest.fixture(scope="module")
def spans(spark: SparkSession) -> DataFrame:
    rows = [("ann", "ann", False, MAY[3], None, MAY[3]), ("bob", "bob", False, MAY[3], None, MAY[3]),
            ("cookie", "bob", True, MAY[4], None, None)]  # fmt: skip
    return spark.createDataFrame(
        rows,
        "identifier_id string, person_id string, is_anonymous boolean, from_as_of date, to_as_of date, "
        "introduced_as_of date",
    )


def owned(events: DataFrame, spans: DataFrame, after: date | None, is_small: bool = True) -> DataFrame:
    first = after or MAY[1]
    return owned_rows(Events.whole(events), spans, CATALOGUE, after, first, MAY[4], "Europe/Paris", is_small)


def activity(rows: DataFrame) -> set[tuple[Any, ...]]:
    columns = ("person_id", "activity_date", "applied_as_of", "reason", "n_order", "cents", "n_view", "n_night")
    return {tuple(r[c] for c in columns) for r in build_activity(rows, CATALOGUE, "EUR").collect()}


@pytest.mark.parametrize("is_small", [True, False])
def test_from_the_beginning_every_tile_and_correction_is_made(
    events: DataFrame, spans: DataFrame, is_small: bool
) -> None:
    assert activity(owned(events, spans, None, is_small)) == {
        # Two orders, one of them in another currency; one of them at night.
        ("ann", MAY[2], MAY[3], None, 2, 1000, 0, 1),
        ("cookie", MAY[2], MAY[3], None, 0, 0, 1, 0),
        LATE,
        MOVED_IN,
        MOVED_OUT,
    }


def test_later_only_what_was_learnt_since_is_made(events: DataFrame, spans: DataFrame) -> None:
    assert activity(owned(events, spans, MAY[3])) == {LATE, MOVED_IN, MOVED_OUT}


def test_items_are_counted_by_day_trimmed_and_move_with_their_events(events: DataFrame, spans: DataFrame) -> None:
    columns = ("person_id", "activity_date", "applied_as_of", "kind", "item", "n")
    found = {tuple(r[c] for c in columns) for r in build_items(owned(events, spans, None), CATALOGUE).collect()}
    assert found == {
        ("ann", MAY[2], MAY[3], "category", "hats", 1),
        ("ann", MAY[2], MAY[4], "category", "hats", 1),
        ("cookie", MAY[2], MAY[3], "category", "bags", 1),
        ("bob", MAY[2], MAY[4], "category", "bags", 1),
        ("cookie", MAY[2], MAY[4], "category", "bags", -1),
    }


def test_an_event_lies_on_its_local_day_at_its_local_hour(events: DataFrame) -> None:
    found = with_days(events, {"order"}, "Europe/Paris").orderBy("occurred_at").collect()
    told = [(r["subject_id"], r["activity_date"], r["local_hour"]) for r in found]
    # The one of nobody is left out.
    assert told == [("ann", MAY[2], 1), ("ann", MAY[2], 12), ("ann", MAY[2], 13), ("ann", MAY[4], 12)]


def test_local_days_lie_within_the_days_around_them() -> None:
    assert days_around(MAY[2], MAY[4]) == (MAY[1], MAY[6])


def test_only_columns_that_something_looks_at_are_read() -> None:
    read = columns_read(CATALOGUE)
    assert {"category", "amount_cents", "currency", "occurred_at", "known_as_of"} <= set(read)
    assert {"url", "product_id", "n_items", "device"}.isdisjoint(read)
