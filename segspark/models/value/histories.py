"""The histories of buyers, from stored features: counted into cells by Spark, a few numbers each."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.identity.links import people_as_of
from segspark.models.value.cells import Cells
from segspark.models.value.gamma_gamma import Spending
from segspark.pipeline.view import View
from segspark.privacy.consent import read_permitting
from segspark.purposes import PROFILING
from segspark.tables.contracts import silver

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


def read_after(before: DataFrame, after: DataFrame) -> tuple[Cells, np.ndarray, np.ndarray]:
    """Histories at a cut, and the order days that followed.

    Args:
        before: features of buyers as of the cut.
        after: of a later day. Only people with the same first order are compared: of the others other orders are known,
            since they were found to be one person with somebody else, or permitted something else meanwhile.

    Returns:
        The cells at the cut; for each, the order days of its people after it, and its people with one.
    """
    later = after.selectExpr("person_id", "first_order_date", "n_order_day_lifetime AS n_later")
    both = before.join(later, on=["person_id", "first_order_date"], how="inner")
    # An order day may have been taken back since.
    orders = F.greatest(F.expr("n_later - n_order_day_lifetime"), F.lit(0))
    histories = _histories(both.withColumn("orders", orders), "orders")
    counted = histories.groupBy("x", "t_x", "age").agg(
        F.count(F.lit(1)).alias("n"), F.sum("orders").alias("orders"), F.count_if(F.col("orders") > 0).alias("buyers")
    )
    *cells, orders_after, buyers = _arrays(counted, ("x", "t_x", "age", "n", "orders", "buyers"))
    return Cells(*cells), orders_after, buyers


def _histories(features: DataFrame, *more: str) -> DataFrame:
    return features.where(IS_BUYER).selectExpr(f"{X} AS x", f"{T_X} AS t_x", f"{AGE} AS age", *more)


def _arrays(frame: DataFrame, names: tuple[str, ...]) -> list[np.ndarray]:
    """The columns as doubles, in an order of their own: sums of floats then do not depend on how rows were spread."""
    table = frame.select(*[F.col(n).cast("double") for n in names]).toArrow()
    table = table.sort_by([(name, "ascending") for name in names])
    return [table[name].to_numpy() for name in names]
