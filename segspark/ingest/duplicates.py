"""Duplicates among a run's rows, as exceptions with a verdict.

Nearly every row is accepted, so exceptions are found on a few narrow columns, and the writer of a table drops the
rows they name (accepted.py). An exception is one row: kind, no (of the row), record, n_says, verdict.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from segspark.ingest.order_lines import MADE_OF_LINES
from segspark.sources.parsed import FILE_BITS
from segspark.sources.targets import UNDATED


def _exceptions(rows: DataFrame, kind: str, verdict: str) -> DataFrame:
    return rows.select(F.lit(kind).alias("kind"), "no", "record", "n_says", F.lit(verdict).alias("verdict"))


def by_file(exceptions: DataFrame, number: str) -> DataFrame:
    """The rows with the number of the file that they are about, those of one file together.

    Args:
        number: the column that tells it, of a row or of a record.
    """
    return exceptions.withColumn("file", F.shiftright(number, FILE_BITS).cast("int")).repartition("file")


def repeated(rows: DataFrame, kind: str, known: DataFrame | None, keys: Sequence[str]) -> DataFrame:
    """Duplicates: rows that are not the first of their key in this run, or whose key is stored already.

    Args:
        rows: staged rows of this run.
        known: the keys stored by earlier runs; None if there are none.
        keys: columns of the key; nulls are equal to each other.

    Returns:
        Exceptions with the verdict ``duplicate``.
    """
    hashes = _suspects(rows, known, keys)
    suspects = _of_hashes(rows, hashes, keys)
    first = Window.partitionBy(*keys).orderBy("received_at", "record", "no")
    later = suspects.withColumn("nth", F.row_number().over(first)).where("nth > 1")
    exceptions = _exceptions(later, kind, "duplicate")
    if known is None:
        return exceptions
    stored = _of_hashes(known, hashes, keys).select(*[F.col(k).alias(f"k_{k}") for k in keys]).distinct()
    same = reduce(lambda a, b: a & b, [F.col(f"k_{k}").eqNullSafe(F.col(k)) for k in keys])
    again = suspects.join(stored, on=same, how="left_semi")
    return exceptions.unionByName(_exceptions(again, kind, "duplicate")).distinct()


def repeated_versions(
    rows: DataFrame, kind: str, known: DataFrame | None, keys: Sequence[str], content: Sequence[str]
) -> DataFrame:
    """Duplicates of rows that a source may state again otherwise: of a key the run's last row holds, and it is a
    duplicate only if it says what the key's newest stored row says.

    Args:
        rows: staged rows of this run.
        known: the rows of earlier runs; None if there are none.
        keys: whom and when a row is about; nulls are equal to each other.
        content: columns of what it says.

    Returns:
        Exceptions with the verdict ``duplicate``.
    """
    hashes = _suspects(rows, known, keys)
    suspects = _of_hashes(rows, hashes, keys)
    last = Window.partitionBy(*keys).orderBy(*[F.desc(c) for c in ("received_at", "record", "no")])
    superseded = suspects.withColumn("nth", F.row_number().over(last)).where("nth > 1")
    exceptions = _exceptions(superseded, kind, "duplicate")
    if known is None:
        return exceptions
    newest = F.max_by(_said(content), F.struct("known_as_of", "run_id")).alias("k__said")
    # What they say is hashed of the suspects alone.
    stored = _of_hashes(known, hashes, keys).groupBy(*[F.col(k).alias(f"k_{k}") for k in keys]).agg(newest)
    same = reduce(lambda a, b: a & b, [F.col(f"k_{k}").eqNullSafe(F.col(k)) for k in keys])
    again = suspects.withColumn("_said", _said(content)).join(
        stored, on=same & (F.col("k__said") == F.col("_said")), how="left_semi"
    )
    return exceptions.unionByName(_exceptions(again, kind, "duplicate")).distinct()


def unchanged(profiles: DataFrame, known: DataFrame | None, content: Sequence[str]) -> DataFrame:
    """Duplicates of profiles that have no time of their own: those that say what the one before says.

    Args:
        profiles: staged rows of this run.
        known: silver.profiles of earlier runs; None if there are none.
        content: columns of what a profile says.
    """
    owner = ("source", "identifier_id")
    undated = profiles.where(F.array_contains("flags", UNDATED)).select(
        *owner, "valid_from", "received_at", "record", "no", "n_says", _said(content).alias("_said")
    )
    if known is not None:
        theirs = known.join(undated.select(*owner).distinct(), on=list(owner), how="left_semi")
        newest = F.struct("valid_from", "recorded_at", "known_as_of", "run_id")
        before = theirs.groupBy(*owner).agg(F.max_by(_said(content), newest).alias("_said"))
        # Without a time they come before all others.
        undated = undated.unionByName(before, allowMissingColumns=True)
    in_order = Window.partitionBy(*owner).orderBy("valid_from", "received_at", "record", "no")
    same = undated.withColumn("_before", F.lag("_said").over(in_order)).where("_before = _said and no is not null")
    return _exceptions(same, "profiles", "duplicate")


def _said(content: Sequence[str]) -> Column:
    """A hash of what a row says; of maps, which Spark does not compare, the sorted entries."""
    columns = [F.array_sort(F.map_entries(c)).alias(c) if c == "attributes" else F.col(c) for c in content]
    return F.xxhash64(F.to_json(F.struct(*columns)))


def _key_hash(keys: Sequence[str]) -> Column:
    return F.xxhash64(*keys)


def _suspects(rows: DataFrame, known: DataFrame | None, keys: Sequence[str]) -> DataFrame:
    """Hashes of keys that occur more than once; only their rows are compared in full."""
    hashes = rows.select(_key_hash(keys).alias("_hash"))
    twice = hashes.groupBy("_hash").count().where("count > 1").select("_hash")
    if known is None:
        return twice
    # The stored rows pass by the run's hashes, of which there are few, and are not brought together.
    again = known.select(_key_hash(keys).alias("_hash")).join(hashes, on="_hash", how="left_semi")
    return twice.unionByName(again).distinct()


def _of_hashes(rows: DataFrame, hashes: DataFrame, keys: Sequence[str]) -> DataFrame:
    return rows.join(hashes, on=_key_hash(keys) == F.col("_hash"), how="left_semi")


def repeated_events(events: DataFrame, known: DataFrame | None) -> DataFrame:
    """Duplicates of events, by id and content: equal id and equal content is a duplicate; an equal id with different
    content is another version, which is kept and flagged. An order or refund that its source states whole is the
    exception: it counts once, as it was first stated, since two versions would be two orders; silver.orders has the
    newest. An order made of lines is no exception: a later file may bring further lines of it.

    Args:
        events: source, event_id, fingerprint, event_type, source_event of this run's events.
        known: source, event_id, fingerprint, event_type, source_event of the stored events; None if there are none.

    Returns:
        Exceptions with the verdict ``duplicate`` or ``other_version``.
    """
    keys = ["source", "event_id"]
    is_whole = F.col("event_type").isin("order", "refund") & ~F.col("source_event").eqNullSafe(MADE_OF_LINES)
    version = F.when(is_whole, "").otherwise(F.col("fingerprint"))
    hashes = _suspects(events, known, keys)
    suspects = _of_hashes(events.withColumn("version", version), hashes, keys)
    if known is not None:
        stored = _of_hashes(known, hashes, keys)
        stored = stored.select(*keys, version.alias("version"), F.lit(True).alias("is_stored")).distinct()
        suspects = suspects.join(stored, on=[*keys, "version"], how="left")
    else:
        suspects = suspects.withColumn("is_stored", F.lit(False))
    first = Window.partitionBy(*keys, "version").orderBy("received_at", "record", "no")
    by_id = Window.partitionBy(*keys)
    is_again = (F.row_number().over(first) > 1) | F.coalesce("is_stored", F.lit(False))
    has_versions = F.max("version").over(by_id) != F.min("version").over(by_id)
    marked = suspects.withColumns({"is_again": is_again, "has_versions": has_versions})
    verdicts = F.array(F.when(F.col("is_again"), "duplicate"), F.when(F.col("has_versions"), "other_version"))
    exceptions = marked.select("no", "record", "n_says", F.explode(F.array_compact(verdicts)).alias("verdict"))
    return exceptions.select(F.lit("events").alias("kind"), "no", "record", "n_says", "verdict")
