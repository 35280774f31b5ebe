"""Recency, frequency, monetary value of a snapshot's buyers, and cells whose names hold for their members.

Recency and monetary value are cut at percentiles of the buyers of the window. Frequency has few values that many people
share, so a value's score follows its mid-rank. Equal values share a score; recency is reversed (5 is recent). Monetary is
the amount ordered minus the amount refunded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Rfm
from segspark.scoring.cells import CELLS, LAPSED, NEVER_BOUGHT, Cell


@dataclass(frozen=True)
class Cuts:
    """Upper edges of the lower bins, per dimension."""

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]


def _dimensions(config: Rfm) -> dict[str, Column]:
    w = config.window_days
    return {
        "recency": F.col("days_since_order").cast("double"),
        "frequency": F.col(f"n_order_{w}d").cast("double"),
        "monetary": (F.col(f"order_cents_{w}d") - F.col(f"refund_cents_{w}d")).cast("double"),
    }


def _bought(config: Rfm) -> Column:
    return F.col(f"n_order_{config.window_days}d") > 0


def read_cuts(people: DataFrame, config: Rfm) -> Cuts | None:
    """The cuts of the buyers: one small row, and one for each number of orders; None if nobody bought."""
    shares = [i / config.n_bins for i in range(1, config.n_bins)]
    columns = _dimensions(config)
    buyers = people.where(_bought(config))
    counted = buyers.groupBy(columns["frequency"].alias("orders")).agg(F.count(F.lit(1)).alias("n")).collect()
    if not counted:
        return None
    ranked = ("recency", "monetary")
    row = buyers.agg(*[F.percentile(columns[n], shares).alias(n) for n in ranked]).collect()[0]
    frequency = frequency_cuts({r["orders"]: r["n"] for r in counted}, config.n_bins)
    return Cuts(tuple(row["recency"]), frequency, tuple(row["monetary"]))


def frequency_cuts(people: Mapping[float, int], n_bins: int) -> tuple[float, ...]:
    """Upper edges of the lower bins by mid-ranks, so that a value that half of all buyers share swallows no score.

    A value's mid-rank is the share of people below it plus half of those who have it (Kendall 1945, ties); its score is
    the bin of its mid-rank. Where there are at least as many values as bins, each score is given: a value's score is at
    most one above that of the value before, the lowest has 1 and the highest ``n_bins``.

    Args:
        people: number of orders -> people who have it.
    """
    values = np.array(sorted(people))
    n = np.array([people[v] for v in values.tolist()], dtype=float)
    scores = np.ceil((np.cumsum(n) - n / 2) / n.sum() * n_bins).clip(1, n_bins)
    if len(values) >= n_bins:
        at = np.arange(len(values))
        scores[0] = 1
        scores = np.minimum.accumulate(scores - at) + at
        scores[-1] = n_bins
        scores = np.maximum.accumulate((scores - at)[::-1])[::-1] + at
    return tuple(float(values[scores <= bin].max(initial=0)) for bin in range(1, n_bins))


def with_rfm(people: DataFrame, config: Rfm, cuts: Cuts | None) -> DataFrame:
    """Everybody with their scores against the cuts of a snapshot.

    Args:
        people: person_id, days_since_order and days_since_first_order (days), n_order, order_cents, refund_cents of the
            configured window.
        cuts: read_cuts of the same snapshot.

    Returns:
        The people with recency, frequency, monetary (1 to n_bins; null for people who bought nothing within the
        window), cell (key of CELLS; lapsed for an order before the window alone, never_bought without any).
    """
    silent = F.when(F.col("days_since_order").isNotNull(), LAPSED.key).otherwise(NEVER_BOUGHT.key)
    if cuts is None:
        none = dict.fromkeys(("recency", "frequency", "monetary"), F.lit(None).cast("int"))
        return people.withColumns({**none, "cell": silent})
    columns = _dimensions(config)
    n = config.n_bins
    bought = _bought(config)
    scores = {
        "recency": F.lit(n + 1) - _bin(columns["recency"], cuts.recency),
        "frequency": _bin(columns["frequency"], cuts.frequency),
        "monetary": _bin(columns["monetary"], cuts.monetary),
    }
    scored = people.withColumns({name: F.when(bought, c).cast("int") for name, c in scores.items()})
    cell = F.lit(None).cast("string")
    for c in reversed(CELLS):
        cell = F.when(_in_cell(c, config), F.lit(c.key)).otherwise(cell)
    return scored.withColumn("cell", F.when(F.col("recency").isNull(), silent).otherwise(cell))


def _in_cell(cell: Cell, config: Rfm) -> Column:
    fifth = {d: F.ceil(F.col(d) * 5 / config.n_bins) for d in ("recency", "frequency")}
    here = fifth["recency"].between(*cell.recency) & fifth["frequency"].between(*cell.frequency)
    if cell.least_orders > 1:
        here &= F.col(f"n_order_{config.window_days}d") >= cell.least_orders
    if cell.first is not None:
        # Both count days: an order of yesterday is one day ago, and the window ends with yesterday.
        is_first = F.coalesce(F.col("days_since_first_order") <= config.window_days, F.lit(False))
        here &= is_first if cell.first else ~is_first
    return here


def _bin(value: Column, cuts: tuple[float, ...]) -> Column:
    """1 plus the number of cuts below the value: equal values share a bin."""
    total = F.lit(1)
    for cut in cuts:
        total = total + (value > F.lit(cut)).cast("int")
    return total
