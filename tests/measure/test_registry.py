"""The KPIs that every workspace has, in the order in which their rows are stored."""

import subprocess
import sys

from segspark.measure.kpi import without_purpose
from segspark.measure.registry import KPIS

STORED = (
    "days_since_order n_order_365d net_order_cents_365d avg_order_cents_365d sale_share_365d n_click_90d "
    "click_rate_90d n_visit_day_90d dwell_s_90d n_cart_add_90d days_since_active tenure_days engagement churn age_years "
    "is_contactable is_far ordered_share_365d visited_share_90d clicked_share_7d clicked_share_30d clicked_share_90d "
    "clicked_share_365d delivered_30d click_rate_30d click_rate_raw_30d click_rate_weighted_30d open_rate_30d "
    "open_rate_raw_30d open_rate_weighted_30d reactivity_1h_30d reactivity_4h_30d reactivity_24h_30d orders_30d "
    "revenue_cents_30d revenue_cents_per_delivered_30d bounce_rate_30d complaint_rate_30d unsubscribe_rate_30d"
).split()


def test_stored_words_and_their_order_stay() -> None:
    # gold.segment_profiles holds them, a row for each in this order.
    # A new one may stand anywhere between them.
    assert [k.key for k in KPIS.all() if k.key in STORED] == STORED


def test_each_asks_for_a_purpose_that_people_are_asked_to_permit() -> None:
    assert without_purpose(KPIS.all()) == {}


def test_results_and_profiles_have_their_columns() -> None:
    assert [table for k in KPIS.all() for table in {p.table for p in k.words.places}].count("results") >= 8
    # One orders the rows of the results, another breaks ties.
    assert sorted(p.rank for k in KPIS.all() for p in k.words.places if p.rank) == [1, 2]


def test_kpis_are_listed_without_spark_and_statistics() -> None:
    code = (
        "import segspark.measure.registry, sys; print(*[m for m in ('pyspark', 'scipy', 'pandas') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
