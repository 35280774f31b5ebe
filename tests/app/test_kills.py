"""A day that is killed before and after each of its commits ends as one that was left alone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from benchmarks.kill_steps import code
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.points import POINTS
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract
from segspark.tables.io import spark_lake
from segspark.tables.io.commit import commit
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

KILLS = Path(__file__).parents[2] / "benchmarks" / "kills.py"
RESULTS = KILLS.parent / "results" / "kills.jsonl"
MAY = {n: date(2026, 5, n) for n in range(1, 32)}
TABLES = (gold.ACTIVITY_DAILY, gold.ACTIVITY_CORRECTIONS, gold.FEATURES)


class Killed(BaseException):
    pass


def killing(name: str, side: str) -> Callable[..., None]:
    """A commit that is killed on one side of that of a table."""

    def killed(table: Any, contract: Contract, *given: Any, **more: Any) -> None:
        if (contract.name, side) == (name, "before"):
            raise Killed
        commit(table, contract, *given, **more)
        if contract.name == name:
            raise Killed

    return killed


def rows(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    return {c.name: sorted(lake.read_small(c).to_pylist(), key=str) for c in TABLES}


@pytest.mark.slow
def test_a_day_killed_around_each_of_its_commits_ends_as_one_left_alone(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a running state too: the killed day is carried on from the day before, and the next one from it."""
    workspace = make_workspace(tmp_path / "w")
    workspace = workspace.model_copy(update={"features": workspace.features.model_copy(update={"windows": (2,)})})
    write_consents(workspace, MAY[1], ("ann@example.com", "open_tracking", "granted", "2026-05-01 08:00:00"))
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "open", "2026-05-02 11:00:00"))
    # On the day of the kills: somebody new, an order of a day before, and a withdrawal.
    write_orders(workspace, MAY[3], ("2", "bob@example.com", "2026-05-03 10:00:00", "30.00"),
                 ("3", "ann@example.com", "2026-05-02 23:00:00", "50.00"))  # fmt: skip
    write_consents(workspace, MAY[3], ("ann@example.com", "open_tracking", "withdrawn", "2026-05-03 08:00:00"))
    lake = SparkLake(workspace.lake, spark)
    for flow in (INGEST, TILES, FEATURES):
        run_flow(flow, workspace, lake, MAY[3])
    run_flow(INGEST, workspace, lake, MAY[4])
    alone = workspace.model_copy(update={"lake": tmp_path / "alone"})
    shutil.copytree(str(workspace.lake), str(alone.lake))
    other = SparkLake(alone.lake, spark)
    for day in (MAY[4], MAY[5]):
        for flow in (TILES, FEATURES):
            run_flow(flow, alone, other, day)

    def attempt() -> None:
        for flow in (TILES, FEATURES):
            run_flow(flow, workspace, lake, MAY[4])

    for contract in TABLES:
        for side in ("before", "after"):
            monkeypatch.setattr(spark_lake, "commit", killing(contract.name, side))
            with pytest.raises(Killed):
                attempt()
            monkeypatch.setattr(spark_lake, "commit", commit)
    for flow in (TILES, FEATURES):
        told = run_flow(flow, workspace, lake, MAY[4])
    assert told["made_from"] == "the day before"
    for flow in (TILES, FEATURES):
        told = run_flow(flow, workspace, lake, MAY[5])
    assert told["made_from"] == "the day before"
    assert rows(lake) == rows(other)
    assert [r["n_order"] for r in rows(lake)["gold.activity_corrections"]] == [1]
    assert not list((Path(lake.store.url) / "_staging").glob("*"))


# A number of kills at random times, and minutes after which no other kill begins; the results are carried on.
RANDOM = int(os.environ.get("SEGSPARK_KILLS", "200"))
MINUTES = os.environ.get("SEGSPARK_KILL_MINUTES")


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_by_kills_at_every_point_and_200_random_times(tmp_path: Path) -> None:
    """Hours; what the results hold of the same code is not repeated."""
    command = [sys.executable, str(KILLS), "--random", str(RANDOM), "--folder", str(tmp_path)]
    command += ["--minutes", MINUTES] if MINUTES else []
    assert subprocess.run(command, check=False).returncode == 0
    results = [r for r in kills() if r.get("code") == code()]
    assert [r for r in results if not r["is_equal"]] == []
    if MINUTES is None:
        assert sum(r["killed"] for r in results if "seed" in r) >= RANDOM
        reached = {at.partition(":")[0] for r in results if r["killed"] for at in r["at"].split("+")}
        assert sorted(set(POINTS) - reached) == []


def test_no_recorded_kill_lost_a_row() -> None:
    assert [r for r in kills() if r["lost"]] == []


def test_what_a_recorded_kill_found_was_mended() -> None:
    """A finding stays in the file, and the newest kill of its point shows that it is mended."""
    newest = {(r["step"], r["at"]): r for r in kills()}
    assert [r for r in newest.values() if not r["is_equal"]] == []


def kills() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RESULTS.read_text().splitlines()]
