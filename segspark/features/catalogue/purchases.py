"""Orders and refunds; a refund counts on its own day."""

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, decayed, differences, rate, rates, trend
from segspark.features.feature import Derived, Feature, Measure, counts

# Amounts in another currency are kept in silver and excluded from sums.
_OWN_CURRENCY = "currency is null or currency = '{currency}'"
_CENTS = "coalesce(amount_cents, 0)"

MEASURES = [
    Measure("n_order", ("order",), "profiling", "orders", "Orders"),
    Measure("order_cents", ("order",), "profiling", "minor units", "Goods ordered", _OWN_CURRENCY, _CENTS),
    Measure("n_item", ("order",), "profiling", "articles", "Articles ordered", None, "coalesce(n_items, 1)"),
    Measure("n_refund", ("refund",), "profiling", "refunds", "Refunds"),
    Measure("refund_cents", ("refund",), "profiling", "minor units", "Given back", _OWN_CURRENCY, _CENTS),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES], windows),
        *counts([(m.name, m.describe) for m in MEASURES], (0,)),
        Feature("n_order_day", "n_order", "Days with an order", DAYS, (365, 0)),
        Feature("last_order_date", "n_order", "Last order", LAST),
        Feature("first_order_date", "n_order", "First order", FIRST),
        Feature("last_refund_date", "n_refund", "Last refund", LAST),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        *rates("avg_order_cents", "order_cents", "n_order", "Mean order in minor units", windows),
        *differences("net_order_cents", "order_cents", "refund_cents", "Ordered less given back, minor units", windows),
        Derived(
            "net_order_cents_lifetime",
            "order_cents_lifetime - refund_cents_lifetime",
            "bigint",
            "Ordered less given back since ever, minor units",
        ),
        rate("items_per_order_365d", "n_item_365d", "n_order_365d", "Articles per order, 365 days"),
        rate(
            "avg_item_cents_365d", "order_cents_365d", "n_item_365d", "Mean price of an article, minor units, 365 days"
        ),
        days_since("order", "last_order_date", "the last order"),
        days_since("first_order", "first_order_date", "the first order"),
        days_since("refund", "last_refund_date", "the last refund"),
        rate(
            "days_between_orders",
            "datediff(last_order_date, first_order_date)",
            "n_order_lifetime - 1",
            "Mean days between orders; null with one order",
        ),
        rate(
            "overdue_ratio",
            "datediff(as_of_date, last_order_date) * (n_order_lifetime - 1)",
            "datediff(last_order_date, first_order_date)",
            "Days since the last order over the mean days between orders; above 1 an order is due",
        ),
        Derived("is_repeat_buyer", "n_order_day_lifetime >= 2", "boolean", "Has ordered on more than one day"),
        rate("refund_share_365d", "n_refund_365d", "n_order_365d", "Refunds per order, 365 days"),
        rate(
            "refund_cents_share_365d",
            "refund_cents_365d",
            "order_cents_365d",
            "Share of the amount given back, 365 days",
        ),
        rate("visits_per_order_365d", "n_visit_day_365d", "n_order_365d", "Days with a visit per order, 365 days"),
        trend("order_trend", "n_order", "Orders"),
        trend("order_cents_trend", "order_cents", "Amounts"),
        decayed("orders", "n_order", 90, windows, "Orders"),
        decayed("order_cents", "order_cents", 180, windows, "Amounts in minor units"),
    ]
