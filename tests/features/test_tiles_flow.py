"""The flow that closes days: what it reads, and what it tells."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from builders import make_workspace, step_of, store_rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.features import tiles_flow
from segspark.features.resources import load_catalogue
from segspark.features.tiles import Events, build_activity, owned_rows
from segspark.features.tiles_flow import (
    TILES,
    _stage_days,
    early_identifiers,
    events_of,
    events_of_moved,
    has_news,
)
from segspark.identity.links import person_spans
from segspark.pipeline.step import Step
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def files_scanned(plan: Any) -> list[int]:
    """Files that each scan of an executed plan has read; scans that were never run are missing."""
    name = plan.getClass().getSimpleName()
    if name == "AdaptiveSparkPlanExec":
        return files_scanned(plan.executedPlan())
    if name.endswith("QueryStageExec"):
        return files_scanned(plan.plan())
    if name == "ReusedExchangeExec":
        return []
    if name == "FileSourceScanExec":
        return [int(plan.metrics().apply("numFiles").value())]
    children = plan.children()
    return [n for at in range(children.size()) for n in files_scanned(children.apply(at))]


def test_a_tile_reads_the_days_around_it_and_what_the_run_accepted(four_days: tuple[Workspace, Lake]) -> None:
    """Of all that was ever taken in; nobody moved that day, so nobody's events are looked for."""
    workspace, lake = four_days
    run = step_of(TILES, workspace, lake, MAY[6])
    events = events_of(run, load_catalogue(workspace), MAY[5])
    spans = person_spans(run.read(silver.IDENTITY_LINKS))
    catalogue = load_catalogue(workspace)
    rows = owned_rows(events, spans, catalogue, MAY[5], MAY[5], MAY[6], workspace.time_zone, True)
    asked = build_activity(rows, catalogue, "EUR").select("activity_date", "reason")
    assert [(r["activity_date"], r["reason"]) for r in asked.collect()] == [(MAY[2], "late")]
    stored = lake.read_small(silver.EVENTS, columns=["event_date", "known_as_of", "run_id"])
    accepted = {r["run_id"] for r in stored.to_pylist() if r["known_as_of"] == MAY[6]}
    assert len(accepted) == 1
    wanted = {
        (r["run_id"], r["event_date"])
        for r in stored.to_pylist()
        if r["run_id"] in accepted or MAY[4] <= r["event_date"] <= MAY[7]
    }
    n_links = len(deltalake.DeltaTable(lake.path(silver.IDENTITY_LINKS)).file_uris())
    scanned = files_scanned(asked._jdf.queryExecution().executedPlan())
    assert 0 < sum(scanned) <= len(wanted) + n_links
    # All days would be read file by file, by Python.
    assert "MapInArrow" not in asked._jdf.queryExecution().executedPlan().executedPlan().toString()
    assert len(wanted) < len(deltalake.DeltaTable(lake.path(silver.EVENTS)).file_uris())


@pytest.mark.parametrize(("since", "is_news"), [(None, True), (3, True), (4, True), (5, True), (6, False)])
def test_a_day_has_news_if_something_happened_or_became_known(
    four_days: tuple[Workspace, Lake], since: int | None, is_news: bool
) -> None:
    """On the third and fourth somebody bought or opened, on the sixth an order came late, then nothing."""
    workspace, lake = four_days
    day = MAY[6] if since is None else MAY[since + 1]
    assert has_news(step_of(TILES, workspace, lake, day), MAY[since] if since else None) is is_news


def test_without_news_there_is_nothing_to_stage(four_days: tuple[Workspace, Lake]) -> None:
    workspace, lake = four_days
    step = step_of(TILES, workspace, lake, MAY[7])
    assert not has_news(step, MAY[6])
    assert _stage_days(step, load_catalogue(workspace), MAY[6], MAY[6]) == ({}, {})


def test_a_link_alone_is_news(four_days: tuple[Workspace, Lake], tmp_path: Path) -> None:
    """The events of an identifier that moves are moved with it."""
    workspace, lake = four_days
    moved = lake.read_small(silver.IDENTITY_LINKS).slice(0, 1).to_pylist()[0] | {"known_as_of": MAY[7]}
    other = Lake(tmp_path)
    other.append_small(silver.IDENTITY_LINKS, pa.Table.from_pylist([moved]), once="x")
    assert has_news(step_of(TILES, workspace, other, MAY[7]), MAY[6])
    assert not has_news(step_of(TILES, workspace, other, MAY[8]), MAY[7])


def test_an_event_of_the_evening_before_in_utc_belongs_to_the_local_day(
    four_days: tuple[Workspace, Lake], tmp_path: Path
) -> None:
    """Half past ten in the evening of the sixth is half past midnight of the seventh in Paris."""
    workspace, lake = four_days
    event = lake.read_small(silver.EVENTS).slice(0, 1).to_pylist()[0]
    for minute, is_news in ((datetime(2026, 5, 6, 21, 59), False), (datetime(2026, 5, 6, 22, 30), True)):
        other = Lake(tmp_path / str(is_news))
        row = {"known_as_of": MAY[7], "occurred_at": minute.replace(tzinfo=UTC), "event_date": MAY[6]}
        rows = pa.Table.from_pylist([event | row], schema=lake.read_small(silver.EVENTS).schema)
        other.append_small(silver.EVENTS, rows, once="x")
        assert has_news(step_of(TILES, workspace, other, MAY[8]), MAY[7]) is is_news


