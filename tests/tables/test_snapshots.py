"""A run on a lake in a bucket asks for a table once, and after its own commits for what is new."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.bucket_server import by, requests
from segspark.pipeline.runs import record, runs_of
from segspark.tables.contracts import gold, ops
from segspark.tables.lake import Lake


def run(n: int, lake: Lake) -> None:
    record(lake, run_id=f"r{n}", flow="ingest", as_of=date(2026, 5, 3), state="done", inputs={}, outputs={})


@pytest.fixture
def lake(s3: str, tmp_path: Path) -> Lake:
    """With a lease."""
    return Lake(f"{s3}/{tmp_path.name}", lambda: None)


def test_what_is_known_is_not_asked_for_again(lake: Lake) -> None:
    run(0, lake)
    assert lake.n_rows(ops.RUNS) == 1
    requests()
    for _ in range(5):
        assert lake.exists(ops.RUNS)
        assert not lake.exists(gold.FEATURES)
        assert lake.n_rows(ops.RUNS) == 1
    # Whether the other one is there.
    assert sum(requests().values()) <= 2


def test_reading_the_runs_costs_the_same_whatever_there_was_before(lake: Lake) -> None:
    costs = []
    for n in range(13):
        run(n, lake)
        requests()
        assert len(runs_of(lake).rows("ingest")) == n + 1
        costs.append(sum(requests().values()))
    # The new file; on a folder's lake each question reads the log.
    assert costs == [1] * 13


def test_a_run_sees_its_own_commits_of_every_kind(lake: Lake) -> None:
    table = lake.create(ops.RUNS)
    assert table.version() == 0
    run(1, lake)
    assert lake.version(ops.RUNS) == 1
    rows = lake.read_small(ops.RUNS)
    lake.overwrite_small(ops.RUNS, pa.concat_tables([rows, rows]))
    assert (lake.n_rows(ops.RUNS), lake.version(ops.RUNS)) == (2, 2)
    # By another object of this process, as Spark's commits are.
    other = Lake(lake.store, lambda: None)
    run(2, other)
    assert lake.n_rows(ops.RUNS) == 3


def test_who_commits_at_the_version_he_has_seen_is_not_moved_on(lake: Lake) -> None:
    run(1, lake)
    table = lake.create(ops.RUNS)
    lake._set_apart(ops.RUNS)
    run(2, lake)
    assert (lake.version(ops.RUNS), table.version()) == (2, 1)
    lake._put_back(ops.RUNS, table)
    assert lake.n_rows(ops.RUNS) == 2


def test_without_a_lease_others_commits_are_seen(s3: str, tmp_path: Path) -> None:
    reader, writer = Lake(f"{s3}/{tmp_path.name}"), Lake(f"{s3}/{tmp_path.name}", lambda: None)
    assert not reader.exists(ops.RUNS)
    for n in range(3):
        run(n, writer)
        assert reader.n_rows(ops.RUNS) == n + 1


def test_many_runs_become_one_file_and_none_is_lost(lake: Lake) -> None:
    for n in range(70):
        run(n, lake)
    assert {r["run_id"] for r in runs_of(lake).rows("ingest")} == {f"r{n}" for n in range(70)}
    assert len(lake.table(ops.RUNS).file_uris()) < 10
    fresh = Lake(lake.store)
    requests()
    assert fresh.n_rows(ops.RUNS) == 70
    # From the newest checkpoint on, not from the beginning.
    assert by(requests(), 0)["GET"] < 40
