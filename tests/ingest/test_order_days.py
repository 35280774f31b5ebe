"""Where a batch's orders are looked for: on as few days as hold one, and on no day too few."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, step_of, store_rows, write_mails, write_orders
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from segspark.ingest import duplicates, order_days
from segspark.ingest.flow import INGEST
from segspark.ingest.order_days import days_of_orders
from segspark.pipeline.runner import run_flow
from segspark.pipeline.step import Step
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake

FIRST = date(2025, 6, 1)
AS_OF = date(2026, 5, 3)
KEY = list(silver.ORDER_LINES.key)
# Order, line, days after the first one.
Line = tuple[str, str, int]
orders = st.sampled_from(["41", "42", "9", "C42", "d1f0", "é7", ""])
lines = st.lists(st.tuples(orders, st.sampled_from(["1", "2"]), st.sampled_from([0, 1, 200, 300])), max_size=8)


@pytest.fixture(autouse=True)
def every_size_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_days, "MOST_ROWS", 0)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def a_step(spark: SparkSession, folder: Path, stored: list[tuple[str, Line]]) -> Step:
    workspace = make_workspace(folder)
    lake = SparkLake(workspace.lake, spark)
    rows = [
        {"source": source, "order_id": order, "line_id": line, "order_date": day(n)}
        for source, (order, line, n) in stored
    ]
    # A delivery of each day.
    for at in sorted({r["order_date"] for r in rows}):
        store_rows(lake, silver.ORDER_LINES, *[r for r in rows if r["order_date"] == at])
    return step_of(INGEST, workspace, lake, AS_OF)


def batch(spark: SparkSession, rows: list[tuple[str, Line]]) -> DataFrame:
    made = [
        (n, n, 1, datetime(2026, 5, 2, tzinfo=UTC), source, order, line)
        for n, (source, (order, line, _)) in enumerate(rows)
    ]
    return spark.createDataFrame(
        made,
        "no bigint, record bigint, n_says int, received_at timestamp, source string, order_id string, line_id string",
    )


def verdicts(found: DataFrame) -> list[tuple[Any, ...]]:
    return sorted((r["no"], r["verdict"]) for r in found.collect())


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(lines, lines), min_size=4, max_size=4), st.sampled_from([200, 1]))
def test_on_the_days_found_lies_every_duplicate_that_all_of_history_has(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    histories: list[tuple[list[Line], list[Line]]],
    most_forms: int,
) -> None:
    monkeypatch.setattr(order_days, "MOST_FORMS", most_forms)
    stored = [(f"shop{n}", line) for n, (earlier, _) in enumerate(histories) for line in earlier]
    new = [(f"shop{n}", line) for n, (_, later) in enumerate(histories) for line in later]
    step = a_step(spark, tmp_path_factory.mktemp("days") / "w", stored)
    rows, own = batch(spark, new), {day(n) for _, (_, _, n) in new}
    days = days_of_orders(step, silver.ORDER_LINES, rows, own)
    everything = step.read(silver.ORDER_LINES)
    some = everything if days is None else step.read(silver.ORDER_LINES, days)
    assert verdicts(duplicates.repeated(rows, "lines", some, KEY)) == verdicts(
        duplicates.repeated(rows, "lines", everything, KEY)
    )
    numbers = {(source, order) for source, (order, _, _) in new}
    holding = {day(n) for source, (order, _, n) in stored if (source, order) in numbers}
    assert days is None or days == own | holding


def test_a_line_that_comes_again_200_days_later_is_found_on_its_day_alone(spark: SparkSession, tmp_path: Path) -> None:
    stored = [("shop", (f"{100 + n}", "1", n)) for n in range(12)]
    step = a_step(spark, tmp_path / "w", stored)
    again = batch(spark, [("shop", ("103", "1", 3)), ("shop", ("900", "1", 300))])
    days = days_of_orders(step, silver.ORDER_LINES, again, {day(3), day(300)})
    assert days == {day(3), day(300)}
    known = step.read(silver.ORDER_LINES, days)
    assert len(known.inputFiles()) == 1
    assert verdicts(duplicates.repeated(again, "lines", known, KEY)) == [(0, "duplicate")]


def test_an_order_whose_time_was_changed_is_found_on_the_day_before_the_change(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = a_step(spark, tmp_path / "w", [("shop", (f"{100 + n}", "1", n)) for n in range(12)])
    read: list[Any] = []
    through = Step.read
    monkeypatch.setattr(Step, "read", lambda step, *asked: read.append(asked[1]) or through(step, *asked))
    moved = batch(spark, [("shop", ("105", "1", 300))])
    assert days_of_orders(step, silver.ORDER_LINES, moved, {day(300)}) == {day(300), day(5)}
    # The log rules out the others: not even their order numbers are read.
    assert read == [{day(5)}]


def test_few_rows_are_read_sooner_than_looked_through(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = a_step(spark, tmp_path / "w", [("shop", ("1", "1", n)) for n in range(3)])
    monkeypatch.setattr(order_days, "MOST_ROWS", 2)
    assert days_of_orders(step, silver.ORDER_LINES, batch(spark, [("shop", ("1", "1", 0))]), {day(0)}) is None


def test_an_order_that_moves_to_another_day_stays_one_order(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    may = {n: date(2026, 5, n) for n in range(1, 9)}
    many = [(f"{n}", "ann@example.com", f"2026-05-01 1{n}:00:00", "10.00") for n in range(5)]
    write_orders(workspace, may[2], *many, ("77", "bob@example.com", "2026-05-02 10:00:00", "10.00"))
    write_mails(workspace, may[2], ("m1", "ann@example.com", "click", "2026-05-01 11:00:00"))
    run_flow(INGEST, workspace, lake, may[3])
    write_orders(workspace, may[5], ("2", "ann@example.com", "2026-05-05 10:00:00", "12.00"))
    again = ("m1", "ann@example.com", "click", "2026-05-01 11:00:00")
    write_mails(workspace, may[5], again, ("m2", "ann@example.com", "click", "2026-05-05 11:00:00"))
    upserts: list[Any] = []
    reads: list[Any] = []
    upsert, read = SparkLake.upsert, Step.read
    monkeypatch.setattr(SparkLake, "upsert", lambda lake, *asked: upserts.append(asked[3]) or upsert(lake, *asked))
    monkeypatch.setattr(Step, "read", lambda step, *asked: reads.append(asked) or read(step, *asked))
    run_flow(INGEST, workspace, lake, may[6])
    stored = {r["order_id"]: (r["order_date"], r["amount_cents"]) for r in rows_of(lake, silver.ORDERS)}
    assert stored == {**{f"{n}": (may[1], 1000) for n in (0, 1, 3, 4)}, "77": (may[2], 1000), "2": (may[5], 1200)}
    # Those of 2 May are not looked at.
    assert upserts == [{may[1], may[5]}]
    assert [asked[1] for asked in reads if asked[0] is silver.EVENTS] == [{may[1], may[5]}]
    assert len([r for r in rows_of(lake, silver.EVENTS) if r["event_id"] == "m1"]) == 1