# Subject (an address or a cookie) and person, from an as-of day on.
LINKS = [
    ("ann", "ann", False, MAY[3]), ("bob", "bob", False, MAY[3]), ("bob", "ann", False, MAY[9]),
    ("cookie", "ann", True, MAY[9]), ("old", "bob", True, MAY[5]), ("late", "late", False, MAY[9]),
]  # fmt: skip
whose = st.sampled_from([("ann", None), ("bob", None), (None, "cookie"), (None, "old"), (None, "new"), ("late", None)])
happened = st.lists(st.tuples(whose, st.integers(1, 8), st.integers(0, 5)), min_size=1, max_size=12)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened)
def test_the_events_of_those_who_moved_are_all_that_moves(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Any, int, int]]
) -> None:
    """As of 9 May bob's address and a cookie move to ann, and somebody is introduced of whom a record told before."""
    workspace = make_workspace(tmp_path_factory.mktemp("moved") / "w")
    lake = SparkLake(workspace.lake, spark)
    names = ("identifier_id", "person_id", "is_anonymous", "known_as_of")
    store_rows(lake, silver.IDENTITY_LINKS, *[dict(zip(names, link, strict=True)) for link in LINKS])
    store_rows(lake, silver.UNINTRODUCED, {"identifier_id": "late", "known_as_of": MAY[2]})
    for n, ((identifier, cookie), day, late) in enumerate(history):
        happened = datetime(2026, 5, day, 10, tzinfo=UTC)
        event = {"event_id": f"e{n}", "event_type": "page_view", "identifier_id": identifier, "anonymous_id": cookie,
                 "occurred_at": happened, "event_date": MAY[day], "known_as_of": MAY[min(day + 1 + late, 9)]}  # fmt: skip
        store_rows(lake, silver.EVENTS, event)
    step, catalogue = step_of(TILES, workspace, lake, MAY[9]), load_catalogue(workspace)
    spans, early = person_spans(step.read(silver.IDENTITY_LINKS)), early_identifiers(step)
    whole = events_of(step, catalogue, MAY[8])
    some = events_of_moved(step, whole.every.columns, spans, MAY[8], early)
    of_moved = replace(whole, every=some)
    made = [
        owned_rows(events, spans, catalogue, MAY[8], MAY[8], MAY[9], workspace.time_zone, True, early)
        for events in (whole, of_moved)
    ]
    every, found = (sorted(map(str, rows.collect())) for rows in made)
    assert found == every
    theirs = [who for who, _, _ in history if {"bob", "cookie", "late"}.intersection(who)]
    assert sorted(map(str, theirs)) == sorted(
        str(tuple(r)) for r in some.select("identifier_id", "anonymous_id").collect()
    )


@pytest.mark.parametrize(("most", "read"), [(1, ["ann", "bob", "eve"]), (2, ["ann", "bob"])])
def test_where_too_many_moved_for_the_memory_of_a_task_all_events_are_read(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, read: list[str]
) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    for n, who in enumerate(("ann", "bob", "eve")):
        event = {"event_id": f"e{n}", "event_type": "page_view", "identifier_id": who, "event_date": MAY[2 + n]}
        store_rows(lake, silver.EVENTS, event)
    moved = spark.createDataFrame([("ann", MAY[9]), ("bob", MAY[9])], "subject_id string, applied_as_of date")
    monkeypatch.setattr(tiles_flow, "moves_of", lambda spans: moved)
    monkeypatch.setattr(tiles_flow, "BROADCAST_LINKS", most)
    step = step_of(TILES, workspace, lake, MAY[9])
    found = events_of_moved(step, ["identifier_id", "anonymous_id"], moved, MAY[8], None)
    assert sorted(r["identifier_id"] for r in found.collect()) == read


def test_where_nobody_moved_no_event_is_looked_at(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = four_days
    step = step_of(TILES, workspace, lake, MAY[6])
    monkeypatch.setattr(Step, "read_days", lambda *asked: pytest.fail("events are looked through"))
    spans = person_spans(step.read(silver.IDENTITY_LINKS))
    nothing = events_of_moved(step, ["event_date", "event_type"], spans, MAY[5], None)
    assert nothing.inputFiles() == []
    assert nothing.count() == 0


class Read(Exception):
    """What a day reads was chosen."""


def test_of_a_long_history_only_the_events_of_those_who_moved_are_read(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, lake = four_days
    found: list[str] = []

    def chosen(events: Events, *more: Any) -> None:
        found.append("theirs" if not events.every.inputFiles() else "all")
        raise Read

    monkeypatch.setattr(tiles_flow, "owned_rows", chosen)
    monkeypatch.setattr(tiles_flow, "events_of", lambda step, *more: Events.whole(step.read(silver.EVENTS)))
    for most in (1_000_000, 0):
        monkeypatch.setattr(tiles_flow, "MOST_EVENTS", most)
        with pytest.raises(Read):
            _stage_days(step_of(TILES, workspace, lake, MAY[6]), load_catalogue(workspace), MAY[5], MAY[5])
    assert found == ["all", "theirs"]
