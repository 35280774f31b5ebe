"""What is too much for the machine ends with a clear error, and leaves the lake as it was; or it works."""

import os
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.config.template import init_workspace
from segspark.errors import shortage_behind
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.damage import damage_of
from segspark.tables.lake import Lake

TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("toy",),
    partition_by=("day",),
    columns=(required("toy", "string", "Name"), optional("n", "bigint", "Number"), required("day", "date", "Day")),
)


def rows(n: int) -> pa.Table:
    # Names that hardly compress.
    names = [os.urandom(16).hex() for _ in range(n)]
    return pa.table({"toy": names, "n": list(range(n)), "day": [date(2026, 5, 1)] * n})


WRITE = """
import resource, signal, sys
sys.path[:0] = {path!r}
from app.test_limits import TOYS, rows
from segspark.tables.lake import Lake
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
Lake({lake!r}).append_small(TOYS, rows(20_000), once="2")
"""


@pytest.mark.parametrize("most", [100_000, 1_000, 0], ids=["a data file", "a commit", "nothing"])
def test_a_full_disk_ends_a_write_and_leaves_the_table_as_it_was(tmp_path: Path, most: int) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append_small(TOYS, rows(10), once="1")
    code = WRITE.format(path=[*sys.path], most=most, lake=str(tmp_path / "lake"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    told = shortage_behind(RuntimeError(done.stderr))
    assert "ulimit -f" in str(told), done.stderr[-500:]
    assert lake.n_rows(TOYS) == 10
    assert damage_of(lake, TOYS) == []
    lake.append_small(TOYS, rows(10), once="2")
    assert lake.n_rows(TOYS) == 20


@pytest.mark.slow
def test_a_table_of_ten_thousand_files_is_read_verified_and_listed(tmp_path: Path) -> None:
    from segspark.tables.parts import add_actions, write_parts

    lake = Lake(tmp_path)
    table, folder = lake.create(TOYS), lake.folder(TOYS)
    added = [part for _ in range(10_000) for part in write_parts(rows(1), TOYS, folder)]
    table.create_write_transaction(add_actions(added), "append", table.schema(), partition_by=["day"])
    assert lake.read_small(TOYS).num_rows == lake.n_rows(TOYS) == len(lake.names_by_day(TOYS)) == 10_000
    assert damage_of(lake, TOYS) == []


@pytest.mark.slow
def test_two_days_run_in_a_driver_of_512_mb(tmp_path: Path) -> None:
    init_workspace(tmp_path / "shop")
    for day in ("2026-06-01", "2026-06-02"):
        done = segspark("run", "daily", "--as-of", day, folder=tmp_path / "shop", memory="512m")
        assert done.returncode == 0, done.stderr
        assert "Exception" not in done.stderr


def test_a_driver_that_is_too_small_is_told_with_the_setting(tmp_path: Path) -> None:
    init_workspace(tmp_path / "shop")
    done = segspark("run", "daily", "--as-of", "2026-06-01", folder=tmp_path / "shop", memory="64m")
    assert done.returncode == 4
    assert "Raise spark.driver_memory in segspark.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def segspark(*args: str, folder: Path, memory: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segspark.cli.main", *args, "--config", str(folder)]
    env = {**os.environ, "SEGSPARK__SPARK__DRIVER_MEMORY": memory}
    return subprocess.run(command, capture_output=True, text=True, env=env)


def test_no_limit_of_this_process_was_changed() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] in (-1, resource.RLIM_INFINITY)
