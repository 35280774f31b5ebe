"""A day on two executors that are killed one after the other ends as a day of one machine that nobody disturbed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from versions.rows import differences, digests

from segspark.app.workspace import open_workspace
from segspark.demo.generate import copy_workspace, generate

pytestmark = pytest.mark.slow
in_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="executors are found in /proc")

DAY = date(2026, 5, 1)
# After which of the day's stages an executor is killed: some of what the next one reads was computed there.
STAGES = ("parse", "dispositions", "tiles", "features", "people", "segments")
# Computes a frame once, waits until somebody has killed the executors, and uses it again.
ONCE = """
import sys
from pathlib import Path
from segspark.spark.session import local_session
from segspark.store import store_at
from segspark.tables.staging import checkpoint
folder, how = Path(sys.argv[1]), sys.argv[2]
spark = local_session("lost", warehouse=folder / "warehouse", master="local-cluster[2,1,1024]", memory="1g")
rows = spark.range(0, 100, 1, 4).selectExpr("id", "id % 7 AS word")
kept = rows.localCheckpoint() if how == "blocks" else checkpoint(rows, lambda: store_at(folder / "staging"))
assert kept.count() == 100
print("ready", flush=True)
sys.stdin.readline()
assert kept.where("word < 7").count() == 100
"""


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "segspark", "run", "daily", "--config", str(folder), "--as-of", f"{DAY}"]


def executors_of(process: int) -> list[int]:
    """The executors among a process's descendants, the eldest first."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if b"CoarseGrainedExecutorBackend" in (entry / "cmdline").read_bytes() and process in _ancestors(entry):
                found.append(int(entry.name))
    return sorted(found)


def _ancestors(entry: Path) -> set[int]:
    found: set[int] = set()
    while entry.name != "0":
        # The name of a program stands in brackets and may hold anything.
        parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        found.add(int(parent))
        entry = Path("/proc") / parent
    return found


@in_proc
@pytest.mark.parametrize(("how", "is_there"), [("blocks", False), ("files", True)])
def test_what_a_lost_executor_held_is_lost_and_what_is_staged_is_not(tmp_path: Path, how: str, is_there: bool) -> None:
    begun = [sys.executable, "-c", ONCE, str(tmp_path), how]
    running = subprocess.Popen(
        begun, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    for executor in executors_of(running.pid):
        os.kill(executor, signal.SIGKILL)
    running.stdin.write("\n")
    running.stdin.close()
    assert (running.wait() == 0) is is_there


@in_proc
def test_losing_executors_loses_no_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_KEY", "c2Vnc3BhcmsgdGVzdHM6IDMyIGJ5dGVzIGFyZSBlbm91Z2g=")
    folders = {name: tmp_path / name / "shop" for name in ("alone", "disturbed")}
    for folder in folders.values():
        copy_workspace(folder)
        generate(open_workspace(folder, {}).folder, people=60, events=1200, months=5, as_of=DAY, seed=5)
    subprocess.run(command(folders["alone"]), check=True, capture_output=True)

    environ = {**os.environ, "SEGSPARK__SPARK__MASTER": "local-cluster[2,1,1024]"}
    running = subprocess.Popen(command(folders["disturbed"]), stderr=subprocess.PIPE, text=True, env=environ)
    assert running.stderr is not None
    said, killed = [], []
    for line in running.stderr:
        said.append(line)
        # The seconds since the start, the stage, its seconds.
        stage = next(iter(line.split()[1:2]), "")
        if stage in STAGES and (found := executors_of(running.pid)):
            os.kill(found[0], signal.SIGKILL)
            killed.append(stage)
    assert running.wait() == 0, "".join(said)[-4000:]
    assert len(killed) >= 5, "".join(said)[:4000]
    assert differences(*(digests(folder / "lake") for folder in folders.values())) == {}
