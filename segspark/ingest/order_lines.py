"""Orders and their events, made from order lines of sources that deliver only lines."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# The source_event of orders and refunds that are made here.
MADE_OF_LINES = "order_lines"


def order_totals(lines: DataFrame) -> DataFrame:
    """Orders from the lines of this run; an order's lines are expected in one file.

    Args:
        lines: staged lines; the file is part of ``record``.

    Returns:
        One row per source, order and file: the columns of silver.orders that lines can give, the category and the
        product with the largest amount, and the record of the first line. Amount, items, category and product are those
        of the sale and refund lines; of an order of other lines alone, theirs.
    """
    kind = (
        F.when(F.bool_or(F.col("line_type") == "sale"), F.lit("sale"))
        .when(F.bool_or(F.col("line_type") == "refund"), F.lit("refund"))
        .otherwise(F.lit("other"))
    )
    # Postage, fees and corrections are no part of what was bought, unless there is nothing else.
    is_bought = F.col("line_type") != "other"

    def of_bought(column: Column) -> Column:
        return F.when(F.bool_or(is_bought), F.sum(F.when(is_bought, column))).otherwise(F.sum(column))

    size = F.when(is_bought, F.abs("amount_cents"))
    return (
        lines.groupBy("source", "order_id", F.shiftright("record", 32).alias("file"))
        .agg(
            F.min("record").alias("record"),
            F.min("received_at").alias("received_at"),
            F.max("known_as_of").alias("known_as_of"),
            F.max("identifier_id").alias("identifier_id"),
            kind.alias("order_type"),
            F.min("ordered_at").alias("ordered_at"),
            of_bought(F.col("amount_cents")).alias("signed_cents"),
            F.max("currency").alias("currency"),
            of_bought(F.abs("quantity")).cast("int").alias("n_items"),
            F.max("country").alias("country"),
            F.coalesce(F.max_by("category", size), F.max_by("category", F.abs("amount_cents"))).alias("category"),
            F.max_by(
                "product_id", F.when(is_bought & F.col("product_id").isNotNull(), F.struct(size, "product_id"))
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
    """The order and refund events of orders made from lines; events of guests have no identifier.

    They do not count for their record (the lines do): ``n_says`` is 0, and ``no`` is the record's number, negated.
    """
    content = F.concat_ws(
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
        F.substring(F.sha2(content, 256), 1, 16).alias("fingerprint"),
        F.lit(MADE_OF_LINES).alias("source_event"),
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
