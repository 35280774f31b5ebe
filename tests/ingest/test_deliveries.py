"""Files are known by their content, of which a run reads only what it does not know yet; once a week it reads all."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import make_workspace, step_of, write_orders
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.ingest import deliveries, read_files
from segspark.ingest.deliveries import OUTCOME, Deliveries
from segspark.ingest.flow import INGEST
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import record
from segspark.pipeline.step import Step
from segspark.sources.load import load_sources
from segspark.store import Stamp, StoredFile
from segspark.store.local import LocalStore
from segspark.tables.contracts import ops
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
ANN = ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00")
BOB = ("2", "bob@example.com", "2026-05-03 10:00:00", "30.00")


class Read:
    """How many bytes of deliveries were read, and of how many files."""

    def __init__(self) -> None:
        self.files, self.bytes = 0, 0

    def counted(self, stream: Callable[[LocalStore, str], Any]) -> Callable[[LocalStore, str], Any]:
        def counted(store: LocalStore, name: str) -> Any:
            self.files += 1
            return _Counted(stream(store, name), self)

        return counted

    def since(self) -> tuple[int, int]:
        found = (self.files, self.bytes)
        self.files, self.bytes = 0, 0
        return found


class _Counted:
    def __init__(self, stream: Any, read: Read) -> None:
        self._stream, self._read = stream, read

    def read(self, n: int = -1) -> bytes:
        content: bytes = self._stream.read(n)
        self._read.bytes += len(content)
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> "_Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    read = Read()
    monkeypatch.setattr(LocalStore, "stream", read.counted(LocalStore.stream))
    # The files of these tests were written just now.
    monkeypatch.setattr(deliveries, "SETTLED_S", 0)
    return read


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "w")
    write_orders(made, MAY[2], ANN)
    write_orders(made, MAY[3], BOB)
    return made


class _Writes(Lake):
    """A lake that can write its small tables without Spark."""

    spark = None


def delivered(workspace: Workspace, day: date, **request: Any) -> Deliveries:
    """The files as a run of a day finds them; what it has read is remembered, and the run recorded."""
    lake = _Writes(workspace.lake)
    step = step_of(INGEST, workspace, lake, day, Request(**request))  # type: ignore[arg-type]
    found = Deliveries(step, load_sources(workspace, {}))
    assert found.files
    found.remember()
    record(lake, run_id=f"r{day}", flow="ingest", as_of=day, state="done", outputs=step.outcome)
    return found


def ids(found: Deliveries) -> list[str]:
    return [file.file_id for file in found.files]


def test_a_day_without_a_new_file_reads_no_byte_of_the_known_ones(workspace: Workspace, read: Read) -> None:
    first = delivered(workspace, MAY[4])
    assert read.since()[0] == 2
    later = delivered(workspace, MAY[5])
    assert read.since() == (0, 0)
    assert ids(later) == ids(first)
    assert len(set(ids(first))) == 2
    assert later._step.outcome[OUTCOME] == {"files": 0, "of": 2, "bytes": 0, "is_whole": False}
    write_orders(workspace, MAY[4], ANN, BOB)
    assert ids(delivered(workspace, MAY[6]))[:2] == ids(first)
    assert read.since()[0] == 1


def test_a_file_that_an_earlier_version_has_taken_in_keeps_its_id(workspace: Workspace, read: Read) -> None:
    orders = next(file for file in (workspace.folder / "data").iterdir() if str(MAY[2]) in file.name)
    former = hashlib.sha256(orders.read_bytes()).hexdigest()[:32]
    row = {
        "source": "orders",
        "file_id": former,
        "file_name": orders.name,
        "size_bytes": 1,
        "n_records": 1,
        "received_at": datetime(2026, 5, 2, tzinfo=UTC),
        "run_id": "r",
    }
    _Writes(workspace.lake).append_small(ops.FILES, pa.Table.from_pylist([row]), "r")
    first = delivered(workspace, MAY[4])
    assert ids(first)[0] == former
    assert ids(first)[1] not in {former, hashlib.sha256(orders.read_bytes()).hexdigest()[:32]}
    read.since()
    assert ids(delivered(workspace, MAY[5])) == ids(first)
    assert read.since() == (0, 0)


def test_a_file_that_was_written_again_is_read_again_whatever_its_size_and_time(
    workspace: Workspace, read: Read
) -> None:
    before = delivered(workspace, MAY[4])
    path = Path(before.files[0].path)
    was = path.stat()
    path.write_bytes(path.read_bytes().replace(b"120.00", b"121.00"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (was.st_size, was.st_mtime_ns)
    read.since()
    after = delivered(workspace, MAY[5])
    assert read.since()[0] == 1
    assert ids(after)[0] != ids(before)[0]
    assert ids(after)[1] == ids(before)[1]


def test_what_has_changed_shortly_before_it_was_read_is_read_again(
    workspace: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SETTLED_S", 3_600)
    delivered(workspace, MAY[4])
    assert not Lake(workspace.lake).exists(ops.FILE_HASHES)
    read.since()
    delivered(workspace, MAY[5])
    assert read.since()[0] == 2


def by_time_alone(monkeypatch: pytest.MonkeyPatch, is_weak: bool = True) -> None:
    """Files of a store that knows a time of writing only, which is the same for all of them."""
    matching = LocalStore.matching

    def stamped(store: LocalStore, pattern: str) -> list[StoredFile]:
        return [StoredFile(f.name, f.size, Stamp("monday", 0.0, is_weak)) for f in matching(store, pattern)]

    monkeypatch.setattr(LocalStore, "matching", stamped)


def test_of_a_store_that_knows_times_only_the_ends_of_a_file_are_compared(
    workspace: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_time_alone(monkeypatch)
    path = workspace.folder / "data" / "orders-2026-05-02.csv"
    path.write_bytes(path.read_bytes() + b"2,bob@example.com,2026-05-02 10:00:00,20.00\n" * 10_000)
    before = delivered(workspace, MAY[4])
    read.since()
    assert ids(delivered(workspace, MAY[5])) == ids(before)
    assert read.since()[1] < 3 * 64 * 1024 < path.stat().st_size
    path.write_bytes(path.read_bytes()[:-3] + b"1.\n")
    after = delivered(workspace, MAY[6])
    assert ids(after)[0] != ids(before)[0]
    assert ids(delivered(workspace, MAY[7])) == ids(after)


def test_once_a_week_all_is_read_and_what_has_changed_without_a_sign_is_told(
    workspace: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_time_alone(monkeypatch, is_weak=False)
    said: list[str] = []
    monkeypatch.setattr(Step, "note", lambda _, text: said.append(text))
    before = delivered(workspace, MAY[4])
    path = Path(before.files[0].path)
    path.write_bytes(path.read_bytes().replace(b"120.00", b"121.00"))
    read.since()
    for day in range(5, 11):
        assert ids(delivered(workspace, MAY[day])) == ids(before)
    # Part of a day leaves it to the daily run.
    delivered(workspace, MAY[11], is_provisional=True)
    assert (read.since(), said) == ((0, 0), [])
    after = delivered(workspace, MAY[11])
    assert read.since()[0] == 2
    assert len(said) == 1
    assert "1 files hold something else" in said[0]
    assert "orders: orders-2026-05-02.csv" in said[0]
    assert ids(after)[0] != ids(before)[0]
    # From then on it is known as it is.
    assert ids(delivered(workspace, MAY[12])) == ids(after)
    assert read.since() == (0, 0)
    assert len(said) == 1


def test_what_is_remembered_names_nobody(workspace: Workspace, read: Read) -> None:
    (workspace.folder / "data" / "orders-jeanne@exemple.fr-2026-05-02.csv").write_text("id,email,at,total\n")
    delivered(workspace, MAY[4])
    rows = Lake(workspace.lake).read_small(ops.FILE_HASHES)
    assert rows.num_rows == 3
    assert "jeanne" not in str(rows.to_pylist())
    assert str(workspace.folder) not in str(rows.to_pylist())


def test_a_file_that_cannot_be_read_is_not_remembered(workspace: Workspace, read: Read) -> None:
    (workspace.folder / "data" / "orders-2026-05-09.csv").symlink_to("nowhere")
    delivered(workspace, MAY[4])
    assert Lake(workspace.lake).n_rows(ops.FILE_HASHES) == 2
    read.since()
    delivered(workspace, MAY[5])
    assert read.since()[1] == 0


def test_many_bytes_are_read_in_tasks(
    spark: SparkSession, workspace: Workspace, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = delivered(workspace, MAY[4])
    monkeypatch.setattr(read_files, "BYTES_ON_DRIVER", 0)
    (workspace.folder / "data" / "orders-2026-05-09.csv").symlink_to("nowhere")
    step = step_of(INGEST, workspace, SparkLake(workspace.lake, spark), MAY[20])
    read.since()
    in_tasks = Deliveries(step, load_sources(workspace, {}))
    assert in_tasks.files[:2] == here.files
    assert in_tasks.files[2].digest == ""
    # All of it was read by other processes.
    assert read.since() == (0, 0)


def test_a_known_file_of_a_later_day_is_taken_in_as_it_is_then(
    spark: SparkSession, workspace: Workspace, read: Read
) -> None:
    lake = SparkLake(workspace.lake, spark)
    assert run_flow(INGEST, workspace, lake, MAY[3])["files"] == 1
    assert run_flow(INGEST, workspace, lake, MAY[4])["files"] == 1
    read.since()
    assert run_flow(INGEST, workspace, lake, MAY[5])["files"] == 0
    assert read.since() == (0, 0)
    assert lake.n_rows(ops.FILES) == lake.n_rows(ops.FILE_HASHES) == 2
