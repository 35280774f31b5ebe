"""Events that came too late, or that may not be kept."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.ingest.duplicates import _exceptions
from segspark.privacy.consent import local_day
from segspark.purposes import OPEN_TRACKING


def expired(events: DataFrame, first_loads: Sequence[str], time_zone: str, late_horizon_days: int) -> DataFrame:
    """Events that were older than the horizon when they became known.

    Args:
        first_loads: sources without a file before this run; their history is never too late.
    """
    last_day = F.date_add(local_day(F.col("occurred_at"), time_zone), 1 + late_horizon_days)
    later = events.where(~F.col("source").isin(*first_loads)) if first_loads else events
    too_late = later.where(last_day < F.col("known_as_of"))
    return _exceptions(too_late, "events", "expired")


def withheld(events: DataFrame, permitted: DataFrame, time_zone: str, is_assumed: bool) -> DataFrame:
    """Opens of people who have not permitted open tracking.

    Args:
        permitted: identifier_id, open_tracking (local day from which opens may be kept, null is never).
        is_assumed: open tracking is permitted by whoever has said nothing, so also at an address that is not introduced.
    """
    known = permitted.select("identifier_id", OPEN_TRACKING, F.lit(True).alias("is_known"))
    may_keep = local_day(F.col("occurred_at"), time_zone) >= F.col(OPEN_TRACKING)
    if is_assumed:
        may_keep = may_keep | (F.col("is_known").isNull() & F.col("identifier_id").isNotNull())
    opens = events.where("event_type = 'open'")
    joined = opens.join(known, on="identifier_id", how="left")
    return _exceptions(joined.where(~F.coalesce(may_keep, F.lit(False))), "events", "withheld")
