"""One person with a tenth of all events against the even case: the flows ``tiles`` and ``features`` from silver."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from data import AS_OF, DAY, HISTORY, draw_days
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from segspark.config.models import Consent, Workspace
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.pipeline.runner import run_flow
from segspark.purposes import PURPOSES
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake

CASES = {"even": 0.0, "one person with a tenth of all events": 0.1}
# The first also warms.
TIMES = 2


def measure_skew(spark: SparkSession, folder: Path, people: int, events: int) -> dict[str, float]:
    """Seconds of both flows in both cases, each the best of some runs from nothing, taken in turn."""
    workspaces = {}
    for case, share in CASES.items():
        lake = folder / f"skew-{share}"
        workspaces[case] = Workspace(lake=lake, consent=Consent(assumed=PURPOSES))
        _fill(SparkLake(lake, spark), lake / "drawn", people, events, share)
    found: dict[str, float] = {}
    for _ in range(TIMES):
        for case, workspace in workspaces.items():
            for layer in ("gold", "ops"):
                shutil.rmtree(Path(str(workspace.lake)) / layer, ignore_errors=True)
            for flow in (TILES, FEATURES):
                start = time.perf_counter()
                run_flow(flow, workspace, SparkLake(workspace.lake, spark), AS_OF)
                what = f"flow {flow.name}, {case}"
                found[what] = min(found.get(what, 1e9), time.perf_counter() - start)
    return found


def _fill(lake: Lake, drawn: Path, people: int, events: int, heavy_share: float) -> None:
    """silver.events and silver.identity_links: everybody is known by one identifier."""
    drawn.mkdir(parents=True)
    ids = pa.array([], pa.string())
    for path, rows, ids in _days(drawn, people, events, heavy_share):  # noqa: B007
        pq.write_table(rows, path)
    known = datetime.combine(AS_OF - HISTORY * DAY, datetime.min.time(), UTC)
    frame = lake.spark.read.parquet(str(drawn)).select(
        F.concat_ws("-", "day", "n").alias("event_id"),
        F.date_add("day", 1).alias("known_as_of"),
        F.lit("").alias("fingerprint"),
        F.lit("bench").alias("source"),
        F.col("type").alias("event_type"),
        F.col("person_id").alias("identifier_id"),
        F.expr("timestamp(day) + interval 12 hours").alias("occurred_at"),
        F.expr("timestamp(day) + interval 13 hours").alias("received_at"),
        F.col("day").alias("event_date"),
        F.when(F.col("cents") > 0, F.col("cents")).alias("amount_cents"),
        F.lit("EUR").alias("currency"),
        F.lit("bench").alias("run_id"),
    )
    lake.append(
        silver.EVENTS, frame.repartitionByRange(8, "event_date").sortWithinPartitions("event_date"), once="bench"
    )
    links = pa.table({"identifier_id": ids, "person_id": ids})
    for name, value in (
        ("rule", "first_seen"),
        ("is_anonymous", False),
        ("run_id", "bench"),
        ("known_as_of", known.date()),
    ):
        links = links.append_column(name, pa.array([value] * len(ids)))
    for name in ("effective_at", "recorded_at"):
        links = links.append_column(name, pa.array([known] * len(ids), pa.timestamp("us", tz="UTC")))
    lake.append_small(silver.IDENTITY_LINKS, links, once="bench")
    lake.create(silver.CONSENTS)


def _days(drawn: Path, people: int, events: int, heavy_share: float) -> Iterator[tuple[Path, pa.Table, pa.Array]]:
    for day, rows, ids in draw_days(people, events, HISTORY, heavy_share):
        yield drawn / f"{day}.parquet", rows.append_column("n", pa.array(range(rows.num_rows))), ids
