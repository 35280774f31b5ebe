"""Human clicks of people who permit profiling, by local day and hour, from the events."""

from datetime import date

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.identity.links import people_as_of
from segspark.models.send_hour.counts import HOURS, Clicks
from segspark.pipeline.view import View
from segspark.privacy.consent import local_day
from segspark.purposes import PROFILING
from segspark.sources.vocabulary import BY_A_HUMAN
from segspark.tables.contracts import silver
from segspark.time import DAY

CLICK = "click"
# Clicks by hour, beside people.
COLUMNS = tuple(f"n_click_h{hour:02d}" for hour in range(HOURS))
_USABLE_FROM = f"{PROFILING}_from"


def human_clicks(view: View, people: DataFrame, days: int) -> DataFrame:
    """The clicks in mails of the last days before the as-of day, as known on it; machines' are left out.

    Args:
        view: of silver.events and silver.identity_links.
        people: person_id, profiling_from (the first day that profiling may use; null: none).

    Returns:
        One row per person, local day and hour with a click: person_id, click_date, hour.
    """
    first, zone = view.as_of - days * DAY, view.settings.time_zone
    # A local day lies in two days of UTC.
    events = view.read(silver.EVENTS, (first - DAY, view.as_of + DAY))
    known = (F.col("event_type") == CLICK) & F.expr(BY_A_HUMAN) & (F.col("known_as_of") <= F.lit(view.as_of))
    clicks = events.where(known).select(
        "identifier_id",
        local_day(F.col("occurred_at"), zone).alias("click_date"),
        F.hour(F.from_utc_timestamp("occurred_at", zone)).alias("hour"),
    )
    within = (F.col("click_date") >= F.lit(first)) & (F.col("click_date") < F.lit(view.as_of))
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of)).select("identifier_id", "person_id")
    of_people = clicks.where(within).join(owners, on="identifier_id", how="inner")
    usable = people.where(F.col(_USABLE_FROM).isNotNull()).select("person_id", _USABLE_FROM)
    of_people = of_people.join(usable, on="person_id", how="inner").where(F.col("click_date") >= F.col(_USABLE_FROM))
    return of_people.select("person_id", "click_date", "hour").distinct()


def count_by_hour(clicks: DataFrame) -> DataFrame:
    """person_id and COLUMNS of everybody with a click: on how many days there was one in each hour."""
    counts = [F.count_if(F.col("hour") == hour).alias(name) for hour, name in enumerate(COLUMNS)]
    return clicks.groupBy("person_id").agg(*counts)


def read_clicks(clicks: DataFrame, people: DataFrame, group: str, most: int, epoch: date) -> tuple[Clicks, list[str]]:
    """Clicks of at most about ``most`` people, at most one for each hour of each day; and the group of each person.

    Args:
        people: person_id and the column ``group``.
        epoch: the day from which days are counted.
    """
    parts, n = 1_000_000, clicks.select("person_id").distinct().count()
    share = round(parts * min(1.0, most / max(n, 1)))
    drawn = clicks.where(F.pmod(F.xxhash64("person_id"), F.lit(parts)) < F.lit(share))
    named = drawn.join(
        people.select("person_id", F.coalesce(group, F.lit("")).alias("group")), on="person_id", how="inner"
    )
    day = F.datediff("click_date", F.lit(epoch)).alias("day")
    # In one order, so that the same clicks give the same model.
    rows = named.orderBy("person_id", "click_date", "hour").select("person_id", "group", day, "hour").toPandas()
    names, first, person = np.unique(rows["person_id"].to_numpy(str), return_index=True, return_inverse=True)
    groups = rows["group"].to_numpy(str)[first].tolist()
    assert len(names) == len(groups)
    return Clicks(person, rows["day"].to_numpy(dtype=int), rows["hour"].to_numpy(dtype=int)), groups
