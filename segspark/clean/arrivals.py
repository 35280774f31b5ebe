"""What a run's parsed records become: judged events, profiles, consents, links, orders; nothing is fitted here.

Frames of "this run" carry the record they come from (source, file_id, position), so that each record's
disposition follows from what became of everything it says.
"""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

RECORD = ("source", "file_id", "position")


def local_day(at: Column, time_zone: str) -> Column:
    return F.to_date(F.from_utc_timestamp(at, time_zone))


def with_known_as_of(parsed: DataFrame, first_unpublished: date | None, run_at: Column, time_zone: str) -> DataFrame:
    """Add received_date and known_as_of: the local day after receipt, and no day that is published already.

    Args:
        parsed: rows of sources/parsed.py.
        first_unpublished: the as-of day after the last published one; None in an empty lake.
        run_at: receipt of records that have no time at all.
    """
    received = F.coalesce(F.col("received_at"), run_at)
    day_after = F.date_add(local_day(received, time_zone), 1)
    known = day_after if first_unpublished is None else F.greatest(day_after, F.lit(first_unpublished))
    return parsed.withColumns({"received_at": received, "received_date": F.to_date(received), "known_as_of": known})


def explode_items(parsed: DataFrame, items: str) -> DataFrame:
    """One row per item of a list column, with the record it comes from and when it became known."""
    return parsed.where(F.size(items) > 0).select(*RECORD, "received_at", "known_as_of", F.inline(items))


def order_totals(lines: DataFrame) -> DataFrame:
    """Orders from the lines of this run; an order's lines are expected in one file.

    Returns:
        One row per source, order and file: the columns of silver.orders that lines can tell, the category with
        the largest amount, and the record of the first line.
    """
    kind = (
        F.when(F.bool_or(F.col("line_type") == "sale"), F.lit("sale"))
        .when(F.bool_or(F.col("line_type") == "refund"), F.lit("refund"))
        .otherwise(F.lit("other"))
    )
    amount = F.sum("amount_cents")
    return (
        lines.groupBy("source", "order_id", "file_id")
        .agg(
            F.min("position").alias("position"),
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
        )
        .withColumn(
            "amount_cents",
            F.when(F.col("order_type") == "refund", F.abs("signed_cents")).otherwise(F.col("signed_cents")),
        )
        .drop("signed_cents")
    )


def order_events(orders: DataFrame) -> DataFrame:
    """The order and refund events of orders that were made from lines; guests' events have no identifier."""
    said = F.concat_ws(
        "|", "identifier_id", F.col("ordered_at").cast("string"), F.col("amount_cents").cast("string"), "currency",
        F.col("n_items").cast("string"), "country", "category",
    )  # fmt: skip
    return orders.where(F.col("order_type") != "other").select(
        *RECORD,
        "received_at",
        "known_as_of",
        F.concat_ws(":", "order_type", "order_id").alias("event_id"),
        F.substring(F.sha2(said, 256), 1, 16).alias("fingerprint"),
        F.lit("order_lines").alias("source_event"),
        F.when(F.col("order_type") == "sale", "order").otherwise("refund").alias("event_type"),
        "identifier_id",
        F.col("ordered_at").alias("occurred_at"),
        "order_id",
        "category",
        "amount_cents",
        "currency",
        "n_items",
        "country",
    )


