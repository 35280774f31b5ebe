"""Whom the lake knows: an identifier is known from its introduction on, by a record such as an order or a delivery.

What other records say of an identifier before, or without, its introduction is kept under its pseudonym and belongs to
nobody. ``silver.unintroduced`` holds such identifiers, and what they were linked to, until they are introduced.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

_TIMES = ("known_as_of", "effective_at", "recorded_at")
_LINK = ("linked_id", "linked_is_anonymous", "rule")


def with_introductions(seen: DataFrame, existing: DataFrame | None) -> DataFrame:
    """Bring what a run saw of each identifier together.

    Args:
        seen: identifier_id, is_anonymous, introduces, known_as_of, effective_at, recorded_at; several rows may be of
            one identifier.
        existing: silver.identity_links before the run; None where there are none.

    Returns:
        One row per identifier: identifier_id, is_anonymous, named (the first record of this run that names it) and
        introduced (the first that introduces it, null without) as structs of times, and known_from, the as-of day from
        which earlier runs know it.
    """
    times = F.struct(*_TIMES)
    both = seen.groupBy("identifier_id", "is_anonymous").agg(
        F.min(times).alias("named"), F.min(F.when(F.col("introduces"), times)).alias("introduced")
    )
    if existing is None:
        return both.withColumn("known_from", F.lit(None).cast("date"))
    known = existing.groupBy("identifier_id").agg(F.min("known_as_of").alias("known_from"))
    return both.join(known, on="identifier_id", how="left")


def newly_introduced(seen: DataFrame) -> DataFrame:
    """Those whom this run introduces: identifier_id, is_anonymous and the times of it.

    Args:
        seen: ``with_introductions``.
    """
    new = seen.where("known_from is null and introduced is not null")
    return new.select("identifier_id", "is_anonymous", *[f"introduced.{c}" for c in _TIMES])


def waiting_links(unintroduced: DataFrame, fresh: DataFrame) -> DataFrame:
    """The links of earlier runs that waited for somebody whom this run introduces.

    Args:
        unintroduced: silver.unintroduced.
        fresh: ``newly_introduced``.

    Returns:
        left_id, right_id, right_is_anonymous, rule and the times of the link.
    """
    waiting = unintroduced.where("linked_id is not null").join(fresh, on="identifier_id", how="left_semi")
    return waiting.select(
        F.col("identifier_id").alias("left_id"), F.col("linked_id").alias("right_id"),
        F.col("linked_is_anonymous").alias("right_is_anonymous"), "rule", *_TIMES,
    )  # fmt: skip


def not_introduced(seen: DataFrame, pairs: DataFrame, unintroduced: DataFrame | None) -> DataFrame:
    """New rows of silver.unintroduced.

    Args:
        seen: ``with_introductions``.
        pairs: links of this run; the ends of each are among those seen.
        unintroduced: silver.unintroduced before the run; None where there is none.

    Returns:
        One row per identifier that a record named before its introduction is known, and one per link of somebody who is
        not introduced at all: identifier_id, linked_id, linked_is_anonymous, rule and the times.
    """
    people = seen.where(~F.col("is_anonymous"))
    since = F.coalesce("known_from", "introduced.known_as_of")
    nothing = [F.lit(None).cast(kind).alias(c) for c, kind in zip(_LINK, ("string", "boolean", "string"), strict=True)]
    named = people.where(since.isNull() | (F.col("named.known_as_of") < since)).select(
        "identifier_id", *nothing, *[f"named.{c}" for c in _TIMES]
    )
    strangers = people.where(since.isNull()).select("identifier_id")
    ends = [("left_id", "right_id", "right_is_anonymous"), ("right_id", "left_id", "left_is_anonymous")]
    links = [
        pairs.select(
            F.col(own).alias("identifier_id"), F.col(other).alias("linked_id"), F.col(kind).alias("linked_is_anonymous"),
            "rule", *_TIMES,
        ).join(strangers, on="identifier_id", how="left_semi")
        for own, other, kind in ends
    ]  # fmt: skip
    new = named.unionByName(links[0]).unionByName(links[1])
    if unintroduced is None:
        return new
    before = unintroduced.select("identifier_id", F.col("linked_id").alias("_linked_id"))
    is_same = (new["identifier_id"] == before["identifier_id"]) & new["linked_id"].eqNullSafe(before["_linked_id"])
    return new.join(before, on=is_same, how="left_anti")
