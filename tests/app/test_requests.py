"""What a day on a lake in a bucket costs: each request to a bucket is waited for and paid."""

import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from benchmarks.bucket_server import Counts, by, requests
from segspark.app.run import run_named
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.pipeline.progress import Quiet
from segspark.store import store_at
from segspark.tables.compatibility import check_compatible
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.lake_key import check_key
from segspark.tables.lease import only_writer

# The last one is a Sunday, on which a daily run checks more and removes old files.
FIRST, N_DAYS = date(2026, 5, 4), 7
MOST = 400


def workspace_in(folder: Path, lake: str) -> Workspace:
    make_workspace(folder)
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text().replace("lake: ./lake", f"lake: {lake}"))
    return open_workspace(folder)


def deliver(workspace: Workspace, day: date) -> None:
    """What sixteen people do on a day: orders and mails of one of them, and a new one."""
    before = day - timedelta(days=1)
    people = [f"p{n}@example.com" for n in range(16)]
    n = day.toordinal()
    if day == FIRST:
        write_consents(workspace, before, *[(p, "open_tracking", "granted", f"{before} 08:00:00") for p in people[:8]])
        write_orders(workspace, before, *[(p, p, f"{before} 10:00:00", "20.00") for p in people])
    else:
        write_orders(workspace, before, (f"{n}", people[n % 16], f"{before} 10:00:00", "20.00"))
    write_mails(workspace, before, (f"m{n}", people[n % 7], "click", f"{before} 11:00:00"))


def cost(spark: SparkSession, workspace: Workspace, day: date) -> Counts:
    requests()
    # As app.run.lake_session does, with a session that is there.
    with only_writer(store_at(workspace.lake), f"daily {day}") as lease:
        lake = Lake(store_at(workspace.lake), lease.check)
        check_compatible(lake)
        check_key(workspace)
        run_named("daily", workspace, SparkLake.of(lake, spark), day, progress=Quiet())
    return requests()


@pytest.mark.slow
def test_a_warm_day_makes_few_requests_whatever_the_number_of_days_before(
    spark: SparkSession, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGSPARK_KEY", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
    for name in (name for name in os.environ if name.startswith("AWS_")):
        # The session may have begun before the server did, and its workers with it.
        monkeypatch.setitem(spark.sparkContext.environment, name, os.environ[name])
    workspace = workspace_in(tmp_path / "w", f"{s3}/{tmp_path.name}/lake")
    days = []
    for n in range(N_DAYS):
        deliver(workspace, FIRST + timedelta(days=n))
        days.append(cost(spark, workspace, FIRST + timedelta(days=n)))
    told = [(sum(day.values()), by(day, 1, 2, 0)) for day in days]
    print(*told, sep="\n")
    # The lease beats by the clock, however much is done between two beats.
    totals = [sum(n for key, n in day.items() if key[2] != "_lease") for day in days]
    assert max(totals) <= MOST, told
    # Two warm days that are as far from the last checkpoints of most tables.
    assert abs(totals[5] - totals[2]) <= 20, told
    # Whether a file is there is known by the log.
    heads = Counter({key: n for day in days for key, n in day.items() if key[0] == "HEAD" and key[2] != "_lease"})
    assert sum(heads.values()) <= 2 * N_DAYS, heads
