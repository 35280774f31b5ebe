"""The end of sealed records: once their time is over, nothing is left of them but reasons, length and a keyed hash."""

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, Upsert
from segspark.points import point
from segspark.sources.spec import Source
from segspark.tables.contracts import bronze

# What ends within so many days goes with what ends today, so that a table is not merged into every day.
AHEAD = timedelta(days=6)


def end_sealed(step: Step, sources: list[Source]) -> None:
    """Remove the sealed records whose ``kept_until`` is over.

    Their old files go with the next clean that is a week later: until then Delta keeps the version before.
    """
    keeps_raw = any(source.keep_raw == "sealed" for source in sources)
    for table in (bronze.QUARANTINE, *((bronze.RECORDS,) if keeps_raw else ())):
        if not step.facts(table).rows:
            continue
        sealed = step.read(table).where("sealed is not null")
        first = _read_first_end(sealed)
        if first is not None and first <= step.as_of:
            over = sealed.where(F.col("kept_until") <= F.lit(step.as_of + AHEAD))
            nothing = {"sealed": F.lit(None).cast("binary"), "kept_until": F.lit(None).cast("date")}
            step.write(table, Frame(over.withColumns(nothing)), Upsert("true"))
            point("sealed_ended")


def _read_first_end(sealed: DataFrame) -> date | None:
    """The day on which the first of the sealed records ends; one row."""
    first: date | None = sealed.agg(F.min("kept_until").alias("first")).collect()[0]["first"]
    return first
