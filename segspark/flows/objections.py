"""What stands against writing to an address: the small table of it, whatever the years of events behind."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.flows.flow import Run
from segspark.tables import silver


def objections_of(run: Run) -> DataFrame:
    """silver.objections; of a lake from before that table, the same rows out of its events."""
    if run.lake.exists(silver.OBJECTIONS):
        return run.read(silver.OBJECTIONS)
    events = run.read(silver.EVENTS).where(F.col("event_type").isin(*silver.OBJECTION_TYPES))
    return events.where("identifier_id is not null").select(*silver.OBJECTIONS.column_names)
