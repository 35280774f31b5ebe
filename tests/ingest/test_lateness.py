"""What comes too late, and what nobody may keep."""

from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from segspark.ingest import lateness

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)


OPEN = {"source": "s", "event_type": "open", "identifier_id": "ann", "occurred_at": AT, "known_as_of": date(2026, 5, 2)}


def events(spark: SparkSession, *said: dict[str, Any]) -> DataFrame:
    """An open of ann, but for what is said of each; numbered from 0."""
    return spark.createDataFrame(
        [(no, 100 + no, 1, *{**OPEN, **each}.values()) for no, each in enumerate(said)],
        "no bigint, record bigint, n_says int, source string, event_type string, identifier_id string, "
        "occurred_at timestamp, known_as_of date",
    )


def verdicts(found: DataFrame) -> list[tuple[int, str]]:
    return sorted((r["no"], r["verdict"]) for r in found.collect())


def test_history_of_a_first_load_is_never_too_late(spark: SparkSession) -> None:
    old_and_in_time = events(spark, {"known_as_of": date(2026, 7, 1)}, {"known_as_of": date(2026, 6, 1)})
    assert verdicts(lateness.expired(old_and_in_time, (), "Europe/Paris", 30)) == [(0, "expired")]
    assert verdicts(lateness.expired(old_and_in_time, ("s",), "Europe/Paris", 30)) == []


def test_opens_without_permission_are_withheld_and_clicks_are_not(spark: SparkSession) -> None:
    permitted = spark.createDataFrame(
        [("ann", date(2026, 5, 1)), ("bob", date(2026, 5, 2)), ("cat", None)],
        "identifier_id string, open_tracking date",
    )
    opens = [{"identifier_id": who} for who in ("ann", "bob", "cat", "nobody")]
    click = {"identifier_id": "cat", "event_type": "click"}
    found = verdicts(lateness.withheld(events(spark, *opens, click), permitted, "Europe/Paris", False))
    assert found == [(1, "withheld"), (2, "withheld"), (3, "withheld")]


def test_where_open_tracking_is_assumed_opens_of_unknown_addresses_are_kept(spark: SparkSession) -> None:
    permitted = spark.createDataFrame([("cat", None)], "identifier_id string, open_tracking date")
    opens = events(spark, *[{"identifier_id": who} for who in ("cat", "unknown", None)])
    assert verdicts(lateness.withheld(opens, permitted, "Europe/Paris", True)) == [(0, "withheld"), (2, "withheld")]


def test_the_horizon_counts_local_days_and_its_last_one_is_in_time(spark: SparkSession) -> None:
    # 23:00 UTC on 1 May is 2 May in Paris: known by the morning of 2 June is one day and thirty days later.
    late_evening = datetime(2026, 5, 1, 23, tzinfo=UTC)
    known = [{"occurred_at": late_evening, "known_as_of": date(2026, 6, day)} for day in (2, 3)]
    for zone, said in (("Europe/Paris", [(1, "expired")]), ("UTC", [(0, "expired"), (1, "expired")])):
        assert verdicts(lateness.expired(events(spark, *known), (), zone, 30)) == said


def test_an_open_counts_from_the_local_day_of_the_permission(spark: SparkSession) -> None:
    permitted = spark.createDataFrame([("ann", date(2026, 5, 2))], "identifier_id string, open_tracking date")
    late_evening = events(spark, {"occurred_at": datetime(2026, 5, 1, 23, tzinfo=UTC)})
    assert verdicts(lateness.withheld(late_evening, permitted, "Europe/Paris", False)) == []
    assert verdicts(lateness.withheld(late_evening, permitted, "UTC", False)) == [(0, "withheld")]
