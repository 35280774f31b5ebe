"""The histories of buyers, from stored features: counted into cells by Spark, a few numbers each."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.identity.links import people_as_of
from segspark.models.value.cells import Cells
from segspark.models.value.gamma_gamma import Spending
from segspark.pipeline.view import View
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import gold, silver
from segspark.time import DAY

# Columns of gold.features. They know only what happened since somebody permits profiling, so the first order is the first
# since then.
INPUTS = (
    "n_order_day_lifetime", "first_order_date", "last_order_date", "order_cents_lifetime", "refund_cents_lifetime",
)  # fmt: skip
IS_BUYER = "n_order_day_lifetime > 0"
# As in the papers, the observed time ends with the last observed day, which is the one before the as-of day.
X, T_X = "n_order_day_lifetime - 1", "datediff(last_order_date, first_order_date)"
AGE = "datediff(as_of_date, first_order_date) - 1"
# Somebody who gave back more than is known to be ordered has spent nothing.
CENTS = "greatest(order_cents_lifetime - refund_cents_lifetime, 0)"
# Who has not ordered since the cut waits longer than any time that is asked about.
NEVER = "coalesce(cast(wait as double), double('infinity')) AS wait"
# Mean amounts within e^(1/500), a fifth of a percent, are one cell, at the middle of it.
STEPS = 500


@dataclass(frozen=True)
class Buyers:
    """The buyers of a day.

    Attributes:
        n, n_repeat: people with an order, and with orders on two days.
        first: day of the first order of all; None without one.
    """

    n: int
    n_repeat: int
    first: date | None


def of_permitting(view: View, features: DataFrame) -> DataFrame:
    """The rows of buyers who permit profiling by the newest records, whatever was known on the as-of day."""
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of))
    assumed, zone = view.settings.consent.assumed, view.settings.time_zone
    permitting = read_permitting(view.read(silver.CONSENTS), owners, PROFILING, view.as_of, assumed, zone)
    return features.where(IS_BUYER).join(permitting, on="person_id", how="left_semi")


def read_buyers(features: DataFrame) -> Buyers:
    """One row."""
    row = features.agg(
        F.count(F.lit(1)).alias("n"),
        F.count_if(F.expr(f"{X} > 0")).alias("n_repeat"),
        F.min("first_order_date").alias("first"),
    ).collect()[0]
    return Buyers(row["n"], row["n_repeat"], row["first"])


def read_cells(features: DataFrame) -> Cells:
    """A row per distinct history: of ten million buyers in three years some three million."""
    counted = _histories(features).groupBy("x", "t_x", "age").agg(F.count(F.lit(1)).alias("n"))
    return Cells(*_arrays(counted, ("x", "t_x", "age", "n")))


def read_spending(features: DataFrame) -> Spending:
    """What people with orders on two days spend in one; who spent nothing in all is left out."""
    spent = features.where(f"{X} > 0 and {CENTS} > 0").selectExpr(
        "n_order_day_lifetime AS orders", f"round(ln({CENTS} / n_order_day_lifetime) * {STEPS}) AS step"
    )
    counted = spent.groupBy("orders", "step").agg(F.count(F.lit(1)).alias("n"))
    orders, step, n = _arrays(counted, ("orders", "step", "n"))
    return Spending(orders, np.exp(step / STEPS), n)


@dataclass(frozen=True)
class After:
    """What people did after a cut, by their history at it.

    Attributes:
        cells: histories at the cut; one may stand in several entries, which differ in ``wait``.
        orders: order days after the cut, of all people of each entry together.
        buyers: people of each entry with one.
        wait: days until the first of them, 1 on the day of the cut itself; infinite without one.
    """

    cells: Cells
    orders: np.ndarray
    buyers: np.ndarray
    wait: np.ndarray


def order_days(view: View, begin: date, end: date) -> DataFrame:
    """The days in [begin, end) on which people ordered, as known today: person_id, activity_date, cents (what was spent on
    the day, less what was given back on it).
    """
    # Corrections are stored by the day on which they became known, and may speak of days before.
    tiles = view.read(gold.ACTIVITY_DAILY, (begin, end))
    late = view.read(gold.ACTIVITY_CORRECTIONS, (begin, view.as_of + DAY))
    days = tiles.select(*_DAY, *_measures(tiles)).unionByName(late.select(*_DAY, *_measures(late)))
    days = days.where((F.col("activity_date") >= F.lit(begin)) & (F.col("activity_date") < F.lit(end)))
    sums = [F.sum(name).alias(name) for name in _MEASURES]
    net = days.groupBy(*_DAY).agg(*sums).where("n_order > 0")
    return net.select(*_DAY, F.expr("order_cents - refund_cents AS cents"))


_DAY, _MEASURES = ("person_id", "activity_date"), ("n_order", "order_cents", "refund_cents")


def _measures(rows: DataFrame) -> list[Column]:
    """None in a table that was never written with it."""
    return [
        F.coalesce(F.col(name) if name in rows.columns else F.lit(None), F.lit(0)).cast("bigint").alias(name)
        for name in _MEASURES
    ]


def next_orders(view: View, cut: date) -> DataFrame:
    """The first order day of each person since a cut, as known today: person_id, next_order_date."""
    made = order_days(view, cut, view.as_of)
    return made.groupBy("person_id").agg(F.min("activity_date").alias("next_order_date"))


def read_after(before: DataFrame, after: DataFrame, following: DataFrame) -> After:
    """Histories at a cut, and the order days that followed; of ten million buyers some millions of rows.

    Args:
        before: features of buyers as of the cut.
        after: of a later day. Only people with the same first order are compared: of the others other orders are known,
            since they were found to be one person with somebody else, or permitted something else meanwhile.
        following: their first order days since the cut (next_orders).
    """
    later = after.selectExpr("person_id", "first_order_date", "n_order_day_lifetime AS n_later")
    both = before.join(later, on=["person_id", "first_order_date"], how="inner")
    both = both.join(following, on="person_id", how="left")
    # An order day may have been taken back since.
    orders = F.greatest(F.expr("n_later - n_order_day_lifetime"), F.lit(0))
    wait = F.when(orders > 0, F.datediff("next_order_date", "as_of_date") + 1)
    histories = _histories(both.withColumns({"orders": orders, "wait": wait}), "orders", NEVER)
    counted = histories.groupBy("x", "t_x", "age", "wait").agg(
        F.count(F.lit(1)).alias("n"), F.sum("orders").alias("orders"), F.count_if(F.col("orders") > 0).alias("buyers")
    )
    *cells, orders_after, buyers, days = _arrays(counted, ("x", "t_x", "age", "n", "orders", "buyers", "wait"))
    return After(Cells(*cells), orders_after, buyers, days)


def _histories(features: DataFrame, *more: str) -> DataFrame:
    return features.where(IS_BUYER).selectExpr(f"{X} AS x", f"{T_X} AS t_x", f"{AGE} AS age", *more)


def _arrays(frame: DataFrame, names: tuple[str, ...]) -> list[np.ndarray]:
    """The columns as doubles, in an order of their own: sums of floats then do not depend on how rows were spread."""
    table = frame.select(*[F.col(n).cast("double") for n in names]).toArrow()
    table = table.sort_by([(name, "ascending") for name in names])
    return [table[name].to_numpy() for name in names]
