"""Daily tiles, items and their corrections, made from events and links; a rerun gives the same rows.

The tile of a local day holds the events known by the next morning, under the persons known by then. What is
learnt later about a closed day is a correction: late events, and the events of an identifier that moved from one
person to another (subtracted from the old person, added to the new one). The events of an identifier that is introduced
later than they became known count as late ones, from its introduction on; without one they count for nobody.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.features.feature import Catalogue, ItemKind, Measure
from segspark.features.owners import introduced_late, moves_of, subject, with_person
from segspark.features.sketch import mark_of
from segspark.tables.contracts.silver import EVENTS
from segspark.time import DAY

ALWAYS_READ = ("event_type", "identifier_id", "anonymous_id", "occurred_at", "known_as_of", "event_date")
_WORD = re.compile(r"\w+")
KEYS = ("person_id", "activity_date", "applied_as_of")


@dataclass(frozen=True)
class Events:
    """Rows of silver.events, as few as each use needs.

    Attributes:
        every: all events, for people whose identifiers move.
        near: at least the events of the days around the tiles.
        learnt: at least the events that became known since the last corrections.
    """

    every: DataFrame
    near: DataFrame
    learnt: DataFrame

    @classmethod
    def whole(cls, events: DataFrame) -> "Events":
        return cls(events, events, events)


def days_around(first: date, end: date) -> tuple[date, date]:
    """The UTC days [first, end) that cover the local days [first, end)."""
    return first - DAY, end + 2 * DAY


def with_days(events: DataFrame, types: Collection[str], time_zone: str) -> DataFrame:
    """The events of some types, each on its local day.

    Args:
        events: silver.events; the subject is the identifier, else the anonymous visitor.

    Returns:
        The events with subject_id, activity_date (local day) and local_hour.
    """
    local = F.from_utc_timestamp("occurred_at", time_zone)
    of_event = subject()
    return events.where(F.col("event_type").isin(sorted(types)) & of_event.isNotNull()).withColumns(
        {"subject_id": of_event, "activity_date": F.to_date(local), "local_hour": F.hour(local)}
    )


def columns_read(catalogue: Catalogue) -> list[str]:
    """Columns of silver.events that tiles and items read."""
    expressions = [text for m in catalogue.measures for text in (m.where or "", m.value)]
    expressions += [text for kind in catalogue.items for text in (kind.where or "", kind.expression)]
    names = {*ALWAYS_READ, *(word for text in expressions for word in _WORD.findall(text))}
    return [c for c in EVENTS.column_names if c in names]


def _sum_of(measure: Measure, currency: str) -> Column:
    # Built as text, because a JVM call for each part takes longer than summing a day. Summed as a double, which holds
    # integers up to 2^53 (9 * 10^13 euros in cents): integer addition checks for overflow, which nearly doubles the
    # time of the pass.
    types = ", ".join(f"'{t}'" for t in measure.event_types)
    where = measure.where.replace("{currency}", currency) if measure.where else "true"
    counted = (
        f"CASE WHEN event_type IN ({types}) AND coalesce({where}\n, false) "
        f"THEN CAST(CAST({measure.value} AS BIGINT) * sign AS DOUBLE) ELSE 0D END"
    )
    return F.expr(f"CAST(sum({counted}) AS BIGINT)").alias(measure.name)


def build_activity(rows: DataFrame, catalogue: Catalogue, currency: str) -> DataFrame:
    """Tiles and corrections.

    Args:
        rows: owned_rows.
        currency: of the business; amounts in another currency are excluded from sums.

    Returns:
        One row per person, day, as-of day and reason with a measure that is not zero: person_id, activity_date,
        applied_as_of, reason, measures (whole numbers up to 2^53, negative where subtracted). Reason null is the tile
        of the day, with applied_as_of the morning after; late, moved_in and moved_out are corrections.
    """
    summed = rows.groupBy(*KEYS, "reason").agg(*[_sum_of(m, currency) for m in catalogue.measures])
    return summed.where(" or ".join(f"{m.name} <> 0" for m in catalogue.measures))


def build_items(rows: DataFrame, catalogue: Catalogue) -> DataFrame:
    """The items that people's events name, with the same days and as-of days as ``build_activity``.

    Args:
        rows: owned_rows.

    Returns:
        One row per person, day, as-of day, kind and item with a count that is not zero: person_id, activity_date,
        applied_as_of (the morning after for the day's own items; later ones are corrections), kind, item, n.
    """
    # Filtered after the explode: Spark interprets a lambda over an array item by item, at ten times the cost.
    named = F.expr(f"explode(array({', '.join(map(_item_of, catalogue.items))}))")
    each = rows.select(*KEYS, "sign", named.alias("named")).select(*KEYS, "sign", "named.*").where("item <> ''")
    return each.groupBy(*KEYS, "kind", "item").agg(F.sum("sign").alias("n")).where("n <> 0")


def _item_of(kind: ItemKind) -> str:
    types = ", ".join(f"'{t}'" for t in kind.event_types)
    item = f"trim(CAST({kind.expression} AS STRING))"
    if kind.hll_sketch is not None:
        item = mark_of(item, kind.hll_sketch)
    item = f"CASE WHEN event_type IN ({types}) AND coalesce({kind.where or 'true'}\n, false) THEN {item} END"
    return f"named_struct('kind', '{kind.name}', 'item', {item})"


def owned_rows(
    events: Events,
    spans: DataFrame,
    catalogue: Catalogue,
    after: date | None,
    first: date,
    end: date,
    time_zone: str,
    is_small: bool,
    early: DataFrame | None = None,
) -> DataFrame:
    """The events behind the tiles of the local days [first, end) and the corrections with applied_as_of in
    (after, end], each with its person; an event that moved gives two rows, out and in.

    Args:
        events: near the tiles' days, newly learnt, and all.
        spans: identity.person_spans.
        after: as-of day up to which corrections exist; None is from the beginning.
        time_zone: of the business; its days are the tiles' days.
        is_small: there are few enough links to broadcast, which saves a shuffle of the events.
        early: identifier_id of those whose events may be older than their introduction; None if there are none.

    Returns:
        KEYS, reason (null for the day's own events), sign (-1 subtracts), local_hour and the columns of the events; all
        rows of a person in one partition.
    """
    types = {t for m in catalogue.measures for t in m.event_types}
    types |= {t for kind in catalogue.items for t in kind.event_types}
    closes = F.date_add("activity_date", 1)
    # Known to whom: an event is known of a person once it was received and the person introduced.
    known = F.greatest("known_as_of", "introduced_as_of")
    is_late = known > closes
    of_tiles = ~is_late & (F.col("activity_date") >= F.lit(first)) & (F.col("activity_date") < F.lit(end))
    applied = F.col("applied_as_of") <= F.lit(end)
    if after is not None:
        applied = applied & (F.col("applied_as_of") > F.lit(after))

    def owned_of(rows: DataFrame) -> DataFrame:
        # Events known in time belong to the tile; later ones are applied on the day they became known.
        what = {"applied_as_of": F.greatest(known, closes), "reason": F.when(is_late, F.lit("late"))}
        return with_person(rows, F.broadcast(spans) if is_small else spans, F.greatest(known, closes)).withColumns(what)

    if after is None:
        owned = owned_of(with_days(events.every, types, time_zone)).where(of_tiles | (is_late & applied))
    else:
        columns = events.every.columns
        since, until = days_around(first, end)
        near = (F.col("event_date") >= F.lit(since)) & (F.col("event_date") < F.lit(until))
        of_days = (F.col("activity_date") >= F.lit(first)) & (F.col("activity_date") < F.lit(end))
        came_late = F.col("known_as_of") > closes
        learnt = came_late & (F.col("known_as_of") > F.lit(after)) & (F.col("known_as_of") <= F.lit(end))
        parts = [
            (with_days(events.near.where(near).select(*columns), types, time_zone).where(of_days & ~came_late), True),
            (with_days(events.learnt.select(*columns), types, time_zone).where(learnt), False),
        ]
        if early is not None:
            introduced = introduced_late(spans, early, after, end)
            theirs = events.every.join(
                F.broadcast(introduced) if is_small else introduced, on="identifier_id", how="left_semi"
            )
            parts.append((with_days(theirs, types, time_zone).where(~learnt), False))
        counted = reduce(DataFrame.unionByName, [rows.withColumn("is_near", F.lit(is_near)) for rows, is_near in parts])
        owned = owned_of(counted).where(F.when(F.col("is_near"), of_tiles).otherwise(is_late & applied))
    moves = moves_of(spans).where(applied)
    if is_small:
        moves = F.broadcast(moves)
    # Few subjects move: their events are selected before anything is computed on them.
    theirs = events.every.join(
        moves.select(F.col("subject_id").alias("moving")), on=subject() == F.col("moving"), how="left_semi"
    )
    moved = with_days(theirs, types, time_zone).join(moves, on="subject_id", how="inner")
    known_before = (known < F.col("applied_as_of")) & (closes < F.col("applied_as_of"))
    sides = F.explode(
        F.array(
            F.struct(F.col("moved_in").alias("person_id"), F.lit("moved_in").alias("reason"), F.lit(1).alias("sign")),
            F.struct(
                F.col("moved_out").alias("person_id"), F.lit("moved_out").alias("reason"), F.lit(-1).alias("sign")
            ),
        )
    )
    each = moved.where(known_before).select("*", sides.alias("side")).select("*", "side.*")
    # Measures are many expressions: they are planned once, over the union of all rows. Partial sums before the shuffle
    # would hardly combine rows of a person and day: each row is sent as it is, not as the sums of all measures.
    read = [*KEYS, "reason", "sign", "local_hour", *events.every.columns]
    return owned.withColumn("sign", F.lit(1)).select(*read).unionByName(each.select(*read)).repartition("person_id")
