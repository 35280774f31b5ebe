"""The days on which the orders of a batch are stored: whoever looks for their rows need not read those of all days.

A row that is delivered again states its time again, and so lies on a day of the batch. A shop may also change the time
of an order, and number its orders anew; then the row of the same order lies on another day. So that none is missed, the
order numbers of the other days are looked through, a few bytes each, where the log does not rule them out. Only for
the days found is anything else read.
"""

from collections.abc import Collection
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.pipeline.step import Step
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import Staged
from segspark.time import EPOCH_DAY

# So many rows of other days are read sooner than looked through.
MOST_ROWS = 500_000
# Forms of order numbers; of more, such as random ones, the log rules nothing out.
MOST_FORMS = 200


def batch_days(staged: Staged, *kinds: str) -> frozenset[date]:
    """The days of staged rows."""
    return frozenset(EPOCH_DAY + timedelta(days=day) for kind in kinds for day in staged.days(kind))


def days_of_orders(step: Step, contract: Contract, orders: DataFrame, days: Collection[date]) -> frozenset[date] | None:
    """The days of a table that may hold a row of these orders; None where all of them may be read.

    Args:
        contract: a table with source, order_id and order_date.
        orders: rows of this run: source, order_id.
        days: of these rows.
    """
    others = {day: n for day, n in step.facts(contract).rows_by_day.items() if day not in days}
    if sum(others.values()) <= MOST_ROWS:
        return None
    ids = orders.select("source", "order_id").distinct()
    ranges = _read_ranges(ids)
    if ranges is not None:
        others = {day: 0 for day in step.facts(contract).days_between("order_id", ranges) if day in others}
    if not others:
        return frozenset(days)
    stored = step.read(contract, frozenset(others)).select("order_date", "source", "order_id")
    met = stored.join(ids, on=["source", "order_id"], how="left_semi").select("order_date").distinct()
    return frozenset(days) | _read_days(met)


def _read_days(dates: DataFrame) -> set[date]:
    """Distinct order dates: at most one row for each partition day of the table."""
    return {row["order_date"] for row in dates.collect()}


def _read_ranges(ids: DataFrame) -> list[tuple[str, str]] | None:
    """The least and the greatest order number of each form; None if there are too many forms."""
    form = F.regexp_replace("order_id", "[0-9]", "0")
    ranges = ids.groupBy(form).agg(F.min("order_id").alias("low"), F.max("order_id").alias("high"))
    found = [(row["low"], row["high"]) for row in ranges.limit(MOST_FORMS + 1).collect()]
    return found if len(found) <= MOST_FORMS else None
