"""Few bytes are read by the driver, many in tasks; the same is found."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, step_of
from pyspark.sql import SparkSession

from segspark.ingest import read_files
from segspark.ingest.flow import INGEST
from segspark.ingest.read_files import read_each
from segspark.pipeline.step import Step
from segspark.sources.files import Hashed, hash_content, hash_ends
from segspark.tables.io.spark_lake import SparkLake


@pytest.fixture
def step(spark: SparkSession, tmp_path: Path) -> Step:
    workspace = make_workspace(tmp_path / "w")
    return step_of(INGEST, workspace, SparkLake(workspace.lake, spark), date(2026, 5, 4))


def test_driver_and_tasks_find_the_same(step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {}
    for n in range(40):
        path = tmp_path / f"{n}.csv"
        path.write_bytes(bytes(range(256)) * n)
        sizes[str(path)] = 256 * n
    sizes[str(tmp_path / "gone.csv")] = 7
    here = {how: read_each(step, how, sizes) for how in (hash_content, hash_ends)}
    assert here[hash_content][str(tmp_path / "gone.csv")].is_read is False
    assert len({hashed.digest for hashed in here[hash_content].values()}) == 41
    monkeypatch.setattr(read_files, "BYTES_ON_DRIVER", 0)
    assert {how: read_each(step, how, sizes) for how in here} == here


def test_what_is_asked_of_a_file_decides_where_it_is_read(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_bytes(b"a")
    monkeypatch.setattr(read_files, "_in_tasks", lambda *_: {"in": Hashed(0, "tasks")})
    large = {str(tmp_path / "a.csv"): 1 << 40}
    assert read_each(step, hash_content, large) == {"in": Hashed(0, "tasks")}
    # Of a file of any size the ends alone.
    assert list(read_each(step, hash_ends, large, most=128)) == list(large)
    many = {f"{n}": 0 for n in range(2_000)}
    assert read_each(step, hash_content, many) == {"in": Hashed(0, "tasks")}
    assert read_each(step, hash_content, {}) == {}
