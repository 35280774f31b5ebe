"""What comes too late, and what nobody may keep."""

from datetime import UTC, date, datetime

from pyspark.sql import DataFrame, SparkSession

from segspark.ingest import lateness

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)


def event(
    spark: SparkSession, known: date = date(2026, 5, 2), who: str | None = "ann", kind: str = "open", at: datetime = AT
) -> DataFrame:
    return spark.createDataFrame(
        [(0, 100, 1, "s", kind, who, at, known)],
        "no bigint, record bigint, n_says int, source string, event_type string, identifier_id string, "
        "occurred_at timestamp, known_as_of date",
    )


def verdicts(found: DataFrame) -> list[tuple[int, str]]:
    return sorted((r["no"], r["verdict"]) for r in found.collect())


def test_history_of_a_first_load_is_never_too_late(spark: SparkSession) -> None:
    old = event(spark, date(2026, 7, 1))
    assert verdicts(lateness.expired(old, (), "Europe/Paris", 30)) == [(0, "expired")]
    assert verdicts(lateness.expired(old, ("s",), "Europe/Paris", 30)) == []
    in_time = event(spark, date(2026, 6, 1))
    assert verdicts(lateness.expired(in_time, (), "Europe/Paris", 30)) == []


def test_opens_without_permission_are_withheld_and_clicks_are_not(spark: SparkSession) -> None:
    permitted = spark.createDataFrame(
        [("ann", date(2026, 5, 1)), ("bob", date(2026, 5, 2)), ("cat", None)],
        "identifier_id string, open_tracking date",
    )

    def of(who: str, kind: str = "open") -> list[tuple[int, str]]:
        return verdicts(lateness.withheld(event(spark, who=who, kind=kind), permitted, "Europe/Paris"))

    assert of("ann") == []
    assert of("bob") == of("cat") == of("nobody") == [(0, "withheld")]
    assert of("cat", "click") == []


def test_the_horizon_counts_local_days_and_its_last_one_is_in_time(spark: SparkSession) -> None:
    # 23:00 UTC on 1 May is 2 May in Paris: known by the morning of 2 June is one day and thirty days later.
    late_evening = datetime(2026, 5, 1, 23, tzinfo=UTC)
    for known, zone, said in (
        (date(2026, 6, 2), "Europe/Paris", []),
        (date(2026, 6, 3), "Europe/Paris", [(0, "expired")]),
        (date(2026, 6, 2), "UTC", [(0, "expired")]),
    ):
        assert verdicts(lateness.expired(event(spark, known, at=late_evening), (), zone, 30)) == said


def test_an_open_counts_from_the_local_day_of_the_permission(spark: SparkSession) -> None:
    permitted = spark.createDataFrame([("ann", date(2026, 5, 2))], "identifier_id string, open_tracking date")
    late_evening = event(spark, at=datetime(2026, 5, 1, 23, tzinfo=UTC))
    assert verdicts(lateness.withheld(late_evening, permitted, "Europe/Paris")) == []
    assert verdicts(lateness.withheld(late_evening, permitted, "UTC")) == [(0, "withheld")]
