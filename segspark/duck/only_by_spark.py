"""What DuckDB leaves to Spark."""

from segspark.errors import SegsparkError


class OnlyBySpark(SegsparkError):
    """A question that Spark has to answer; the text says why."""
