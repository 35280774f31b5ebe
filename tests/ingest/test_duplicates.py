"""What repeats within a run's rows or against stored ones, as a reader of the list would say."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from segspark.ingest import duplicates

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)
DDL = (
    "no bigint, record bigint, n_says int, received_at timestamp, source string, event_id string, fingerprint string, "
    "event_type string, source_event string, identifier_id string, occurred_at timestamp, known_as_of date"
)
KNOWN = "source string, event_id string, fingerprint string, event_type string, source_event string"


Pair = tuple[str, str]
# Rows of a run and those stored before it, as (event id, fingerprint).
History = tuple[list[Pair], list[Pair]]


OPEN = ("open", "open")


def events(spark: SparkSession, *runs: list[Pair], kind: Pair = OPEN) -> DataFrame:
    """Each run's rows are of a source of its own: "0", "1" and so on."""
    said = ("ann", AT, date(2026, 5, 2))
    made = [
        (number(run, i), 100 + i, 1, AT, str(run), *pair, *kind, *said)
        for run, rows in enumerate(runs)
        for i, pair in enumerate(rows)
    ]
    return spark.createDataFrame(made, DDL)


def number(run: int, row: int) -> int:
    return 1_000 * run + row


def verdicts(found: DataFrame) -> list[tuple[int, str]]:
    return sorted((r["no"], r["verdict"]) for r in found.collect())


def by_hand(rows: list[Pair], stored: list[Pair]) -> list[tuple[int, str]]:
    again = [(i, "duplicate") for i, r in enumerate(rows) if r in rows[:i] or r in stored]
    return again + [(i, "other_version") for i, (e, f) in enumerate(rows) if any(o == e and g != f for o, g in rows)]


pairs = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"])), min_size=1, max_size=8)


# One query judges eight histories, of as many sources.
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(pairs, pairs), min_size=8, max_size=8))
def test_duplicates_and_versions_as_one_would_by_hand(spark: SparkSession, histories: list[History]) -> None:
    known = spark.createDataFrame(
        [(str(run), *pair, *OPEN) for run, (_, stored) in enumerate(histories) for pair in stored], KNOWN
    )
    expected = [(number(run, i), verdict) for run, h in enumerate(histories) for i, verdict in by_hand(*h)]
    found = duplicates.repeated_events(events(spark, *[rows for rows, _ in histories]), known)
    assert verdicts(found) == sorted(expected)


def test_in_an_empty_lake_only_the_run_itself_can_repeat(spark: SparkSession) -> None:
    found = duplicates.repeated_events(events(spark, [("a", "1"), ("a", "1"), ("b", "1")]), None)
    assert verdicts(found) == [(1, "duplicate")]


@pytest.mark.parametrize("kind", [("order", "order"), ("refund", "Order Refunded")])
def test_an_order_that_is_stated_again_otherwise_is_one_order(spark: SparkSession, kind: Pair) -> None:
    known = spark.createDataFrame([("0", "stored", "1", *kind)], KNOWN)
    rows = [("new", "1"), ("new", "2"), ("stored", "2"), ("other", "1")]
    assert verdicts(duplicates.repeated_events(events(spark, rows, kind=kind), known)) == [
        (1, "duplicate"), (2, "duplicate"),
    ]  # fmt: skip


def test_an_order_of_lines_may_get_further_lines(spark: SparkSession) -> None:
    kind = ("order", "order_lines")
    known = spark.createDataFrame([("0", "stored", "1", *kind)], KNOWN)
    found = duplicates.repeated_events(events(spark, [("stored", "2"), ("stored", "1")], kind=kind), known)
    assert verdicts(found) == [(0, "other_version"), (1, "duplicate"), (1, "other_version")]


def test_a_missing_part_of_a_key_is_a_value_like_another(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [(0, 1, 1, AT, "ann", None), (1, 2, 1, AT, "ann", None), (2, 3, 1, AT, "ann", "news")],
        "no bigint, record bigint, n_says int, received_at timestamp, identifier_id string, topic string",
    )
    assert verdicts(duplicates.repeated(rows, "consents", None, ["identifier_id", "topic"])) == [(1, "duplicate")]
