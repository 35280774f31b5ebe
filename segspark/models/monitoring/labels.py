"""What people did in the window after the day of their scores, as known on the day of the measurement."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.models.monitoring.record import Announced
from segspark.pipeline.view import View
from segspark.tables.contracts import gold
from segspark.time import DAY


def with_labels(view: View, scored: DataFrame, announced: Announced, day: date) -> DataFrame:
    """The rows with ``label``: 1 where what was announced on a day came about.

    Args:
        view: as of the day of the measurement; corrections of later days are not read.
        scored: person_id and more, one row per person.
    """
    begin, end = announced.window.begin(day), announced.window.end(day)
    tiles = view.read(gold.ACTIVITY_DAILY, (begin, end))
    # A correction is applied the day after the day that it corrects at the earliest.
    late = view.read(gold.ACTIVITY_CORRECTIONS, (begin, view.as_of + DAY))
    late = late.where((F.col("activity_date") >= F.lit(begin)) & (F.col("activity_date") < F.lit(end)))
    each = [part.select("person_id", _value(part, announced.measure).alias("n")) for part in (tiles, late)]
    done = each[0].unionByName(each[1]).groupBy("person_id").agg(F.sum("n").alias("n_after"))
    happened = F.coalesce("n_after", F.lit(0)) > 0
    label = (~happened if announced.is_absence else happened).cast("int").alias("label")
    return scored.join(done, on="person_id", how="left").select(*scored.columns, label)


def _value(rows: DataFrame, measure: str) -> Column:
    """The measure; none in a table that was never written with it."""
    return F.coalesce(F.col(measure), F.lit(0)) if measure in rows.columns else F.lit(0)