def judge_events(
    events: DataFrame,
    known: DataFrame,
    permitted: DataFrame,
    first_loads: Sequence[str],
    *,
    time_zone: str,
    late_horizon_days: int,
    future_tolerance_minutes: int,
) -> DataFrame:
    """Decide about every event of this run.

    Args:
        events: events of this run with RECORD, received_at, known_as_of.
        known: source, event_id, fingerprint of the events that earlier runs stored.
        permitted: identifier_id, open_tracking (date since which opens may be kept, null never).
        first_loads: sources that had no file before this run; their history is never too late.

    Returns:
        The events with ``verdict``: accepted, future, expired, withheld or duplicate, in this order of precedence,
        and ``has_other_version`` where the same id came with other content.
    """
    tolerance = F.expr(f"interval {future_tolerance_minutes} minutes")
    is_future = F.col("occurred_at") > F.col("received_at") + tolerance
    too_late = F.date_add(local_day(F.col("occurred_at"), time_zone), 1 + late_horizon_days) < F.col("known_as_of")
    is_expired = too_late & ~F.col("source").isin(*first_loads) if first_loads else too_late
    may_keep = F.col("open_tracking").isNotNull() & (
        local_day(F.col("occurred_at"), time_zone) >= F.col("open_tracking")
    )
    is_withheld = (F.col("event_type") == "open") & ~F.coalesce(may_keep, F.lit(False))
    # One shuffle and one sort serve both questions: equal rows stand side by side within their id.
    by_id = Window.partitionBy("source", "event_id")
    in_order = by_id.orderBy("fingerprint", "received_at", "file_id", "position")
    keys = ["source", "event_id", "fingerprint"]
    judged = (
        events.withColumns(
            {
                "is_repeated": F.lag("fingerprint").over(in_order) == F.col("fingerprint"),
                "has_other_version": F.max("fingerprint").over(by_id) != F.min("fingerprint").over(by_id),
            }
        )
        .join(permitted.select("identifier_id", "open_tracking"), on="identifier_id", how="left")
        .join(known.select(*keys, F.lit(True).alias("is_known")), on=keys, how="left")
    )
    verdict = (
        F.when(is_future, "future")
        .when(is_expired, "expired")
        .when(is_withheld, "withheld")
        .when(F.coalesce(F.col("is_known"), F.lit(False)) | F.coalesce("is_repeated", F.lit(False)), "duplicate")
        .otherwise("accepted")
    )
    return judged.withColumn("verdict", verdict).drop("open_tracking", "is_known", "is_repeated")


def new_items(items: DataFrame, known: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Items of this run (profiles, consents, lines) with ``is_new``: the first of their key, not stored before."""
    condition = [F.col(f"k_{k}").eqNullSafe(F.col(k)) for k in keys]
    stored = known.select(*[F.col(k).alias(f"k_{k}") for k in keys], F.lit(True).alias("is_known")).distinct()
    first = Window.partitionBy(*keys).orderBy("received_at", "file_id", "position")
    joined = items.withColumn("nth", F.row_number().over(first)).join(stored, on=condition, how="left")
    return joined.withColumn("is_new", F.col("is_known").isNull() & (F.col("nth") == 1)).drop(
        "nth", "is_known", *[f"k_{k}" for k in keys]
    )


def decide_records(parsed: DataFrame, verdicts: DataFrame) -> DataFrame:
    """The disposition of every record.

    Args:
        parsed: rows of this run.
        verdicts: RECORD, verdict of everything the records say (events, profiles, consents, lines).

    Returns:
        The parsed rows with ``disposition`` and, where the run itself refuses, ``reasons``: quarantined where the
        door refused or an event lies in the future; ignored; accepted where anything new was accepted; else
        withheld, expired or duplicate.
    """
    refused = verdicts.groupBy(*RECORD).agg(F.collect_set("verdict").alias("verdicts"))
    # Most records are accepted; only the others are joined, so that the texts need no shuffle.
    others = refused.where(~F.array_contains("verdicts", "accepted"))
    joined = parsed.join(F.broadcast(others), on=list(RECORD), how="left")

    def has(word: str) -> Column:
        return F.array_contains("verdicts", word)

    disposition = (
        F.when(F.col("reasons").isNotNull(), "quarantined")
        .when(F.col("verdicts").isNull(), F.when(F.col("is_ignored"), "ignored").otherwise("accepted"))
        .when(has("future"), "quarantined")
        .when(has("withheld"), "withheld")
        .when(has("expired"), "expired")
        .otherwise("duplicate")
    )
    reasons = F.when(
        F.col("reasons").isNull() & (disposition == "quarantined"), F.array(F.lit("future:occurred_at"))
    ).otherwise(F.col("reasons"))
    return joined.withColumns({"disposition": disposition, "reasons": reasons}).drop("verdicts")
