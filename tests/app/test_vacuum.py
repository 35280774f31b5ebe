"""Files that nobody names are removed once they are old; what versions of the last days name stays."""

import os
import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.app.vacuum import vacuum
from segspark.app.workspace import open_workspace
from segspark.errors import InfrastructureError
from segspark.pipeline.batch import Batches
from segspark.tables.contracts import ops
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer

HOUR = 3600
NONE_BEYOND = {"days_beyond_retention": 0, "rows_beyond_retention": 0}


def row(n: int) -> pa.Table:
    said = {"run_id": str(n), "flow": "f", "as_of_date": date(2026, 1, 1), "state": "done"}
    return pa.Table.from_pylist([{**said, "written_at": datetime.now(UTC)}])


def workspace_at(folder: Path) -> Path:
    (folder / "segspark.yaml").write_text("name: c\nlake: ./lake\ntime_zone: Europe/Paris\ncurrency: EUR\n")
    return folder


def age(path: Path, hours: int) -> None:
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))


def test_only_old_files_that_no_version_names_are_removed(tmp_path: Path) -> None:
    workspace = open_workspace(workspace_at(tmp_path))
    lake = Lake(workspace.lake)
    for n in range(3):
        lake.append_small(ops.RUNS, row(n), f"row-{n}")
    folder = Path(lake.path(ops.RUNS))
    for path in folder.glob("*.parquet"):
        age(path, 1000)
    named = next(folder.glob("*.parquet"))
    old, young = folder / "part-old.parquet", folder / "part-young.parquet"
    for path, hours in ((old, 200), (young, 1)):
        shutil.copyfile(named, path)
        age(path, hours)
    before = lake.read_small(ops.RUNS).sort_by("run_id")
    assert vacuum(workspace, dry_run=True) == [{"table": "ops.runs", "files": 1, **NONE_BEYOND}]
    assert old.exists()
    assert vacuum(workspace) == [{"table": "ops.runs", "files": 1, **NONE_BEYOND}]
    assert not old.exists()
    assert young.exists()
    assert vacuum(workspace) == []
    assert lake.read_small(ops.RUNS).sort_by("run_id") == before


def test_a_lake_that_is_written_is_left_alone(tmp_path: Path) -> None:
    workspace = open_workspace(workspace_at(tmp_path))
    with only_writer(Lake(workspace.lake).store, "daily"), pytest.raises(InfrastructureError):
        vacuum(workspace)


def test_what_killed_runs_have_staged_is_removed_and_the_input_of_a_bound_batch_stays(tmp_path: Path) -> None:
    workspace = open_workspace(workspace_at(tmp_path))
    lake = Lake(workspace.lake)
    bound = Batches(lake)
    bound.begin("bound", date(2026, 1, 1), {"run_id": "bound"}).replace("rows", b"x")
    bound.bind({})
    Batches(lake).begin("killed", date(2026, 1, 1), {}).replace("events/rows", b"x")
    lake.store.replace("_staging/features-2026-01-01/rows", b"x")
    assert vacuum(workspace, dry_run=True) == []
    assert len(lake.store.list("_staging/")) == 4
    vacuum(workspace)
    assert [f.name for f in lake.store.list("_staging/")] == ["_staging/bound/batch.json", "_staging/bound/rows"]
