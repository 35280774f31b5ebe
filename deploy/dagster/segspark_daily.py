"""segspark in Dagster: a partition is a morning, and a run of it knows what happened before. docs/deploy/dagster.md

This file needs Dagster alone; it runs where ``spark-submit``, ``segspark`` and the workspace are.
"""

import os
import subprocess
from collections.abc import Iterator

import dagster as dg

CONFIG = os.environ.get("SEGSPARK_CONFIG", "/opt/segspark/workspace/segspark.yaml")
# What `segspark pack` has made.
PACKED = os.environ.get("SEGSPARK_PACKED", "/opt/segspark/packed")

# What a daily run writes, by the names of the contracts.
TABLES = (
    "bronze.records",
    "bronze.quarantine",
    "privacy.identities",
    "privacy.last_opens",
    "silver.events",
    "silver.objections",
    "silver.orders",
    "silver.order_lines",
    "silver.profiles",
    "silver.consents",
    "silver.identity_links",
    "silver.unintroduced",
    "gold.activity_daily",
    "gold.activity_corrections",
    "gold.activity_items",
    "gold.item_last_days",
    "gold.features",
    "gold.scores",
    "gold.people",
    "gold.segments",
    "gold.segment_changes",
    "gold.segment_profiles",
    "gold.segment_registry",
    "gold.definitions",
)
KEYS = {name: dg.AssetKey(name.split(".")) for name in TABLES}

# The partition of today is there in the morning, when its run begins; the zone is the workspace's.
MORNINGS = dg.DailyPartitionsDefinition(start_date="2026-06-01", timezone="Europe/Paris", end_offset=1)

# Infrastructure: a lock, a disk, a lost executor. Every other exit code says the same again tomorrow.
TRY_AGAIN = 4


def run(*command: str) -> None:
    """Run a command to its end; only what another try may mend is tried again."""
    code = subprocess.run(command, check=False).returncode
    if code == TRY_AGAIN:
        raise dg.RetryRequested(max_retries=3, seconds_to_wait=300)
    if code:
        raise dg.Failure(f"exit code {code}, see the log", allow_retries=False)


@dg.multi_asset(
    specs=[dg.AssetSpec(key, group_name="segspark", kinds={"spark", "deltalake"}) for key in KEYS.values()],
    partitions_def=MORNINGS,
    # A lake has one writer: give the pool the limit 1.
    pool="segspark_lake",
)
def daily(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """The tables of one morning."""
    # In client mode, the default, spark-submit ends with the run's exit code.
    run(
        "spark-submit", "--properties-file", f"{PACKED}/spark-cluster.conf", "--py-files", f"{PACKED}/segspark.zip",
        f"{PACKED}/jobs/daily.py", "--config", CONFIG, "--as-of", context.partition_key,
    )  # fmt: skip
    for key in KEYS.values():
        yield dg.MaterializeResult(key)


@dg.asset(
    key=["segspark", "report"],
    group_name="segspark",
    partitions_def=MORNINGS,
    deps=[KEYS["gold.segments"]],
)
def report(context: dg.AssetExecutionContext) -> None:
    """The HTML report of a morning."""
    run("segspark", "report", "--config", CONFIG, "--as-of", context.partition_key)


@dg.op(pool="segspark_lake")
def maintain() -> None:
    """Retention, compaction, checkpoints and vacuum of the lake."""
    run("segspark", "maintain", "--config", CONFIG)


@dg.job
def nightly() -> None:
    maintain()


morning = dg.define_asset_job("morning", selection=dg.AssetSelection.assets(daily, report), partitions_def=MORNINGS)

definitions = dg.Definitions(
    assets=[daily, report],
    jobs=[morning, nightly],
    schedules=[
        # After the files of the day before have arrived.
        dg.build_schedule_from_partitioned_job(morning, hour_of_day=5, minute_of_hour=30),
        dg.ScheduleDefinition(job=nightly, cron_schedule="0 23 * * *", execution_timezone="Europe/Paris"),
    ],
)
