"""An ingest that is interrupted is completed by the next run, and nothing is taken twice."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest import flow as ingest
from segspark.pipeline.runner import run_flow
from segspark.tables.contracts import gold, ops, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lease import only_writer

MAY = {n: date(2026, 5, n) for n in range(1, 32)}
# A process of its own that dies, without a word, after its first table.
KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from segspark.app.run import run
from segspark.tables.io.spark_lake import SparkLake
real = SparkLake.append_staged
def once(self, contract, *rest, **more):
    real(self, contract, *rest, **more)
    os.kill(os.getpid(), signal.SIGKILL)
SparkLake.append_staged = once
run("ingest", Path(sys.argv[1]), date(2026, 5, 3))
"""


class Killed(BaseException):
    pass


@contextmanager
def killed(method: str, side: str, is_meant: Callable[[Contract], bool]) -> Iterator[None]:
    """What is done here is killed before or after a write of such a table."""
    real = getattr(SparkLake, method)

    def write(self: SparkLake, contract: Contract, *rest: Any, **more: Any) -> None:
        if side == "before" and is_meant(contract):
            raise Killed
        real(self, contract, *rest, **more)
        if is_meant(contract):
            raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SparkLake, method, write)
        with pytest.raises(Killed):
            yield


def test_an_ingest_killed_after_each_kind_of_write_is_completed_by_the_next_run(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Each attempt goes on from where the one before was killed, until one is left alone."""
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    for method in ("append_staged", "append", "append_small"):
        with killed(method, "after", lambda contract: contract.layer != "ops" or contract == ops.LEDGER):
            run_flow(ingest.INGEST, workspace, lake, MAY[3])
        # Another file arrives before the next attempt: it is a batch of its own.
        write_mails(workspace, MAY[2], ("m4", "ann@example.com", "click", "2026-05-02 11:00:05"))
    run_flow(ingest.INGEST, workspace, lake, MAY[3])
    tables = {
        c.name: len(rows_of(lake, c)) for c in ALL if lake.exists(c) and c.layer in ("bronze", "silver", "privacy")
    }
    assert tables["silver.events"] == 2
    assert (
        tables["silver.orders"],
        tables["bronze.records"],
        tables["silver.identity_links"],
        tables["privacy.identities"],
    ) == (1, 2, 1, 1)
    assert sum(r["n_records"] for r in rows_of(lake, ops.LEDGER)) == 2


def test_a_killed_ingest_goes_on_although_its_files_have_changed_or_gone(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = SparkLake(workspace.lake, spark)
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    write_mails(workspace, MAY[2], ("m1", "ann@example.com", "click", "2026-05-02 11:00:05"))

    with killed("append_small", "before", lambda contract: contract == ops.LEDGER):
        run_flow(ingest.INGEST, workspace, lake, MAY[3])
    before = {c.name: len(rows_of(lake, c)) for c in ALL if lake.exists(c) and c.layer == "silver"}
    (mails,) = workspace.folder.rglob("mails-2026-05-02*")
    mails.unlink()
    write_orders(workspace, MAY[2], ("2", "ann@example.com", "2026-05-02 10:00:00", "80.00"))
    outcome = run_flow(ingest.INGEST, workspace, lake, MAY[3])
    # The killed batch has both files as they were; the changed file is another one.
    assert (outcome["files"], outcome["records"]) == (3, {"accepted": 3})
    assert sorted((o["order_id"], o["amount_cents"]) for o in rows_of(lake, silver.ORDERS)) == [
        ("1", 12000),
        ("2", 8000),
    ]
    assert len(rows_of(lake, silver.EVENTS)) == before["silver.events"] + 1
    assert not lake.store.list("_staging")


@pytest.mark.slow
def test_a_run_that_was_killed_outright_is_simply_run_again(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    write_orders(workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(workspace.folder)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    lake = SparkLake(workspace.lake, spark)
    # Half done: bronze or silver holds what the other does not, and the lock's owner is gone.
    assert not lake.exists(gold.ACTIVITY_DAILY)
    whole = workspace.model_copy(update={"lake": tmp_path / "whole"})
    other = SparkLake(whole.lake, spark)
    for each, its in ((workspace, lake), (whole, other)):
        with only_writer(its.store, "again"):
            for flow in (ingest.INGEST, TILES, FEATURES):
                run_flow(flow, each, its, MAY[3])
    for contract in (c for c in ALL if c.layer in ("bronze", "silver", "gold") and other.exists(c)):
        assert rows_of(lake, contract) == rows_of(other, contract), contract.name
