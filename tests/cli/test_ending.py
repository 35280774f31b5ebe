"""A run that a scheduler or a person ends gives its lease back, says so in a line, and is simply run again."""

import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, write_orders
from click.testing import CliRunner
from pyspark.sql import SparkSession

from segspark.cli.ending import ended_by_sigterm
from segspark.cli.main import cli
from segspark.tables.contracts import silver
from segspark.tables.lake import Lake
from segspark.tables.lease_files import read_newest

DAY = date(2026, 5, 3)
HOLDING = """
import signal, sys, time
from segspark.cli.ending import ended_by_sigterm
from segspark.store import store_at
from segspark.tables.lease import only_writer
with ended_by_sigterm(), only_writer(store_at(sys.argv[1]), "held"):
    print("in", flush=True)
    time.sleep(60)
"""


def test_sigterm_gives_the_lease_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, lake.store.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    assert not read_newest(lake.store).is_free
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 143
    assert told == "segspark: ended by SIGTERM; run again: what is unfinished is completed.\n"
    assert read_newest(lake.store).is_free


def test_what_a_signal_did_before_it_does_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_by_sigterm():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_ingest_that_is_ended_while_it_works_is_completed_by_the_next_one(
    spark: SparkSession, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """The next one has the session of the tests: another JVM would do the same."""
    workspace = make_workspace(tmp_path / "w")
    write_orders(workspace, date(2026, 5, 2), ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    command = [sys.executable, "-m", "segspark.cli.main", "run", "ingest", "--config", str(workspace.folder)]
    command += ["--as-of", str(DAY)]
    lake = Lake(workspace.lake)
    # A session of its own, so that what it leaves can be counted.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 900
    # It reads its files, with the JVM and workers.
    while not lake.store.list("_staging/"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    _, told = process.communicate(timeout=300)
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert read_newest(lake.store).is_free
    while left := _of_session(process.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    again = CliRunner().invoke(cli, command[3:])
    assert again.exit_code == 0, again.output
    assert [o["order_id"] for o in lake.read_small(silver.ORDERS).to_pylist()] == ["1"]
    assert not lake.store.list("_staging/")


def _of_session(session: int) -> list[str]:
    """Processes that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(path.parent.name)
    return found
