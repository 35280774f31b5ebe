"""What a process writes and forgets lies in a folder of its own, which the next one removes if it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.spark.scratch import scratch_folder


@pytest.fixture(autouse=True)
def _without_local_dirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_LOCAL_DIRS", raising=False)


def test_what_a_killed_run_left_is_removed_and_a_running_ones_kept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = scratch_folder(tmp_path)
    host = mine.name.rpartition("-")[0]
    killed, running, foreign = (mine.with_name(n) for n in (f"{host}-{ended.pid}", f"{host}-{os.getppid()}", "other-1"))
    for folder in (killed, running, foreign):
        folder.mkdir()
    assert scratch_folder(tmp_path) == mine
    assert not killed.exists()
    assert running.exists()
    assert foreign.exists()


def test_it_is_none_of_the_lakes(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    scratch = scratch_folder(workspace.folder)
    assert scratch.is_dir()
    assert scratch.is_relative_to(workspace.folder)
    assert not scratch.is_relative_to(str(workspace.lake))
    # A folder that a dot hides from whoever looks for files of data.
    assert scratch.parent.name == ".segspark-scratch"


@pytest.mark.parametrize("more", ["", ",/somewhere/else"])
def test_it_lies_where_spark_is_told_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{tmp_path / 'fast'}{more}")
    scratch = scratch_folder(tmp_path / "w")
    assert scratch.is_relative_to(tmp_path / "fast")
    assert not (tmp_path / "w").exists()
    monkeypatch.setenv("SPARK_LOCAL_DIRS", "")
    assert scratch_folder(tmp_path / "w").is_relative_to(tmp_path / "w")


def test_what_is_named_by_no_process_is_removed(tmp_path: Path) -> None:
    mine = scratch_folder(tmp_path)
    host = mine.name.rpartition("-")[0]
    (mine.with_name(f"{host}-nobody") / "below").mkdir(parents=True)
    (mine / "kept").touch()
    scratch_folder(tmp_path)
    assert [p.name for p in mine.parent.iterdir()] == [mine.name]
    assert (mine / "kept").exists()
