"""``segspark unlock``: a person frees a lake, knowing from whom."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from segspark.app.unlock import free, holders
from segspark.app.workspace import open_workspace
from segspark.cli.main import cli
from segspark.errors import GateClosed, InfrastructureError
from segspark.process import Process
from segspark.store import Store
from segspark.tables.claim import Claim
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer
from segspark.tables.lease_files import name_of, read_newest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "segspark.yaml").write_text("name: c\nlake: ./lake\ntime_zone: Europe/Paris\ncurrency: EUR\n")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Store:
    return Lake(open_workspace(folder).lake).store


def hold(store: Store, number: int = 1, token: str = "theirs") -> None:
    store.replace(name_of(number), Claim(token, "daily 2026-05-06", 60, Process("elsewhere", 7)).as_bytes())


def unlock(folder: Path, *more: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli, ["unlock", "--config", str(folder), *more], input=answer, catch_exceptions=False)


def test_the_holder_is_shown_and_stays_unless_the_answer_is_yes(folder: Path, store: Store) -> None:
    hold(store)
    refused = unlock(folder, answer="n\n")
    assert "lease 1: daily 2026-05-06, process 7 on elsewhere; it cannot be seen from here" in refused.output
    assert not read_newest(store).is_free
    assert "the lake is free" in unlock(folder, answer="y\n").output
    assert read_newest(store).is_free


def test_yes_frees_a_damaged_lease_and_the_lock_of_an_earlier_version(folder: Path, store: Store) -> None:
    store.replace(name_of(1), b"{")
    store.replace("_lock.json", json.dumps({"host": "elsewhere", "pid": 3, "what": "hourly"}).encode())
    shown = unlock(folder, "--yes").output
    assert "its file cannot be read" in shown
    assert "lock of an earlier version: hourly, process 3 on elsewhere" in shown
    with only_writer(store, "daily"):
        pass


def test_a_lake_that_nobody_holds_is_said_to_be_free(folder: Path, store: Store) -> None:
    assert unlock(folder).output == "nobody holds the lake\n"
    assert read_newest(store).number == 0


def test_a_run_that_was_at_work_all_the_same_stops(folder: Path, store: Store) -> None:
    with only_writer(store, "daily") as lease:
        unlock(folder, "--yes")
        with pytest.raises(InfrastructureError, match="segspark unlock"):
            lease.check()


def test_who_came_since_is_not_thrown_out(folder: Path, store: Store) -> None:
    hold(store)
    workspace = open_workspace(folder)
    seen = holders(workspace)
    hold(store, 2, "another")
    with pytest.raises(GateClosed, match="in the meantime"):
        free(workspace, seen)
    assert not read_newest(store).is_free
