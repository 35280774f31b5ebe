"""What can be proved of a process, and nothing beyond."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from segspark.tables import process
from segspark.tables.process import Fate, Process, fate, this_process

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nothing can be proved without /proc")


def test_this_process_runs_and_is_read_back() -> None:
    here = this_process()
    assert fate(here) is Fate.RUNS
    assert Process.from_dict(here.as_dict()) == here


def test_a_process_has_ended_as_soon_as_it_is_killed_also_before_its_parent_asks() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = replace(this_process(), pid=child.pid, started=process._started(child.pid))
    assert fate(seen) is Fate.RUNS
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert fate(seen) is Fate.ENDED
    child.wait()
    assert fate(seen) is Fate.ENDED


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1, 2**80])
def test_a_number_of_no_process_has_ended(pid: int) -> None:
    assert fate(replace(this_process(), pid=pid)) is Fate.ENDED


def test_a_number_that_was_given_again_is_another_process() -> None:
    here = this_process()
    assert here.started is not None
    assert fate(replace(here, started=here.started - 1)) is Fate.ENDED


@pytest.mark.parametrize("other", [{"boot": "x"}, {"boot": ""}, {"namespace": "pid:[1]"}, {"started": None}])
def test_of_another_start_container_or_machine_nothing_is_known(other: dict[str, str]) -> None:
    assert fate(replace(this_process(), **other)) is Fate.UNKNOWN  # type: ignore[arg-type]


def test_where_the_system_tells_nothing_nothing_is_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_PROC", tmp_path)
    here = this_process()
    assert (here.boot, here.namespace, here.started) == ("", "", None)
    assert fate(here) is Fate.UNKNOWN
