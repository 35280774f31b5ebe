"""Which clicks count, on which local day and in which local hour."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import make_workspace, step_of, store_rows
from pyspark.sql import DataFrame, SparkSession

from segspark.app.train import TRAIN
from segspark.models.send_hour.clicks import COLUMNS, count_by_hour, human_clicks, read_clicks
from segspark.pipeline.step import Step
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake

DAY = date(2026, 6, 1)
PEOPLE = "person_id string, profiling_from date, preferred_device string"


def click(who: str, at: datetime, **changed: Any) -> dict[str, Any]:
    return {
        "identifier_id": f"id of {who}", "event_type": "click", "event_id": f"{who}{at}{changed}", "occurred_at": at,
        "event_date": at.date(), "known_as_of": DAY, "is_machine": None, **changed,
    }  # fmt: skip


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture(scope="module")
def step(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Step:
    workspace = make_workspace(tmp_path_factory.mktemp("clicks") / "w")
    lake = SparkLake(workspace.lake, spark)
    for who in ("ann", "bob", "eve"):
        identifier = {"identifier_id": f"id of {who}", "person_id": who, "is_anonymous": False}
        store_rows(lake, silver.IDENTITY_LINKS, {**identifier, "known_as_of": date(2026, 1, 1)})
    store_rows(
        lake,
        silver.EVENTS,
        # Paris is two hours ahead in summer: this is the next day's first hour.
        click("ann", at(5, 20, 22, 30)),
        # The same hour again, and another day.
        click("ann", at(5, 20, 22, 45)),
        click("ann", at(5, 22, 8)),
        # Left out: a machine's, no click, learnt after the day, of the day itself, older than the days that count.
        click("ann", at(5, 23, 3), is_machine=True),
        click("ann", at(5, 23, 4), event_type="open"),
        click("ann", at(5, 23, 5), known_as_of=date(2026, 6, 2)),
        click("ann", at(5, 31, 22, 30)),
        click("ann", at(5, 1, 9)),
        # Bob permits since the 21st, eve does not.
        click("bob", at(5, 20, 12), is_machine=False),
        click("bob", at(5, 21, 12), is_machine=False),
        click("eve", at(5, 21, 12)),
    )
    return step_of(TRAIN, workspace, lake, DAY)


@pytest.fixture(scope="module")
def people(step: Step) -> DataFrame:
    rows = [("ann", date(1970, 1, 1), "mobile"), ("bob", date(2026, 5, 21), None), ("eve", None, None)]
    return step.frame(rows, PEOPLE)


def test_human_clicks_by_local_day_and_hour(step: Step, people: DataFrame) -> None:
    rows = sorted(tuple(r) for r in human_clicks(step, people, 28).collect())
    assert rows == [("ann", date(2026, 5, 21), 0), ("ann", date(2026, 5, 22), 10), ("bob", date(2026, 5, 21), 14)]


def test_days_with_a_click_are_counted_for_each_hour(step: Step, people: DataFrame) -> None:
    counted = {r["person_id"]: r for r in count_by_hour(human_clicks(step, people, 28)).collect()}
    assert {who: {c for c in COLUMNS if r[c]} for who, r in counted.items()} == {
        "ann": {"n_click_h00", "n_click_h10"}, "bob": {"n_click_h14"},
    }  # fmt: skip


def test_clicks_reach_the_driver_as_numbers_with_each_persons_group(step: Step, people: DataFrame) -> None:
    clicks, groups = read_clicks(human_clicks(step, people, 28), people, "preferred_device", 1000, date(2026, 5, 1))
    assert groups == ["mobile", ""]
    assert list(zip(clicks.person, clicks.day, clicks.hour, strict=True)) == [(0, 20, 0), (0, 21, 10), (1, 20, 14)]
