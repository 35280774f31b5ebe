"""What people do on the web site."""

from segspark.features.feature import Derived, Feature, Measure, counts

WEB_EVENTS = ("page_view", "product_view", "search", "cart_add", "cart_remove", "checkout")

MEASURES = [
    Measure("n_page_view", ("page_view",), "profiling", "pages", "Pages viewed"),
    Measure("n_product_view", ("product_view",), "profiling", "views", "Product pages viewed"),
    Measure("n_search", ("search",), "profiling", "searches", "Searches on the site"),
    Measure("n_cart_add", ("cart_add",), "profiling", "articles", "Articles put into the cart"),
    Measure("n_cart_remove", ("cart_remove",), "profiling", "articles", "Articles taken out of the cart"),
    Measure("n_checkout", ("checkout",), "profiling", "checkouts", "Checkouts begun"),
    Measure("n_web", WEB_EVENTS, "profiling", "events", "Events on the web site"),
    Measure(
        "dwell_s",
        (*WEB_EVENTS, "session_end"),
        "profiling",
        "seconds",
        "Time on the site",
        "duration_s is not null",
        "cast(round(least(duration_s, 86400)) as bigint)",
    ),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES if m.name != "n_web"], windows),
        Feature("n_visit_day", "n_web", "Days with web activity", "days", (*windows, 0)),
        Feature("last_visit_date", "n_web", "Last day with web activity", "last"),
        Feature("last_cart_add_date", "n_cart_add", "Last article put into the cart", "last"),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        Derived("days_since_visit", "datediff(as_of_date, last_visit_date)", "int", "Days since the last visit"),
        Derived("days_since_cart_add", "datediff(as_of_date, last_cart_add_date)", "int", "Days since the last cart"),
        Derived("cart_conversion_90d", "try_divide(n_order_90d, n_cart_add_90d)", "double", "Orders per cart article"),
        Derived(
            "visit_trend",
            "try_divide(n_visit_day_90d * 365.0, n_visit_day_365d * 90.0)",
            "double",
            "Visits of the last 90 days against the year's pace; 1 is steady",
        ),
    ]
