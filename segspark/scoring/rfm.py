"""Recency, frequency, monetary value: quintiles per snapshot, and the usual named cells.

Cuts are percentiles of the buyers of the window, and equal values share a score; recency is reversed (5 is recent).
Monetary is the amount ordered minus the amount refunded.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Rfm


@dataclass(frozen=True)
class Cell:
    """A named region of the recency x frequency grid, in fifths; a person gets the first that matches."""

    key: str
    recency: tuple[int, int]
    frequency: tuple[int, int]
    name_fr: str
    name_en: str


CELLS = (
    Cell("champions", (5, 5), (4, 5), "Champions", "Champions"),
    Cell("loyal", (3, 4), (4, 5), "Fidèles", "Loyal customers"),
    Cell("cannot_lose", (1, 1), (5, 5), "À ne pas perdre", "Cannot lose them"),
    Cell("at_risk", (1, 2), (3, 5), "À risque", "At risk"),
    Cell("potential_loyalist", (4, 5), (2, 3), "Fidèles en devenir", "Potential loyalists"),
    Cell("new_customers", (5, 5), (1, 1), "Nouveaux clients", "New customers"),
    Cell("promising", (4, 4), (1, 1), "Prometteurs", "Promising"),
    Cell("need_attention", (3, 3), (3, 3), "À relancer", "Need attention"),
    Cell("about_to_sleep", (3, 3), (1, 2), "En train de s'endormir", "About to sleep"),
    Cell("hibernating", (2, 2), (1, 2), "En sommeil", "Hibernating"),
    Cell("lost", (1, 1), (1, 2), "Perdus", "Lost"),
)
NEVER_BOUGHT = Cell("never_bought", (0, 0), (0, 0), "Sans achat", "No purchase")
NAMES = {c.key: (c.name_fr, c.name_en) for c in (*CELLS, NEVER_BOUGHT)}


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
    """The percentile cuts of the buyers, one small row; None if nobody bought."""
    shares = [i / config.n_bins for i in range(1, config.n_bins)]
    columns = _dimensions(config)
    row = (
        people.where(_bought(config)).agg(*[F.percentile(c, shares).alias(n) for n, c in columns.items()]).collect()[0]
    )
    if row["recency"] is None:
        return None
    return Cuts(*(tuple(row[n]) for n in ("recency", "frequency", "monetary")))


def with_rfm(people: DataFrame, config: Rfm, cuts: Cuts | None) -> DataFrame:
    """Everybody with their scores against the cuts of a snapshot.

    Args:
        people: person_id, days_since_order (days), n_order, order_cents, refund_cents of the configured window.
        cuts: read_cuts of the same snapshot.

    Returns:
        The people with recency, frequency, monetary (1 to n_bins; null for people who bought nothing within the
        window), cell (key of CELLS, or never_bought).
    """
    if cuts is None:
        none = dict.fromkeys(("recency", "frequency", "monetary"), F.lit(None).cast("int"))
        return people.withColumns({**none, "cell": F.lit(NEVER_BOUGHT.key)})
    columns = _dimensions(config)
    n = config.n_bins
    bought = _bought(config)
    scores = {
        "recency": F.lit(n + 1) - _bin(columns["recency"], cuts.recency),
        "frequency": _bin(columns["frequency"], cuts.frequency),
        "monetary": _bin(columns["monetary"], cuts.monetary),
    }
    scored = people.withColumns({name: F.when(bought, c).cast("int") for name, c in scores.items()})
    fifth = {d: F.ceil(F.col(d) * 5 / n) for d in ("recency", "frequency")}
    cell = F.lit(None).cast("string")
    for c in reversed(CELLS):
        here = fifth["recency"].between(*c.recency) & fifth["frequency"].between(*c.frequency)
        cell = F.when(here, F.lit(c.key)).otherwise(cell)
    return scored.withColumn("cell", F.when(F.col("recency").isNull(), NEVER_BOUGHT.key).otherwise(cell))


def _bin(value: Column, cuts: tuple[float, ...]) -> Column:
    """1 plus the number of cuts below the value: equal values share a bin."""
    total = F.lit(1)
    for cut in cuts:
        total = total + (value > F.lit(cut)).cast("int")
    return total
