"""A shop of people who order on Mondays, each at a pace of their own, until they stop: taken in, with its features."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
from builders import write_orders
from lakes import Moment

from segspark.config.models import Workspace
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake

WEEKS, PEOPLE = 30, 400
FIRST = date(2026, 1, 5)
DAY = FIRST + timedelta(weeks=WEEKS)


@cache
def order_days() -> Mapping[str, Sequence[date]]:
    """Name -> days with an order."""
    rng = np.random.default_rng(12)
    found = {}
    for at in range(PEOPLE):
        week, pace, leaves = int(rng.integers(0, WEEKS)), rng.gamma(1.0, 0.3), rng.beta(0.8, 2.5)
        weeks = [week]
        while (week := week + int(rng.geometric(1 - np.exp(-pace)))) < WEEKS:
            weeks.append(week)
            if rng.random() < leaves:
                break
        found[f"p{at}"] = [FIRST + timedelta(weeks=w) for w in weeks]
    return found


def open_on_mondays(workspace: Workspace, lake: SparkLake) -> None:
    for day in sorted({day for days in order_days().values() for day in days}):
        rows = [
            (f"{who}-{day}", f"{who}@example.com", f"{day} 10:00:00", f"{10 + int(who[1:]) % 50}.00")
            for who, days in order_days().items()
            if day in days
        ]
        write_orders(workspace, day, *rows)
    for flow in (INGEST, TILES, FEATURES):
        run_flow(flow, workspace, lake, DAY)


MONDAYS = Moment("mondays", None, open_on_mondays)
