"""What stands against writing to an address: the small table of it, whatever the years of events behind."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.pipeline.step import Step
from segspark.tables.contracts import silver


def opt_outs_of(run: Step) -> DataFrame:
    """silver.objections; of a lake from before that table, the same rows out of its events."""
    if run.lake.exists(silver.OBJECTIONS):
        return run.read(silver.OBJECTIONS)
    events = run.read(silver.EVENTS).where(F.col("event_type").isin(*silver.OBJECTION_TYPES))
    return events.where("identifier_id is not null").select(*silver.OBJECTIONS.column_names)
