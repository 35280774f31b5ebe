"""What forbids writing to an address, from a small table whose size does not depend on years of events."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.pipeline.view import View
from segspark.tables.contracts import silver


def opt_outs_of(view: View) -> DataFrame:
    """silver.objections; in a lake older than that table, the same rows derived from its events."""
    if view.facts(silver.OBJECTIONS).exists:
        return view.read(silver.OBJECTIONS)
    return objections_in(view.read(silver.EVENTS))


def objections_in(events: DataFrame) -> DataFrame:
    """The rows of silver.objections among events."""
    against = events.where(F.col("event_type").isin(*silver.OBJECTION_TYPES))
    return against.where("identifier_id is not null").select(*silver.OBJECTIONS.column_names)
