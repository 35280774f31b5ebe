"""segspark in Airflow 3.3: a partition is a morning, and a run of it knows what happened before. docs/deploy/airflow.md

This file needs Airflow alone; its tasks run where ``spark-submit``, ``segspark`` and the workspace are.
"""

import os
import subprocess
from datetime import timedelta

from airflow.sdk import DAG, Asset, CronPartitionTimetable, PartitionedAssetTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

CONFIG = os.environ.get("SEGSPARK_CONFIG", "/opt/segspark/workspace/segspark.yaml")
# What `segspark pack` has made.
PACKED = os.environ.get("SEGSPARK_PACKED", "/opt/segspark/packed")
LAKE = os.environ.get("SEGSPARK__LAKE", "s3://shop-data/lake").rstrip("/")

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
ASSETS = {name: Asset(name=name, uri=f"{LAKE}/{name.replace('.', '/')}", group="segspark") for name in TABLES}

# Infrastructure: a lock, a disk, a lost executor. Every other exit code says the same again tomorrow.
TRY_AGAIN = 4


def run(*command: str) -> None:
    """Run a command to its end; only what another try may mend is tried again."""
    code = subprocess.run(command, check=False).returncode
    if code == TRY_AGAIN:
        raise AirflowException(f"exit code {code}: infrastructure, see the log")
    if code:
        raise AirflowFailException(f"exit code {code}, see the log")


def as_of() -> str:
    """The day of this run's partition."""
    day = get_current_context().get("partition_key")
    if not day:
        raise AirflowFailException("this run has no partition; give it one, such as 2026-06-01")
    return day


with DAG(
    dag_id="segspark_daily",
    # After the files of the day before have arrived; the zone is the workspace's.
    schedule=CronPartitionTimetable("30 5 * * *", timezone="Europe/Paris", key_format="%Y-%m-%d"),
    catchup=False,
    # A lake has one writer.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["segspark"],
):

    @task(outlets=list(ASSETS.values()))
    def daily() -> None:
        # In client mode, the default, spark-submit ends with the run's exit code.
        run(
            "spark-submit", "--properties-file", f"{PACKED}/spark-cluster.conf", "--py-files", f"{PACKED}/segspark.zip",
            f"{PACKED}/jobs/daily.py", "--config", CONFIG, "--as-of", as_of(),
        )  # fmt: skip

    @task
    def maintain() -> None:
        run("segspark", "maintain", "--config", CONFIG)

    daily() >> maintain()


with DAG(
    dag_id="segspark_report",
    # Once for each day whose segments are there.
    schedule=PartitionedAssetTimetable(assets=ASSETS["gold.segments"]),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["segspark"],
):

    @task
    def report() -> None:
        run("segspark", "report", "--config", CONFIG, "--as-of", as_of())

    report()
