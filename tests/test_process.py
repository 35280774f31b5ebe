"""What can be proved of a process, and nothing beyond."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from segspark import process
from segspark.process import Fate, Process, fate, is_left, name_of_this_process, this_process

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


# Names of processes ---------------------------------------------------------------------------------------------------


def named(pid: int | str, started: int, hour: int, place: str | None = None) -> str:
    mine = name_of_this_process().split("-")
    return f"{pid}-{started}-{place or mine[2]}-{hour}"


NOW_H = int(name_of_this_process().rpartition("-")[2])


def test_what_this_process_and_its_parent_name_is_not_left() -> None:
    assert not is_left(name_of_this_process(), 1)
    parent = process._started(os.getppid())
    assert parent is not None
    # However long ago it was.
    assert not is_left(named(os.getppid(), parent, NOW_H - 10_000), 1)


def test_what_a_killed_process_names_is_left_at_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = process._started(child.pid)
    assert started is not None
    assert not is_left(named(child.pid, started, NOW_H), 24)
    child.kill()
    child.wait()
    assert is_left(named(child.pid, started, NOW_H), 24)


def test_a_number_that_another_process_has_now_keeps_nothing() -> None:
    """As in a container that is restarted, where every run is process 1."""
    assert is_left(named(os.getpid(), 1, NOW_H), 24)


@pytest.mark.parametrize(("ago", "left"), [(0, False), (24, False), (25, True), (-1, False)])
def test_of_another_container_only_the_time_tells(ago: int, left: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with a clock that is an hour ahead of this one."""
    # The hour must not end between the naming and the question.
    monkeypatch.setattr("time.time", lambda: NOW_H * 3600 + 1.0)
    assert is_left(named(1, 5, NOW_H - ago, "00000000"), 24) is left


@pytest.mark.parametrize("name", ["", "host-12", "nobody", f"{2**80}-0-zz-1"])
def test_what_names_no_process_is_nobodys(name: str) -> None:
    assert is_left(name, 24)
