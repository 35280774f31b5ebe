"""What sets each segment apart: sums, means, medians, distance from the list, and the KPI cross-tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from segspark.tables.gold import SEGMENT_PROFILES


@dataclass(frozen=True)
class Kpi:
    """A rate: counts first, the rate derived. Sums of both sides over the segment."""

    name: str
    numerator: str
    denominator: str | None


KPIS = (
    Kpi("delivered_30d", "n_delivered_30d", None),
    Kpi("click_rate_30d", "n_click_30d", "n_delivered_30d"),
    # Human opens of people who agreed to be measured; nobody else has any.
    Kpi("open_rate_30d", "n_open_30d", "n_delivered_30d"),
    Kpi("orders_30d", "n_order_30d", None),
    Kpi("revenue_cents_30d", "order_cents_30d", None),
    Kpi("revenue_cents_per_delivered_30d", "order_cents_30d", "n_delivered_30d"),
    Kpi("bounce_rate_30d", "n_bounce_30d", "n_sent_30d"),
    Kpi("complaint_rate_30d", "n_complaint_30d", "n_delivered_30d"),
    Kpi("unsubscribe_rate_30d", "n_unsubscribe_30d", "n_delivered_30d"),
)
MEASURES = (
    "days_since_order", "n_order_365d", "net_order_cents_365d", "avg_order_cents_365d", "sale_share_365d",
    "n_click_90d", "click_rate_90d", "n_visit_day_90d", "dwell_s_90d", "n_cart_add_90d", "days_since_active",
    "tenure_days", "engagement", "churn", "age_years", "is_contactable", "is_far",
)  # fmt: skip


def profile_segments(
    today: DataFrame, people: DataFrame, as_of: date, kpis: Sequence[Kpi] = KPIS, measures: Sequence[str] = MEASURES
) -> DataFrame:
    """Profiles of the segments of a day.

    Args:
        today: person_id, scheme, segment_id, segment_name.
        people: person_id and the columns of ``kpis`` and ``measures``; those it lacks are left out.

    Returns:
        Rows of gold.segment_profiles, one per segment and measure; a KPI without people in its denominator has a
        null value.
    """
    have = set(people.columns)
    kpis = [k for k in kpis if k.numerator in have and (k.denominator is None or k.denominator in have)]
    measures = [m for m in measures if m in have]
    people = people.withColumn("is_contactable", F.col("is_contactable").cast("int"))
    sums = sorted({c for k in kpis for c in (k.numerator, k.denominator) if c})
    list_row = people.agg(
        *[F.avg(m).alias(f"avg_{m}") for m in measures], *[F.stddev_pop(m).alias(f"std_{m}") for m in measures]
    )
    joined = today.select("person_id", "scheme", "segment_id", "segment_name").join(
        people.select("person_id", *sorted({*sums, *measures})), on="person_id", how="inner"
    )
    grouped = joined.groupBy("scheme", "segment_id", "segment_name").agg(
        F.count(F.lit(1)).alias("n_people"),
        *[F.sum(c).cast("double").alias(f"sum_{c}") for c in sums],
        *[F.sum(m).cast("double").alias(f"total_{m}") for m in measures],
        *[F.count(m).cast("double").alias(f"n_{m}") for m in measures],
        *[F.percentile_approx(m, 0.5, 1000).cast("double").alias(f"median_{m}") for m in measures],
    )
    rows = [_measure_row(m) for m in measures] + [_kpi_row(k) for k in kpis]
    return (
        grouped.crossJoin(F.broadcast(list_row))
        .select("scheme", "segment_id", "segment_name", "n_people", F.inline(F.array(*rows)))
        .withColumn("segment_date", F.lit(as_of))
        .select(*SEGMENT_PROFILES.column_names)
    )


def _measure_row(name: str) -> Column:
    value = F.try_divide(F.col(f"total_{name}"), F.col(f"n_{name}"))
    z = F.try_divide(value - F.col(f"avg_{name}"), F.col(f"std_{name}"))
    return _row(name, F.col(f"total_{name}"), F.col(f"n_{name}"), value, F.col(f"median_{name}"), z)


def _kpi_row(kpi: Kpi) -> Column:
    top = F.col(f"sum_{kpi.numerator}")
    bottom = F.col(f"sum_{kpi.denominator}") if kpi.denominator else F.lit(None)
    value = F.try_divide(top, bottom) if kpi.denominator else top
    return _row(kpi.name, top, bottom, value, F.lit(None), F.lit(None))


def _row(name: str, top: Column, bottom: Column, value: Column, median: Column, z: Column) -> Column:
    parts = {"numerator": top, "denominator": bottom, "value": value, "median": median, "z_score": z}
    return F.struct(F.lit(name).alias("measure"), *[c.cast("double").alias(n) for n, c in parts.items()])
