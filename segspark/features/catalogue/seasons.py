"""Calendar context: orders within sales periods and by month, compared with the month of the as-of day."""

from segspark.features.aggregations.last import LAST
from segspark.features.derived import histogram, mode, rate
from segspark.features.feature import Derived, Feature

MONTHS = range(1, 13)
# Gifts are bought in November and December, holidays in July and August.
SEASONS = {"gift": (11, 12), "summer": (7, 8)}


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        Feature("n_order_sale", "n_order", "Orders within sales periods", windows=(*windows, 0), only_sales=True),
        Feature(
            "order_cents_sale", "order_cents", "Goods ordered within sales periods", windows=(365,), only_sales=True
        ),
        Feature("n_active_sale", "n_active", "Human acts within sales periods", windows=(365,), only_sales=True),
        Feature("last_order_sale_date", "n_order", "Last order within a sales period", LAST, only_sales=True),
        *(
            Feature(f"n_order_m{m:02d}", "n_order", f"Orders in month {m} of any year", windows=(0,), months=(m,))
            for m in MONTHS
        ),
        *(
            Feature(f"n_order_{name}", "n_order", f"Orders in months {a} and {b}", windows=(365,), months=(a, b))
            for name, (a, b) in SEASONS.items()
        ),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    months = {str(m): f"n_order_m{m:02d}_lifetime" for m in MONTHS}
    this_month = f"element_at(array({', '.join(months.values())}), month(as_of_date))"
    return [
        rate("sale_share_365d", "n_order_sale_365d", "n_order_365d", "Share of orders within sales periods"),
        rate("sale_share_lifetime", "n_order_sale_lifetime", "n_order_lifetime", "Share of all orders within sales periods"),
        rate("sale_cents_share_365d", "order_cents_sale_365d", "order_cents_365d", "Share of the amount within sales periods"),
        rate("sale_act_share_365d", "n_active_sale_365d", "n_active_365d", "Share of acts within sales periods"),
        rate("gift_share_365d", "n_order_gift_365d", "n_order_365d", "Share of orders in November and December"),
        rate("summer_share_365d", "n_order_summer_365d", "n_order_365d", "Share of orders in July and August"),
        mode("preferred_order_month", months, "int", "Month of most orders since ever; the earliest of equals"),
        histogram("order_months", list(months.values()), "Orders by month of the year, from January, since ever"),
        rate("order_month_share", this_month, "n_order_lifetime", "Share of all orders that fell into the day's month"),
        Derived("is_order_month", f"{this_month} > 0", "boolean", "Has ordered in the day's month of some year"),
    ]  # fmt: skip
