"""An observer is told of each flow: what it found, what it left, and why it stopped."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pipeline.toys import BOXES, DAY, PERSON, TOYS, boxes, flow, know, lake_of, run, toys, workspace_at

from segspark.config.models import Workspace
from segspark.pipeline.observer import FlowRun, observed_by
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small
from segspark.tables.io.spark_lake import SparkLake


class Seen:
    def __init__(self) -> None:
        self.events: list[tuple[str, str, date, Any]] = []

    def began(self, run: FlowRun) -> None:
        self.events.append(("began", run.flow.name, run.as_of, dict(run.inputs)))

    def ended(self, run: FlowRun, outputs: Any) -> None:
        self.events.append(("ended", run.flow.name, run.as_of, dict(outputs)))

    def failed(self, run: FlowRun, error: BaseException) -> None:
        self.events.append(("failed", run.flow.name, run.as_of, type(error)))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    lake = lake_of(workspace)
    lake.append_small(BOXES, boxes("red"), "boxes")
    return lake


def play(step: Step) -> None:
    step.write(TOYS, Small(toys(PERSON)), Append("once"))


def test_a_flow_begins_with_what_it_found_and_ends_with_what_it_left(workspace: Workspace, lake: SparkLake) -> None:
    seen = Seen()
    with observed_by(seen):
        run(flow(play), workspace, lake)
    assert seen.events == [("began", "play", DAY, {BOXES.name: 1}), ("ended", "play", DAY, {TOYS.name: 1})]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_flow_that_stops_says_why_and_stops_all_the_same(
    workspace: Workspace, lake: SparkLake, error: type[BaseException]
) -> None:
    def stop(step: Step) -> None:
        raise error

    seen = Seen()
    with observed_by(seen), pytest.raises(error):
        run(flow(stop), workspace, lake)
    assert [event[0] for event in seen.events] == ["began", "failed"]
    assert seen.events[1][3] is error


def test_a_flow_that_is_skipped_is_not_told_of(workspace: Workspace, lake: SparkLake) -> None:
    steady = flow(play, is_skipped_when_unchanged=True)
    run(steady, workspace, lake)
    seen = Seen()
    with observed_by(seen):
        run(steady, workspace, lake)
    assert seen.events == []


def test_nobody_is_told_afterwards(workspace: Workspace, lake: SparkLake) -> None:
    seen, inner = Seen(), Seen()
    with observed_by(seen):
        with observed_by(inner):
            run(flow(play, name="one"), workspace, lake)
        run(flow(play, name="two"), workspace, lake)
    run(flow(play, name="three"), workspace, lake)
    assert [event[1] for event in seen.events] == ["one", "one", "two", "two"]
    assert [event[1] for event in inner.events] == ["one", "one"]
