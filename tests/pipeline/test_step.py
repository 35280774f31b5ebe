"""What a flow's function sees: declared tables and resources, its own writes, and a folder that is gone with the run."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pipeline.exposed import places
from pipeline.toys import (
    BOXES,
    DAY,
    PERSON,
    SHELVES,
    TOYS,
    boxes,
    flow,
    know,
    lake_of,
    resource,
    run,
    step_of,
    toys,
    workspace_at,
)
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.progress import Quiet
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Frame, Overwrite, ReplaceDays, Small
from segspark.tables.io.spark_lake import SparkLake
from segspark.time import DAY as ONE

COLOUR = resource()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    lake = lake_of(workspace)
    lake.append_small(BOXES, boxes("red"), "boxes")
    return lake


def staged(lake: SparkLake) -> list[str]:
    return [f.name for f in lake.store.list("_staging")]


# What is declared ------------------------------------------------------------------------------------------------


def test_declared_tables_are_read_and_written_and_resources_looked_up(workspace: Workspace, lake: SparkLake) -> None:
    def play(step: Step) -> None:
        n = step.read_small(BOXES).num_rows
        step.write(TOYS, Small(toys(PERSON, n=n)), Append("play"))
        step.outcome["colour"] = step.context[COLOUR]
        step.outcome["day"] = str(step.as_of)

    assert run(flow(play, needs=(COLOUR,)), workspace, lake) == {"colour": "red", "day": str(DAY)}
    assert lake.read_small(TOYS)["n"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (lambda s: s.read(SHELVES), r"silver\.shelves is read by play"),
        (lambda s: s.read_small(SHELVES), r"silver\.shelves is read by play"),
        (lambda s: s.files(SHELVES), r"silver\.shelves is read by play"),
        (lambda s: s.facts(SHELVES), r"silver\.shelves is read by play"),
        (lambda s: s.runs, r"ops\.runs is read by play"),
        (lambda s: s.write(SHELVES, Small(boxes("a")), Append("a")), r"silver\.shelves is written by play"),
        # What is only read is not written.
        (lambda s: s.write(BOXES, Small(boxes("a")), Append("a")), r"silver\.boxes is written by play"),
        (lambda s: s.write(BOXES, Small(boxes("a")), Overwrite()), r"silver\.boxes is written by play"),
        (lambda s: s.ensure(BOXES), r"silver\.boxes is written by play"),
        (lambda s: s.ensure(SHELVES), r"silver\.shelves is written by play"),
        (lambda s: s.context[COLOUR], "colour is looked up by play"),
    ],
)
def test_what_is_not_declared_is_refused_with_flow_and_table_and_changes_nothing(
    workspace: Workspace, lake: SparkLake, do: Any, told: str
) -> None:
    with pytest.raises(SegsparkError, match=f"{told}, which does not declare it"):
        run(flow(lambda step: do(step)), workspace, lake)
    assert not lake.exists(SHELVES)
    assert lake.version(BOXES) == 1


def test_what_yesterday_left_is_read_and_not_written(workspace: Workspace, lake: SparkLake) -> None:
    lake.append_small(SHELVES, boxes("top"), "shelves")
    step = step_of(flow(reads_earlier=(SHELVES.name,)), workspace, lake)
    assert step.read_small(SHELVES).num_rows == 1
    with pytest.raises(SegsparkError, match="is written by play"):
        step.write(SHELVES, Small(boxes("a")), Append("a"))


def test_a_read_after_its_own_write_sees_it(workspace: Workspace, spark: SparkSession) -> None:
    lake = lake_of(workspace, spark)
    seen = []

    def look(step: Step) -> None:
        rows = sorted(r["person_id"] for r in step.read(TOYS).collect())
        facts = step.facts(TOYS)
        assert rows == sorted(step.read_small(TOYS)["person_id"].to_pylist())
        assert len(rows) == facts.rows == sum(f.rows for f in step.files(TOYS))
        seen.append((len(rows), facts.days))

    def play(step: Step) -> None:
        look(step)
        step.write(TOYS, Small(toys(PERSON)), Append("play"))
        look(step)
        frame = step.frame([("1" * 32, 2, DAY), ("2" * 32, 3, DAY)], "person_id string, n bigint, as_of_date date")
        assert step.write(TOYS, Frame(frame), ReplaceDays(DAY, DAY + ONE)) == 2
        look(step)

    run(flow(play), workspace, lake)
    assert seen == [(0, []), (1, [DAY]), (2, [DAY])]


def test_a_table_is_made_before_anything_is_written(workspace: Workspace, lake: SparkLake) -> None:
    run(flow(lambda step: step.ensure(TOYS)), workspace, lake)
    assert lake.columns(TOYS) == TOYS.column_names
    assert lake.n_rows(TOYS) == 0


# What is not there -------------------------------------------------------------------------------------------------


def test_a_step_shows_no_lake_path_or_store_but_its_staging(workspace: Workspace, lake: SparkLake) -> None:
    lake.spark = SimpleNamespace(sparkContext=SimpleNamespace(defaultParallelism=2))
    step = step_of(flow(needs=(COLOUR,)), workspace, lake)
    found = places(step, "step", lake.store.url)
    assert set(found) == {"step.staging"}
    assert found["step.staging"].url.startswith(lake.store.url_of("_staging") + "/")
    # A day that it looks at beside its own is seen no wider.
    assert set(places(step.on(DAY + ONE), "view", lake.store.url)) == {"view.staging"}
    assert not hasattr(step.on(DAY + ONE), "write")


def test_such_a_place_would_be_found(workspace: Workspace, lake: SparkLake) -> None:
    step = step_of(flow(), workspace, lake)
    for at, place in enumerate((lake, lake.store, Path("/x"), workspace.lake, f"{lake.store.url}/gold")):
        step.context.settings.__dict__[f"place_{at}"] = place
    assert {f"step.settings.place_{at}" for at in range(5)} <= set(places(step, "step", lake.store.url))


# Staging -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_staging_is_gone_after_the_run_however_it_ends(
    workspace: Workspace, lake: SparkLake, error: type[BaseException] | None
) -> None:
    seen = []

    def play(step: Step) -> None:
        step.staging.replace("a/part", b"rows")
        step.batch.begin("run-1", DAY, {}).replace("b/part", b"rows")
        seen.extend(staged(lake))
        if error is not None:
            raise error

    if error is None:
        run(flow(play), workspace, lake)
    else:
        with pytest.raises(error):
            run(flow(play), workspace, lake)
    assert seen == [f"_staging/play-{DAY}/a/part", "_staging/run-1/b/part"]
    assert staged(lake) == []


def test_what_a_killed_run_left_is_removed_first(workspace: Workspace, lake: SparkLake) -> None:
    lake.store.replace(f"_staging/play-{DAY}/a/old", b"rows")
    lake.store.replace(f"_staging/other-{DAY}/a/running", b"rows")
    seen: list[Any] = []
    run(flow(lambda step: seen.extend([list(step.staging.list()), step.staging.url])), workspace, lake)
    assert seen == [[], lake.store.url_of(f"_staging/play-{DAY}")]
    assert staged(lake) == [f"_staging/other-{DAY}/a/running"]


# Telling -----------------------------------------------------------------------------------------------------------


class Told(Quiet):
    def __init__(self) -> None:
        self.lines: list[Any] = []

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        assert seconds >= 0
        self.lines.append((name, rows, note))

    def note(self, text: str) -> None:
        self.lines.append(text)


def test_a_stage_tells_its_name_time_rows_and_note_when_it_ends(workspace: Workspace, lake: SparkLake) -> None:
    told = Told()
    step = step_of(flow(), workspace, lake, told)
    with step.stage("empty"):
        assert told.lines == []
    with step.stage("full") as report:
        report.rows, report.note = 3, "three"
    step.note("by the way")
    with pytest.raises(ValueError, match="wrong"), step.stage("failed"):
        raise ValueError("wrong")
    assert told.lines == [("empty", None, ""), ("full", 3, "three"), "by the way"]


def test_functions_run_beside_each_other_and_give_their_results_in_order(workspace: Workspace, lake: SparkLake) -> None:
    step, both = step_of(flow(), workspace, lake), threading.Barrier(2, timeout=30)
    assert step.beside(lambda: (both.wait(), "a")[1], lambda: (both.wait(), "b")[1]) == ["a", "b"]
    assert step.beside(*[lambda n=n: n for n in range(5)], at_once=2) == [0, 1, 2, 3, 4]
    assert step.beside() == []
