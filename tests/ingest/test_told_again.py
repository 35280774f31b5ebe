"""Profiles without a time, and what a source states of one time in two ways: the newest delivery holds, none is lost."""

from datetime import date, datetime

import pytest
from builders import make_workspace, rows_of, write_consents
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.features.profile import people_profiles
from segspark.ingest import duplicates
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.privacy.consent import derive_usable_from
from segspark.tables.contracts import ops, silver
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
CRM = """
name: crm
kind: mapped
path: ../data/crm*.csv
format: csv
records:
  - target: profiles
    identifier: {kind: email, value: email}
    columns: {city: city, attributes: {card: card}}
"""
Shop = tuple[Workspace, SparkLake]


def deliver(workspace: Workspace, name: str, **cities: str) -> None:
    rows = [f"{who}@example.com,{city},gold" for who, city in cities.items()]
    (workspace.folder / "data" / f"{name}.csv").write_text("\n".join(["email,city,card", *rows]) + "\n")


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The export of 3 May, changed for ann on 4 May in two files of one run, and back for ann on 5 May."""
    workspace = make_workspace(tmp_path_factory.mktemp("told") / "w")
    (workspace.folder / "sources" / "crm.yaml").write_text(CRM)
    lake = SparkLake(workspace.lake, spark)
    granted = ("ann@example.com", "email_marketing", "granted", "2026-05-01 08:00:00")
    deliver(workspace, "crm-1", ann="Paris", bob="Lyon")
    write_consents(workspace, MAY[2], granted)
    run_flow(INGEST, workspace, lake, MAY[3])
    deliver(workspace, "crm-2", ann="Metz", bob="Lyon")
    deliver(workspace, "crm-3", ann="Nice")
    write_consents(workspace, MAY[3], granted, (granted[0], granted[1], "withdrawn", granted[3]))
    run_flow(INGEST, workspace, lake, MAY[4])
    deliver(workspace, "crm-4", ann="Paris", bob="Lyon", eve="Brest")
    run_flow(INGEST, workspace, lake, MAY[5])
    return workspace, lake


def cities(shop: Shop, day: date) -> list[str]:
    workspace, lake = shop
    profiles = lake.read(silver.PROFILES)
    owners = profiles.select("identifier_id", F.col("identifier_id").alias("person_id")).distinct()
    return sorted(r["city"] for r in people_profiles(profiles, owners, day, workspace.time_zone).collect())


def test_the_newest_delivery_holds_and_no_day_sees_a_later_one(shop: Shop) -> None:
    seen = {day.day: cities(shop, day) for day in (MAY[2], MAY[3], MAY[4], MAY[5])}
    assert seen == {2: [], 3: ["Lyon", "Paris"], 4: ["Lyon", "Nice"], 5: ["Brest", "Lyon", "Paris"]}


def test_every_change_stays_in_the_history_and_what_did_not_change_is_a_duplicate(shop: Shop) -> None:
    rows = rows_of(shop[1], silver.PROFILES)
    assert sorted(r["city"] for r in rows) == ["Brest", "Lyon", "Metz", "Nice", "Paris", "Paris"]
    assert all("undated:valid_from" in r["flags"] for r in rows)
    crm = [r for r in rows_of(shop[1], ops.LEDGER) if r["source"] == "crm"]
    assert sum(r["n_records"] for r in crm if r["disposition"] == "duplicate") == 2
    assert sum(r["n_records"] for r in crm) == 8


def test_a_withdrawal_of_the_same_second_is_no_duplicate_of_the_permission(shop: Shop) -> None:
    workspace, lake = shop
    rows = rows_of(lake, silver.CONSENTS)
    assert sorted(r["value"] for r in rows) == ["granted", "withdrawn"]
    owners = lake.read(silver.CONSENTS).select("identifier_id", F.col("identifier_id").alias("person_id")).distinct()
    found = derive_usable_from(lake.read(silver.CONSENTS), owners, MAY[5], (), workspace.time_zone).collect()
    assert [r["email_marketing"] for r in found] == [None]


PROFILE = (
    "source string, identifier_id string, valid_from timestamp, recorded_at timestamp, city string, "
    "attributes map<string,string>, flags array<string>, known_as_of date, run_id string, "
    "received_at timestamp, record bigint, no bigint, n_says int"
)
SAID = ("city", "attributes")


def version(city: str, no: int, known: int = 3, run_id: str = "old", attributes: dict[str, str] | None = None) -> tuple:  # type: ignore[type-arg]
    at = datetime(2026, 5, 1)
    return ("crm", "ann", at, at, city, attributes, None, MAY[known], run_id, at, no, no, 1)


def found(spark: SparkSession, rows: list[tuple], known: list[tuple]) -> list[int]:  # type: ignore[type-arg]
    frames = [spark.createDataFrame(list(its), PROFILE) for its in (rows, known)]
    keys = ("source", "identifier_id", "valid_from")
    return sorted(r["no"] for r in duplicates.repeated_versions(frames[0], "profiles", frames[1], keys, SAID).collect())


def test_of_one_time_a_row_repeats_only_what_was_told_last(spark: SparkSession) -> None:
    known = [version("Paris", 1), version("Nice", 2, known=4)]
    assert found(spark, [version("Nice", 9)], known) == [9]
    assert found(spark, [version("Paris", 9)], known) == []
    # Of the rows of a run the last one holds.
    assert found(spark, [version("Nice", 8), version("Metz", 9)], known) == [8]
    sizes = {"size": "s", "club": "gold"}
    known = [version("Paris", 1, attributes=sizes)]
    assert found(spark, [version("Paris", 9, attributes=dict(reversed(sizes.items())))], known) == [9]
    assert found(spark, [version("Paris", 9, attributes={"size": "m"})], known) == []
