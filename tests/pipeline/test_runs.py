"""What the record of runs says: what ended and still holds, which days are published, provisional or closed."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pipeline.toys import workspace_at

from segspark.pipeline.runs import Runs, config_hash, record, runs_of
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def note(lake: Lake, *rows: tuple[str, str, str], day: date = MAY[1], flow: str = "f", **more: Any) -> None:
    """(run, state, configuration), oldest first."""
    for run_id, state, config in rows:
        record(lake, run_id=run_id, flow=flow, as_of=day, state=state, config=config, **more)


def finished(lake: Lake, flow: str = "f", **more: Any) -> list[str]:
    return [r["run_id"] for r in runs_of(lake).finished(flow, **more)]


def test_an_empty_lake_says_nothing(lake: Lake) -> None:
    runs = runs_of(lake)
    assert (runs.rows("f"), runs.finished("f"), runs.published_days()) == ([], [], [])
    assert (runs.provisional_days(), runs.closed_days(), runs.outputs("f", MAY[1])) == (set(), set(), None)


def test_rows_are_those_of_one_flow_oldest_first(lake: Lake) -> None:
    note(lake, ("2", "started", "c"), ("1", "done", "c"))
    note(lake, ("3", "done", "c"), flow="other")
    assert [(r["run_id"], r["state"]) for r in runs_of(lake).rows("f")] == [("2", "started"), ("1", "done")]
    assert finished(lake) == ["1"]


def test_a_record_is_a_row_with_its_inputs_and_outputs_as_json(lake: Lake) -> None:
    record(
        lake, run_id="1", flow="f", as_of=MAY[1], state="done", duration_s=1.5, config="c", inputs={"b": 1, "a": MAY[2]},
        outputs={"versions": {}},
    )  # fmt: skip
    (row,) = runs_of(lake).rows("f")
    assert (row["as_of_date"], row["duration_s"], row["config_hash"]) == (MAY[1], 1.5, "c")
    assert (row["inputs"], row["outputs"]) == ('{"a": "2026-05-02", "b": 1}', '{"versions": {}}')
    # The same again is another row: it was done twice.
    note(lake, ("1", "done", "c"))
    assert len(runs_of(lake).rows("f")) == 2


def test_a_run_that_ended_says_what_its_table_holds(lake: Lake) -> None:
    note(lake, ("a", "started", "old"), ("a", "done", "old"), ("b", "started", "new"), ("b", "done", "new"))
    assert finished(lake) == ["a", "b"]


def test_earlier_runs_under_another_configuration_say_nothing_after_an_interrupted_one(lake: Lake) -> None:
    note(lake, ("a", "done", "old"), ("b", "done", "new"))
    note(lake, ("c", "started", "new"), day=MAY[2])
    assert finished(lake) == ["b"]
    note(lake, ("c", "started", "new"), ("c", "done", "new"), day=MAY[2])
    assert finished(lake) == ["b", "c"]


def test_nor_do_earlier_runs_for_the_same_day_from_other_inputs(lake: Lake) -> None:
    note(lake, ("a", "done", "same"), ("b", "started", "same"))
    assert finished(lake) == []
    # The day before is still what its own run made of it.
    note(lake, ("z", "done", "same"), day=MAY[2])
    note(lake, ("b", "started", "same"))
    assert finished(lake) == ["z"]


def test_nor_do_they_once_the_old_configuration_is_back(lake: Lake) -> None:
    note(lake, ("a", "started", "old"), ("a", "done", "old"), ("b", "started", "new"))
    note(lake, ("d", "started", "old"))
    # Neither the run that left off nor the one that goes on brings back what the first had written.
    assert finished(lake) == []
    note(lake, ("d", "done", "old"))
    assert finished(lake) == ["d"]


def test_a_flow_that_asks_itself_does_not_count_its_own_start(lake: Lake) -> None:
    note(lake, ("a", "started", "old"), ("a", "done", "old"), ("b", "started", "new"))
    assert finished(lake) == []
    assert finished(lake, is_running=True) == ["a"]


def test_what_the_last_run_for_a_day_recorded(lake: Lake) -> None:
    for n in (1, 2):
        note(lake, (str(n), "done", "c"), outputs={"n": n})
    note(lake, ("3", "done", "c"), day=MAY[2], outputs={"n": 3})
    runs = runs_of(lake)
    assert [runs.outputs("f", MAY[n]) for n in (1, 2, 3)] == [{"n": 2}, {"n": 3}, None]
    note(lake, ("4", "started", "c"), day=MAY[2])
    assert runs.outputs("f", MAY[2], is_running=True) == {"n": 3}


def test_days_are_published_when_their_daily_run_has_ended(lake: Lake) -> None:
    for day, state in ((3, "done"), (1, "done"), (2, "started"), (3, "done")):
        note(lake, ("r", state, "c"), flow="daily", day=MAY[day])
    note(lake, ("h", "done", "c"), flow="hourly", day=MAY[4])
    assert runs_of(lake).published_days() == [MAY[1], MAY[3]]


def test_days_are_provisional_from_the_start_of_an_hourly_run_until_they_are_published(lake: Lake) -> None:
    runs = runs_of(lake)
    note(lake, ("h", "started", "c"), flow="hourly", day=MAY[4])
    assert runs.provisional_days() == {MAY[4]}
    note(lake, ("h", "done", "c"), flow="hourly", day=MAY[4])
    note(lake, ("h", "started", "c"), flow="hourly", day=MAY[5])
    assert runs.provisional_days() == {MAY[4], MAY[5]}
    note(lake, ("d", "done", "c"), flow="daily", day=MAY[4])
    assert runs.provisional_days() == {MAY[5]}


def test_days_are_closed_when_their_tiles_are_made_and_not_provisional(lake: Lake) -> None:
    for day in (3, 4):
        note(lake, ("t", "done", "c"), flow="tiles", day=MAY[day])
    note(lake, ("h", "started", "c"), flow="hourly", day=MAY[4])
    assert runs_of(lake).closed_days() == {MAY[3]}
    note(lake, ("d", "done", "c"), flow="daily", day=MAY[4])
    assert runs_of(lake).closed_days() == {MAY[3], MAY[4]}
    note(lake, ("x", "started", "other"), flow="tiles", day=MAY[5])
    assert runs_of(lake).closed_days() == set()


def test_the_record_is_read_anew_at_each_question_and_of_one_flow_only() -> None:
    asked: list[Any] = []

    def read(filters: Any) -> pa.Table:
        asked.append(filters)
        return pa.Table.from_pylist([], schema=pa.schema([("written_at", pa.int64())]))

    runs = Runs(read)
    runs.rows("f")
    runs.rows("f")
    assert asked == [[("flow", "=", "f")]] * 2


def test_a_configuration_is_its_settings_and_the_feature_files_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("features: []")
    workspace = workspace_at(tmp_path, features={"files": ["own.yaml"]})
    before = config_hash(workspace)
    assert config_hash(workspace_at(tmp_path, features={"files": ["own.yaml"]})) == before
    assert config_hash(workspace_at(tmp_path, features={"files": ["own.yaml"]}, language="en")) != before
    (tmp_path / "own.yaml").write_text("features: [ ]")
    assert config_hash(workspace) != before
