"""What a day, a report and an export write is for its owner alone, whatever the shell's umask says."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from segspark.config.template import init_workspace

DAY = "2026-06-01"


def segspark(*args: str, folder: Path) -> str:
    """Run a command in a shell that makes files readable for everybody."""
    command = [sys.executable, "-m", "segspark.cli.main", *args, "--config", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, umask=0o022, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def open_to_others(top: Path) -> list[str]:
    """Files and folders below a folder that more than their owner may read, write or enter."""
    places = [top, *top.rglob("*")]
    return sorted(str(p.relative_to(top)) for p in places if not p.is_symlink() and p.stat().st_mode & 0o077)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("private") / "shop"
    init_workspace(folder)
    segspark("run", "daily", "--as-of", DAY, folder=folder)
    segspark("report", "--as-of", DAY, folder=folder)
    return folder


def test_nobody_else_may_read_what_a_day_and_a_report_wrote(workspace: Path) -> None:
    for name in ("lake", "reports", ".segspark-key"):
        assert (workspace / name).exists()
    written = {"lake", "reports", ".segspark-key", ".segspark-scratch", "mlflow.db", "mlflow-artifacts"}
    found = [p for name in written if (workspace / name).exists() for p in open_to_others(workspace / name)]
    assert found == []
    logs = list((workspace / "lake").rglob("_delta_log/*.json"))
    assert logs
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in logs)


def test_doctor_says_that_files_are_private(workspace: Path) -> None:
    (line,) = [one for one in segspark("doctor", folder=workspace).splitlines() if "file access" in one]
    assert "private" in line
