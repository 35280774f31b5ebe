"""A batch is begun, bound and committed, in this order; what a killed run has bound is found again with its list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pipeline.toys import BOXES, DAY, boxes, flow, know, lake_of, run, step_of, workspace_at

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.batch import FLOW, Batches
from segspark.pipeline.runs import runs_of
from segspark.pipeline.writes import Append, Small
from segspark.tables.io.spark_lake import SparkLake

FILES = {"files": ["orders-1.csv", "orders-2.csv"], "first_day": "2026-05-05"}
Do = Callable[[Batches], Any]
DOES: dict[str, Do] = {
    "begin": lambda batches: batches.begin("run-1", DAY, FILES),
    "bind": lambda batches: batches.bind({}),
    "commit": lambda batches: batches.commit({"records": 3}),
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    know(monkeypatch)
    return workspace_at(tmp_path)


@pytest.fixture
def lake(workspace: Workspace) -> SparkLake:
    return lake_of(workspace)


def staged(lake: SparkLake) -> list[str]:
    return [f.name for f in lake.store.list("_staging")]


def test_the_order_is_begin_bind_commit_and_it_can_be_gone_through_again(lake: SparkLake) -> None:
    batches = Batches(lake)
    for n in ("run-1", "run-2"):
        batches.begin(n, DAY, FILES).replace("events/part-1", b"rows")
        assert staged(lake) == [f"_staging/{n}/events/part-1"]
        batches.bind({})
        assert staged(lake) == [f"_staging/{n}/batch.json", f"_staging/{n}/events/part-1"]
        batches.commit({"records": 3})
        assert staged(lake) == []
    rows = runs_of(lake).rows(FLOW)
    assert [(r["run_id"], r["state"], r["as_of_date"]) for r in rows] == [
        ("run-1", "writing", DAY), ("run-1", "done", DAY), ("run-2", "writing", DAY), ("run-2", "done", DAY)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ((), "bind"),
        ((), "commit"),
        (("begin",), "begin"),
        (("begin",), "commit"),
        (("begin", "bind"), "begin"),
        (("begin", "bind"), "bind"),
        (("begin", "bind", "commit"), "bind"),
        (("begin", "bind", "commit"), "commit"),
    ],
)
def test_any_other_order_is_refused_and_records_nothing(lake: SparkLake, before: tuple[str, ...], then: str) -> None:
    batches = Batches(lake)
    for each in before:
        DOES[each](batches)
    recorded = len(runs_of(lake).rows(FLOW))
    with pytest.raises(SegsparkError, match=r"A batch is (begun|bound|committed) while it is (none|begun|bound)\."):
        DOES[then](batches)
    assert len(runs_of(lake).rows(FLOW)) == recorded


def test_a_step_writes_before_a_batch_and_once_it_is_bound_but_not_between(
    workspace: Workspace, lake: SparkLake
) -> None:
    names = iter("abcd")
    step = step_of(flow(writes=(BOXES.name,)), workspace, lake)

    def write() -> None:
        name = next(names)
        step.write(BOXES, Small(boxes(name)), Append(name))

    write()
    step.batch.begin("run-1", DAY, FILES)
    with pytest.raises(SegsparkError, match="writes before it is bound to its list of files"):
        write()
    step.batch.bind({})
    write()
    step.batch.commit({})
    write()
    assert sorted(lake.read_small(BOXES)["box"].to_pylist()) == ["a", "c", "d"]


def killed_after(last: str) -> Callable[[Any], None]:
    def function(step: Any) -> None:
        for name, do in DOES.items():
            do(step.batch)
            if name == last:
                raise KeyboardInterrupt

    return function


@pytest.mark.parametrize(("last", "found"), [("begin", None), ("bind", FILES), ("commit", None)])
def test_a_killed_run_is_found_once_it_is_bound_with_exactly_its_list(
    workspace: Workspace, lake: SparkLake, last: str, found: object
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(flow(killed_after(last)), workspace, lake)
    assert Batches(lake).interrupted == found
    # What a bound batch has staged is its input; all else is removed.
    assert staged(lake) == (["_staging/run-1/batch.json"] if found else [])


def test_a_bound_batch_is_resumed_with_what_it_has_staged(lake: SparkLake) -> None:
    first = Batches(lake)
    first.begin("run-1", DAY, FILES).replace("events/part-1", b"rows")
    first.bind({"rows": 7})
    first.close()
    again = Batches(lake)
    resumed = again.resume("run-1", DAY, FILES)
    assert resumed is not None
    folder, told = resumed
    assert (told, folder.read("events/part-1")) == ({"rows": 7}, b"rows")
    again.commit({})
    assert (staged(lake), Batches(lake).interrupted) == ([], None)


@pytest.mark.parametrize("at", [0, 64, 70, -1])
def test_a_batch_whose_record_of_them_has_a_changed_bit_begins_again(lake: SparkLake, at: int) -> None:
    first = Batches(lake)
    folder = first.begin("run-1", DAY, FILES)
    first.bind({"rows": 7})
    content = bytearray(folder.read("batch.json"))
    content[at] ^= 1
    folder.replace("batch.json", bytes(content))
    assert Batches(lake).resume("run-1", DAY, FILES) is None


def test_a_batch_without_its_staged_rows_begins_again(lake: SparkLake) -> None:
    batches = Batches(lake)
    batches.begin("run-1", DAY, FILES)
    assert batches.resume("run-1", DAY, FILES) is None


def test_the_oldest_interrupted_batch_comes_first_and_a_completed_one_is_gone(lake: SparkLake) -> None:
    for n in ("run-1", "run-2", "run-3"):
        batches = Batches(lake)
        batches.begin(n, DAY, {"files": [n]})
        batches.bind({})
        if n == "run-2":
            batches.commit({})
    for n, following in (("run-1", {"files": ["run-3"]}), ("run-3", None)):
        again = Batches(lake)
        assert again.interrupted == {"files": [n]}
        again.begin(n, DAY, {"files": [n]})
        again.bind({})
        again.commit({})
        assert Batches(lake).interrupted == following


def test_what_another_attempt_has_staged_is_removed_at_the_beginning(lake: SparkLake) -> None:
    Batches(lake).begin("run-1", DAY, FILES).replace("events/part-old", b"rows")
    folder = Batches(lake).begin("run-1", DAY, FILES)
    assert list(folder.list()) == []
    assert folder.url == lake.store.url_of("_staging/run-1")


def test_an_empty_lake_has_no_interrupted_batch(lake: SparkLake) -> None:
    assert Batches(lake).interrupted is None
