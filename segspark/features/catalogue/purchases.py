"""Orders and refunds; a refund counts on its own day."""

from segspark.features.feature import Derived, Feature, Measure, counts

# Amounts in another currency are kept in silver and stay out of sums.
_OWN_CURRENCY = "currency is null or currency = '{currency}'"

MEASURES = [
    Measure("n_order", ("order",), "profiling", "orders", "Orders"),
    Measure(
        "order_cents",
        ("order",),
        "profiling",
        "minor units",
        "Goods ordered",
        _OWN_CURRENCY,
        "coalesce(amount_cents, 0)",
    ),
    Measure("n_item", ("order",), "profiling", "articles", "Articles ordered", None, "coalesce(n_items, 1)"),
    Measure("n_refund", ("refund",), "profiling", "refunds", "Refunds"),
    Measure(
        "refund_cents",
        ("refund",),
        "profiling",
        "minor units",
        "Given back",
        _OWN_CURRENCY,
        "coalesce(amount_cents, 0)",
    ),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    lifetime = [m for m in MEASURES if m.name != "n_item"]
    return [
        *counts([(m.name, m.describe) for m in MEASURES], windows),
        *counts([(m.name, m.describe) for m in lifetime], (0,)),
        Feature("n_order_sale", "n_order", "Orders within sales periods", windows=(*windows, 0), only_sales=True),
        Feature("last_order_date", "n_order", "Last order", "last"),
        Feature("first_order_date", "n_order", "First order", "first"),
        Feature("last_refund_date", "n_refund", "Last refund", "last"),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    by_window = [
        Derived(name, sql, "double", f"{describe}, {w} days")
        for w in windows
        for name, sql, describe in (
            (f"avg_order_cents_{w}d", f"try_divide(order_cents_{w}d, n_order_{w}d)", "Mean order in minor units"),
            (f"net_order_cents_{w}d", f"order_cents_{w}d - refund_cents_{w}d", "Ordered less given back, minor units"),
        )
    ]
    return [
        *by_window,
        Derived("days_since_order", "datediff(as_of_date, last_order_date)", "int", "Days since the last order"),
        Derived(
            "days_since_first_order", "datediff(as_of_date, first_order_date)", "int", "Days since the first order"
        ),
        Derived(
            "days_between_orders",
            "try_divide(datediff(last_order_date, first_order_date), n_order_lifetime - 1)",
            "double",
            "Mean days between orders; null with one order",
        ),
        Derived(
            "refund_share_365d", "try_divide(n_refund_365d, n_order_365d)", "double", "Refunds per order, 365 days"
        ),
        Derived(
            "sale_share_365d",
            "try_divide(n_order_sale_365d, n_order_365d)",
            "double",
            "Share of orders within sales periods",
        ),
        Derived(
            "sale_share_lifetime",
            "try_divide(n_order_sale_lifetime, n_order_lifetime)",
            "double",
            "Share of all orders within sales periods",
        ),
        Derived(
            "order_trend",
            "try_divide(n_order_90d * 365.0, n_order_365d * 90.0)",
            "double",
            "Orders of the last 90 days against the year's pace; 1 is steady",
        ),
    ]
