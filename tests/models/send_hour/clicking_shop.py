"""A list of people who click in a mail each day, each around a favourite hour or when everybody does: taken in, with its
features."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from builders import make_workspace, source, write_consents
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.models.send_hour.counts import HOURS
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake

FIRST, DAYS, PEOPLE = date(2026, 5, 4), 8, 240
DAY = FIRST + timedelta(days=DAYS)
MAILS = source("mails", "events", "event_id: id, event_type: type, occurred_at: at, is_machine: bot")
# Nobody else clicks at night: the first person's clicks there are a machine's, the second withdraws the permission.
BY_MACHINE, WITHDRAWN = 0, 1


@dataclass(frozen=True)
class Shop:
    """A workspace, its lake, and the human clicks by person and local hour."""

    workspace: Workspace
    lake: SparkLake
    counts: np.ndarray


def open_shop(spark: SparkSession, folder: Path, own: bool) -> Shop:
    """The shop as of DAY.

    Args:
        own: whether people have favourite hours, 9 of ten clicks.
    """
    rng = np.random.default_rng(5)
    workspace = make_workspace(folder)
    (folder / "sources" / "mails.yaml").write_text(MAILS)
    favourite, counts = 7 + np.arange(PEOPLE) % 16, np.zeros((PEOPLE, HOURS), dtype=int)
    for at in range(DAYS):
        day = FIRST + timedelta(days=at)
        rows = [f"d{n},{_address(n)},delivered,{day} 06:00:00,false" for n in range(PEOPLE) if at == 0]
        rows += [f"m{at},{_address(BY_MACHINE)},click,{day} 03:10:00,true"]
        for n in range(PEOPLE):
            hour = int(favourite[n] if own and rng.random() < 0.9 else rng.choice([9, 10, 10, 11, 18]))
            counts[n, hour] += 1
            # Two links of one mail are one click of the hour.
            rows += [f"c{at}-{n}-{k},{_address(n)},click,{day} {hour:02d}:{20 + k}:00,false" for k in (0, 1)]
        (folder / "data" / f"mails-{day}.csv").write_text("\n".join(["id,email,type,at,bot", *rows]) + "\n")
    write_consents(workspace, FIRST, (_address(WITHDRAWN), "profiling", "withdrawn", f"{FIRST} 05:00:00"))
    lake = SparkLake(workspace.lake, spark)
    for flow in (INGEST, TILES, FEATURES):
        run_flow(flow, workspace, lake, DAY)
    return Shop(workspace, lake, counts)


def _address(n: int) -> str:
    return f"p{n}@example.com"
