"""Identifiers joining people, over time.

A person is the id of the person's first identifier and stays; when two persons turn out to be one, the later one
joins the earlier. Known identifiers (addresses, customer numbers) come before anonymous ones. The rows say from
which as-of day on a link is known, so that the persons of any past day can be read again.
"""

from collections.abc import Iterator
from datetime import date, datetime

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

JOINED_DDL = (
    "identifier_id string, person_id string, rule string, is_anonymous boolean, effective_at timestamp, "
    "recorded_at timestamp, known_as_of date"
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
    ]
)


def people_as_of(links: DataFrame, as_of: Column) -> DataFrame:
    """The person of every identifier, by the links known as of a day.

    Args:
        links: silver.identity_links.
        as_of: date; links with a later known_as_of are not known yet.

    Returns:
        One row per identifier: identifier_id, person_id, is_anonymous.
    """
    known = links.where(F.col("known_as_of") <= as_of)
    latest = known.groupBy("identifier_id").agg(
        F.max(F.struct("known_as_of", "person_id", "is_anonymous")).alias("last")
    )
    return latest.select("identifier_id", "last.person_id", "last.is_anonymous")


def person_spans(links: DataFrame) -> DataFrame:
    """The same for all days at once.

    Returns:
        One row per identifier and span: identifier_id, person_id, from_as_of (first as-of day of the span),
        to_as_of (first day after it, null while it lasts).
    """
    in_order = Window.partitionBy("identifier_id").orderBy("known_as_of")
    return links.select(
        "identifier_id",
        "person_id",
        F.col("known_as_of").alias("from_as_of"),
        F.lead("known_as_of").over(in_order).alias("to_as_of"),
    )


def join_people(seen: DataFrame, pairs: DataFrame, existing: DataFrame) -> DataFrame:
    """New rows of silver.identity_links.

    Only the persons that a new pair touches are brought together in one task; cost follows the new links.

    Args:
        seen: identifier_id, is_anonymous, known_as_of, effective_at, recorded_at: first sight in this run.
        pairs: left_id, right_id, rule, effective_at, recorded_at, known_as_of: links of this run.
        existing: silver.identity_links before this run.

    Returns:
        One row per identifier and as-of day on which its person begins or changes.
    """
    # First sights that no link touches need no task of their own: each is its own person.
    ends = pairs.select(F.col("left_id").alias("identifier_id")).unionByName(
        pairs.select(F.col("right_id").alias("identifier_id"))
    )
    linked = ends.distinct()
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
        )
    )
    touched = existing.join(linked, on="identifier_id", how="left_semi").select("person_id").distinct()
    known = existing.join(touched, on="person_id", how="left_semi").select(
        F.lit("known").alias("kind"),
        F.col("identifier_id").alias("left_id"),
        F.col("person_id").alias("right_id"),
        F.lit("").alias("rule"),
        "is_anonymous",
        "effective_at",
        "recorded_at",
        "known_as_of",
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
    )
    together = known.unionByName(first).unionByName(new)
    return alone.unionByName(together.withColumn("_all", F.lit(0)).groupBy("_all").applyInArrow(_join, JOINED_DDL))


def _join(table: pa.Table) -> pa.Table:
    return pa.Table.from_pylist(list(resolve(table.to_pylist())), schema=_JOINED)


def resolve(rows: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Union-find over links in the order in which they became known.

    Args:
        rows: kind ``known`` (identifier left_id has person right_id since known_as_of), ``seen`` (first sight of
            left_id) or ``pair`` (left_id and right_id are one person).

    Returns:
        One row per identifier and as-of day on which its person begins or changes.
    """
    person: dict[str, str] = {}
    since: dict[str, tuple[bool, date, str]] = {}
    anonymous: dict[str, bool] = {}
    members: dict[str, set[str]] = {}
    for row in sorted((r for r in rows if r["kind"] == "known"), key=lambda r: str(r["known_as_of"])):
        identifier, owner = str(row["left_id"]), str(row["right_id"])
        anonymous[identifier] = bool(row["is_anonymous"])
        person[identifier] = owner
        day = row["known_as_of"]
        assert isinstance(day, date)
        since.setdefault(identifier, (anonymous[identifier], day, identifier))
    for identifier, owner in person.items():
        members.setdefault(owner, set()).add(identifier)

    steps = sorted(
        (r for r in rows if r["kind"] != "known"),
        key=lambda r: (r["known_as_of"], r["kind"] == "pair", r["effective_at"], r["left_id"], r["right_id"] or ""),
    )
    changed: dict[tuple[str, object], dict[str, object]] = {}
    for row in steps:
        if row["kind"] == "seen":
            identifier, day = str(row["left_id"]), row["known_as_of"]
            assert isinstance(day, date)
            anonymous[identifier] = bool(row["is_anonymous"])
            since[identifier] = (anonymous[identifier], day, identifier)
            person[identifier] = identifier
            members[identifier] = {identifier}
            if not anonymous[identifier]:
                changed[identifier, day] = _joined(identifier, identifier, False, row)
            continue
        left, right = person[str(row["left_id"])], person[str(row["right_id"])]
        if left == right:
            continue
        winner, loser = sorted((left, right), key=lambda p: since[p])
        for identifier in members.pop(loser):
            person[identifier] = winner
            members[winner].add(identifier)
            changed[identifier, row["known_as_of"]] = _joined(identifier, winner, anonymous[identifier], row)
    yield from changed.values()


def _joined(identifier: str, owner: str, is_anonymous: bool, row: dict[str, object]) -> dict[str, object]:
    effective, recorded = row["effective_at"], row["recorded_at"]
    assert isinstance(effective, datetime)
    assert isinstance(recorded, datetime)
    return {
        "identifier_id": identifier,
        "person_id": owner,
        "rule": row["rule"],
        "is_anonymous": is_anonymous,
        "effective_at": effective,
        "recorded_at": recorded,
        "known_as_of": row["known_as_of"],
    }
