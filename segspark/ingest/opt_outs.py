"""What stands against writing to an address: the small table of it, whatever the years of events behind."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.pipeline.view import View
from segspark.tables.contracts import silver


def opt_outs_of(view: View) -> DataFrame:
    """silver.objections; of a lake from before that table, the same rows out of its events."""
    if view.facts(silver.OBJECTIONS).exists:
        return view.read(silver.OBJECTIONS)
    events = view.read(silver.EVENTS).where(F.col("event_type").isin(*silver.OBJECTION_TYPES))
    return events.where("identifier_id is not null").select(*silver.OBJECTIONS.column_names)
