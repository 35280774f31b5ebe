"""The people of past cuts with what they spent in the window after it, for the hurdle."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.propensity.inputs import Input
from segspark.models.value.histories import AGE, CENTS, IS_BUYER, T_X, X


def rows_between(before: DataFrame, after: DataFrame, inputs: Sequence[Input]) -> DataFrame:
    """Buyers at a cut, with what they did until a later day.

    Args:
        before: feature frame as of the cut, with the columns of the inputs.
        after: features of buyers as of the day after the window. Only people with the same first order are there, as in
            histories.read_after.

    Returns:
        One row per person: person_id, cut_date, x, t_x, age and spent (all until the cut), label (1 who
        ordered and kept something), cents (what those spent, less refunds; 0 of the others), values.
    """
    later = after.selectExpr("person_id", "first_order_date", "n_order_day_lifetime AS n_later", f"{_NET} AS net_later")
    both = before.where(IS_BUYER).join(later, on=["person_id", "first_order_date"], how="inner")
    # Of who gave back more than they bought in the window, nothing was earned in it.
    cents = F.greatest(F.expr(f"net_later - ({_NET})"), F.lit(0))
    bought = (F.expr("n_later > n_order_day_lifetime") & (cents > 0)).cast("int")
    return both.select(
        "person_id",
        F.col("as_of_date").alias("cut_date"),
        *[F.expr(f"{sql} AS {name}") for name, sql in (("x", X), ("t_x", T_X), ("age", AGE), ("spent", CENTS))],
        bought.alias("label"),
        (bought * cents).cast("double").alias("cents"),
        F.array(*[F.expr(i.expression) for i in inputs]).alias("values"),
    )


_NET = "order_cents_lifetime - refund_cents_lifetime"
