"""What a process writes and forgets lies in a folder of its own, which the next one removes if it was killed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.spark.scratch import ABANDONED_HOURS, sample_folder, scratch_folder

CHECKING = """
import os, signal
from segspark.spark.scratch import sample_folder
with sample_folder() as folder:
    (folder / "sample").write_text("zqann@example.com")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _without_local_dirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_LOCAL_DIRS", raising=False)


def test_what_a_killed_run_left_is_removed_and_a_running_ones_kept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = scratch_folder(tmp_path)
    pid, started, place, hour = mine.name.split("-")
    killed, again, running, foreign, gone = (
        mine.with_name(name)
        for name in (
            f"{ended.pid}-7-{place}-{hour}",
            # Its number is another process's now.
            f"{pid}-{int(started) - 1}-{place}-{hour}",
            f"{os.getppid()}-0-{place}-{hour}",
            f"1-7-00000000-{hour}",
            f"1-7-00000000-{int(hour) - ABANDONED_HOURS - 1}",
        )
    )
    for folder in (killed, again, running, foreign, gone):
        folder.mkdir()
    assert scratch_folder(tmp_path) == mine
    assert [f.exists() for f in (killed, again, running, foreign, gone)] == [False, False, True, True, False]


def test_samples_of_a_killed_check_are_removed_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", CHECKING], env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob("segspark-check-*")
    with sample_folder() as mine:
        assert not left.exists()
        assert (mine.exists(), mine.stat().st_mode & 0o777) == (True, 0o700)
        scratch_folder(tmp_path / "w")
        assert mine.exists()
    assert not mine.exists()


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
    (mine.with_name("host-nobody") / "below").mkdir(parents=True)
    (mine / "kept").touch()
    scratch_folder(tmp_path)
    assert [p.name for p in mine.parent.iterdir()] == [mine.name]
    assert (mine / "kept").exists()
