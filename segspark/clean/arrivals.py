"""What becomes of a run's rows: which are refused, and why; nothing is fitted here.

Nearly every row is accepted, so the exceptions are looked for among few narrow columns, and whoever writes a table
leaves out the rows that they name (verdicts.py). An exception is one row: kind, no (of the row), record, n_says, verdict.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

EXCEPTION = ("kind", "no", "record", "n_says", "verdict")


def local_day(at: Column, time_zone: str) -> Column:
    return F.to_date(F.from_utc_timestamp(at, time_zone))


def _exceptions(rows: DataFrame, kind: str, verdict: str) -> DataFrame:
    return rows.select(F.lit(kind).alias("kind"), "no", "record", "n_says", F.lit(verdict).alias("verdict"))


def repeated(rows: DataFrame, kind: str, known: DataFrame | None, keys: Sequence[str]) -> DataFrame:
    """Rows that are not the first of their key in this run, or whose key is stored already: duplicates.

    Args:
        rows: staged rows of this run.
        known: the keys that earlier runs stored; None where there are none.
        keys: columns of the key; null is a value like another.

    Returns:
        Exceptions with the verdict ``duplicate``.
    """
    suspects = rows.join(_suspects(rows, known, keys), on=_key_hash(keys) == F.col("_hash"), how="left_semi")
    first = Window.partitionBy(*keys).orderBy("received_at", "record", "no")
    later = suspects.withColumn("nth", F.row_number().over(first)).where("nth > 1")
    found = _exceptions(later, kind, "duplicate")
    if known is None:
        return found
    stored = known.select(*[F.col(k).alias(f"k_{k}") for k in keys]).distinct()
    same = reduce(lambda a, b: a & b, [F.col(f"k_{k}").eqNullSafe(F.col(k)) for k in keys])
    again = suspects.join(stored, on=same, how="left_semi")
    return found.unionByName(_exceptions(again, kind, "duplicate")).distinct()


def _key_hash(keys: Sequence[str]) -> Column:
    return F.xxhash64(*keys)


def _suspects(rows: DataFrame, known: DataFrame | None, keys: Sequence[str]) -> DataFrame:
    """Hashes of keys that occur more than once; only their rows need to be compared in full."""
    hashes = rows.select(_key_hash(keys).alias("_hash"))
    twice = hashes.groupBy("_hash").count().where("count > 1").select("_hash")
    if known is None:
        return twice
    stored = known.select(_key_hash(keys).alias("_hash")).distinct()
    return twice.unionByName(hashes.join(stored, on="_hash", how="left_semi")).distinct()


def repeated_events(events: DataFrame, known: DataFrame | None) -> DataFrame:
    """The same for events, whose content counts: equal id and equal content is a duplicate; an equal id with other
    content is another version, which is kept and flagged.

    Args:
        events: source, event_id, fingerprint of this run's events.
        known: source, event_id, fingerprint of the stored ones; None where there are none.

    Returns:
        Exceptions with the verdict ``duplicate`` or ``other_version``.
    """
    keys = ["source", "event_id"]
    hashes = _suspects(events, known, keys)
    suspects = events.join(hashes, on=_key_hash(keys) == F.col("_hash"), how="left_semi")
    if known is not None:
        stored = known.join(hashes, on=_key_hash(keys) == F.col("_hash"), how="left_semi")
        stored = stored.select(*keys, "fingerprint", F.lit(True).alias("is_stored")).distinct()
        suspects = suspects.join(stored, on=[*keys, "fingerprint"], how="left")
    else:
        suspects = suspects.withColumn("is_stored", F.lit(False))
    first = Window.partitionBy(*keys, "fingerprint").orderBy("received_at", "record", "no")
    by_id = Window.partitionBy(*keys)
    is_again = (F.row_number().over(first) > 1) | F.coalesce("is_stored", F.lit(False))
    has_versions = F.max("fingerprint").over(by_id) != F.min("fingerprint").over(by_id)
    marked = suspects.withColumns({"is_again": is_again, "has_versions": has_versions})
    verdicts = F.array(F.when(F.col("is_again"), "duplicate"), F.when(F.col("has_versions"), "other_version"))
    judged = marked.select("no", "record", "n_says", F.explode(F.array_compact(verdicts)).alias("verdict"))
    return judged.select(F.lit("events").alias("kind"), "no", "record", "n_says", "verdict")


def expired(events: DataFrame, first_loads: Sequence[str], time_zone: str, late_horizon_days: int) -> DataFrame:
    """Events older than the horizon when they became known.

    Args:
        first_loads: sources that had no file before this run; their history is never too late.
    """
    last_day = F.date_add(local_day(F.col("occurred_at"), time_zone), 1 + late_horizon_days)
    later = events.where(~F.col("source").isin(*first_loads)) if first_loads else events
    too_late = later.where(last_day < F.col("known_as_of"))
    return _exceptions(too_late, "events", "expired")


def withheld(events: DataFrame, permitted: DataFrame, time_zone: str) -> DataFrame:
    """Opens of people who do not permit to be watched opening.

    Args:
        permitted: identifier_id, open_tracking (local day since which opens may be kept, null never).
    """
    may_keep = local_day(F.col("occurred_at"), time_zone) >= F.col("open_tracking")
    opens = events.where("event_type = 'open'")
    joined = opens.join(permitted.select("identifier_id", "open_tracking"), on="identifier_id", how="left")
    return _exceptions(joined.where(~F.coalesce(may_keep, F.lit(False))), "events", "withheld")


def dispose(exceptions: DataFrame) -> DataFrame:
    """Records of which nothing was accepted, with what became of them instead.

    Returns:
        record, disposition: withheld, expired or duplicate, in this order of precedence.
    """
    said = exceptions.where("verdict <> 'other_version' and n_says > 0")
    refused = said.groupBy("record", "kind", "no", "n_says")
    rows = refused.agg(F.collect_set("verdict").alias("verdicts"))
    records = rows.groupBy("record").agg(
        F.count(F.lit(1)).alias("n_refused"),
        F.max("n_says").alias("n_says"),
        F.flatten(F.collect_list("verdicts")).alias("verdicts"),
    )
    word = (
        F.when(F.array_contains("verdicts", "withheld"), "withheld")
        .when(F.array_contains("verdicts", "expired"), "expired")
        .otherwise("duplicate")
    )
    return records.where("n_refused = n_says").select("record", word.alias("disposition"))


def order_totals(lines: DataFrame) -> DataFrame:
    """Orders from the lines of this run; an order's lines are expected in one file.

    Args:
        lines: staged lines; the file is part of ``record``.

    Returns:
        One row per source, order and file: the columns of silver.orders that lines can tell, the category and
        the product with the largest amount, and the record of the first line.
    """
    kind = (
        F.when(F.bool_or(F.col("line_type") == "sale"), F.lit("sale"))
        .when(F.bool_or(F.col("line_type") == "refund"), F.lit("refund"))
        .otherwise(F.lit("other"))
    )
    amount = F.sum("amount_cents")
    return (
        lines.groupBy("source", "order_id", F.shiftright("record", 32).alias("file"))
        .agg(
            F.min("record").alias("record"),
            F.min("received_at").alias("received_at"),
            F.max("known_as_of").alias("known_as_of"),
            F.max("identifier_id").alias("identifier_id"),
            kind.alias("order_type"),
            F.min("ordered_at").alias("ordered_at"),
            amount.alias("signed_cents"),
            F.max("currency").alias("currency"),
            F.sum(F.abs("quantity")).cast("int").alias("n_items"),
            F.max("country").alias("country"),
            F.max_by("category", F.abs("amount_cents")).alias("category"),
            F.max_by(
                "product_id", F.when(F.col("product_id").isNotNull(), F.struct(F.abs("amount_cents"), "product_id"))
            ).alias("product_id"),
        )
        .withColumns(
            {
                "amount_cents": F.when(F.col("order_type") == "refund", F.abs("signed_cents")).otherwise(
                    F.col("signed_cents")
                ),
                "order_date": F.to_date("ordered_at"),
            }
        )
        .drop("signed_cents", "file")
    )


def order_events(orders: DataFrame) -> DataFrame:
    """The order and refund events of orders that were made from lines; guests' events have no identifier.

    They speak for no record of their own (the lines do): ``n_says`` is 0, and ``no`` is their record's, negative.
    """
    said = F.concat_ws(
        "|", "identifier_id", F.col("ordered_at").cast("string"), F.col("amount_cents").cast("string"), "currency",
        F.col("n_items").cast("string"), "country", "category", "product_id",
    )  # fmt: skip
    return orders.where(F.col("order_type") != "other").select(
        "source",
        "record",
        (-F.col("record") - 1).alias("no"),
        F.lit(0).alias("n_says"),
        "received_at",
        "known_as_of",
        F.concat_ws(":", "order_type", "order_id").alias("event_id"),
        F.substring(F.sha2(said, 256), 1, 16).alias("fingerprint"),
        F.lit("order_lines").alias("source_event"),
        F.when(F.col("order_type") == "sale", "order").otherwise("refund").alias("event_type"),
        "identifier_id",
        F.col("ordered_at").alias("occurred_at"),
        F.to_date("ordered_at").alias("event_date"),
        "order_id",
        "product_id",
        "category",
        "amount_cents",
        "currency",
        "n_items",
        "country",
    )
