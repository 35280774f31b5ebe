"""Identity resolution over time: identifiers are linked to persons.

A person's id is that of the first identifier and never changes; when two persons turn out to be one, the later joins
the earlier. Known identifiers (addresses, customer numbers) come before anonymous ones. Each row has the as-of day
from which a link is known, so the persons of any past day can be read again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

JOINED_DDL = (
    "identifier_id string, person_id string, rule string, is_anonymous boolean, effective_at timestamp, "
    "recorded_at timestamp, known_as_of date, step int"
)
_TIMESTAMP = pa.timestamp("us", tz="UTC")
_JOINED = pa.schema(
    [
        ("identifier_id", pa.string()),
        ("person_id", pa.string()),
        ("rule", pa.string()),
        ("is_anonymous", pa.bool_()),
        ("effective_at", _TIMESTAMP),
        ("recorded_at", _TIMESTAMP),
        ("known_as_of", pa.date32()),
        ("step", pa.int32()),
    ]
)


def _step(links: DataFrame) -> Column:
    """Orders the rows of an identifier learnt in several runs for one day; the last one holds."""
    return F.coalesce("step", F.lit(0)) if "step" in links.columns else F.lit(0)


def people_as_of(links: DataFrame, as_of: Column) -> DataFrame:
    """The person of every identifier, by the links known as of a day.

    Args:
        links: silver.identity_links.
        as_of: date; links with a later known_as_of are not known yet.

    Returns:
        One row per identifier: identifier_id, person_id, is_anonymous.
    """
    # Hardly any identifier has two rows: partial aggregation before the shuffle would be a useless sort.
    known = links.where(F.col("known_as_of") <= as_of).repartition("identifier_id")
    newest = F.struct("known_as_of", _step(links).alias("step"), "person_id", "is_anonymous")
    latest = known.groupBy("identifier_id").agg(F.max(newest).alias("last"))
    return latest.select("identifier_id", "last.person_id", "last.is_anonymous")


def people_on_days(links: DataFrame, days: Sequence[date]) -> DataFrame:
    """``people_as_of`` for some days in one pass.

    Returns:
        One row per identifier and day: identifier_id, as_of_date, person_id, is_anonymous.
    """
    columns = ("identifier_id", "as_of_date", "person_id", "is_anonymous")
    if len(days) == 1:
        return people_as_of(links, F.lit(days[0])).withColumn("as_of_date", F.lit(days[0])).select(*columns)
    each_day = person_spans(links).withColumn("as_of_date", F.explode(F.array(*[F.lit(d) for d in days])))
    holds = (F.col("from_as_of") <= F.col("as_of_date")) & (
        F.col("to_as_of").isNull() | (F.col("as_of_date") < F.col("to_as_of"))
    )
    return each_day.where(holds).select(*columns)


def person_spans(links: DataFrame) -> DataFrame:
    """The same for all days at once.

    Returns:
        One row per identifier and span: identifier_id, person_id, is_anonymous, from_as_of (first as-of day of the
        span), to_as_of (first day after it, null while it lasts).
    """
    in_order = Window.partitionBy("identifier_id").orderBy("known_as_of", _step(links))
    spans = links.select(
        "identifier_id",
        "person_id",
        "is_anonymous",
        F.col("known_as_of").alias("from_as_of"),
        F.lead("known_as_of").over(in_order).alias("to_as_of"),
    )
    return spans.where("to_as_of is null or from_as_of < to_as_of")


def join_people(seen: DataFrame, pairs: DataFrame, existing: DataFrame | None) -> DataFrame:
    """New rows of silver.identity_links.

    Only the persons that a new pair touches are brought together in one task; cost follows the new links.

    Args:
        seen: identifier_id, is_anonymous, known_as_of, effective_at, recorded_at: first seen in this run.
        pairs: left_id, right_id, rule, effective_at, recorded_at, known_as_of: links of this run.
        existing: silver.identity_links before this run; None where there are none.

    Returns:
        One row per identifier and as-of day on which its person begins or changes.
    """
    # First seen identifiers without a link need no task: each is its own person.
    ends = pairs.select(F.col("left_id").alias("identifier_id")).unionByName(
        pairs.select(F.col("right_id").alias("identifier_id"))
    )
    linked = ends.distinct()
    fresh = seen
    if existing is not None:
        fresh = seen.join(existing.select("identifier_id").distinct(), on="identifier_id", how="left_anti")
    alone = (
        fresh.where(~F.col("is_anonymous"))
        .join(linked, on="identifier_id", how="left_anti")
        .select(
            "identifier_id",
            F.col("identifier_id").alias("person_id"),
            F.lit("first_seen").alias("rule"),
            "is_anonymous",
            "effective_at",
            "recorded_at",
            "known_as_of",
            F.lit(0).alias("step"),
        )
    )
    first = fresh.join(linked, on="identifier_id", how="left_semi").select(
        F.lit("seen").alias("kind"),
        F.col("identifier_id").alias("left_id"),
        F.lit(None).cast("string").alias("right_id"),
        F.lit("first_seen").alias("rule"),
        "is_anonymous",
        "effective_at",
        "recorded_at",
        "known_as_of",
        F.lit(0).alias("step"),
    )
    new = pairs.select(
        F.lit("pair").alias("kind"),
        "left_id",
        "right_id",
        "rule",
        F.lit(False).alias("is_anonymous"),
        "effective_at",
        "recorded_at",
        "known_as_of",
        F.lit(0).alias("step"),
    )
    together = first.unionByName(new)
    if existing is not None:
        together = together.unionByName(_known(existing, linked))
    return alone.unionByName(together.withColumn("_all", F.lit(0)).groupBy("_all").applyInArrow(resolve, JOINED_DDL))


def _known(existing: DataFrame, linked: DataFrame) -> DataFrame:
    """All rows of the persons affected by a new link."""
    touched = existing.join(linked, on="identifier_id", how="left_semi").select("person_id").distinct()
    return existing.join(touched, on="person_id", how="left_semi").select(
        F.lit("known").alias("kind"),
        F.col("identifier_id").alias("left_id"),
        F.col("person_id").alias("right_id"),
        F.lit("").alias("rule"),
        "is_anonymous",
        "effective_at",
        "recorded_at",
        "known_as_of",
        _step(existing).alias("step"),
    )


def resolve(rows: pa.Table) -> pa.Table:
    """Union-find over links in the order in which they became known.

    Args:
        rows: kind ``known`` (identifier left_id has person right_id since known_as_of), ``seen`` (left_id is first
            seen) or ``pair`` (left_id and right_id are one person); the columns of ``join_people``.

    Returns:
        One row per identifier and as-of day on which its person begins or changes: the columns of ``JOINED_DDL``.
    """
    # Days and times as integers: they are only compared, and Python objects cost ten times as much.
    for name, plain in (("effective_at", pa.int64()), ("recorded_at", pa.int64()), ("known_as_of", pa.int32())):
        rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(plain))
    is_known = pc.equal(rows["kind"], "known")
    person: dict[str, str] = {}
    since: dict[str, tuple[bool, int, str]] = {}
    anonymous: dict[str, bool] = {}
    # A person that is missing here has one identifier, its own.
    members: dict[str, list[str]] = {}
    steps_before: Counter[tuple[str, int]] = Counter()
    known_rows = rows.filter(is_known).sort_by([(name, "ascending") for name in ("known_as_of", "left_id", "step")])
    for identifier, owner, is_anonymous, day in _values(
        known_rows, "left_id", "right_id", "is_anonymous", "known_as_of"
    ):
        anonymous[identifier] = is_anonymous
        person[identifier] = owner
        steps_before[identifier, day] += 1
        since.setdefault(identifier, (is_anonymous, day, identifier))
    for identifier, owner in person.items():
        members.setdefault(owner, []).append(identifier)

    # The first seen identifiers of a day come before its pairs.
    order = [("known_as_of", "ascending"), ("kind", "descending")]
    order += [(name, "ascending") for name in ("effective_at", "left_id", "right_id")]
    steps = rows.filter(pc.invert(is_known)).sort_by(order)
    changed: dict[tuple[str, int], tuple[str, bool, str, int, int]] = {}
    step_columns = ("left_id", "right_id", "is_anonymous", "known_as_of", "rule", "effective_at", "recorded_at")
    for left, right, is_anonymous, day, *how in _values(steps, *step_columns):
        if right is None:
            anonymous[left] = is_anonymous
            since[left] = (is_anonymous, day, left)
            person[left] = left
            if not is_anonymous:
                changed[left, day] = (left, False, *how)
            continue
        one, other = person[left], person[right]
        if one == other:
            continue
        winner, loser = (one, other) if since[one] < since[other] else (other, one)
        joining = members.pop(loser, None) or [loser]
        members.setdefault(winner, [winner]).extend(joining)
        for identifier in joining:
            person[identifier] = winner
            changed[identifier, day] = (winner, anonymous[identifier], *how)
    columns = zip(*((key[0], *row, key[1], steps_before[key]) for key, row in changed.items()), strict=True)
    names = ("identifier_id", "person_id", "is_anonymous", "rule", "effective_at", "recorded_at", "known_as_of", "step")
    values = dict(zip(names, columns, strict=True)) if changed else dict.fromkeys(names, ())
    return pa.table({f.name: pa.array(values[f.name], f.type) for f in _JOINED}, schema=_JOINED)


def _values(rows: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].to_pylist() for name in names), strict=True)
