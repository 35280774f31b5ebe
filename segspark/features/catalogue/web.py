"""What people do on the web site."""

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, decayed, rate, rates, trend
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
        Feature("n_visit_day", "n_web", "Days with web activity", DAYS, (*windows, 0)),
        Feature("last_visit_date", "n_web", "Last day with web activity", LAST),
        Feature("first_visit_date", "n_web", "First day with web activity", FIRST),
        Feature("last_cart_add_date", "n_cart_add", "Last article put into the cart", LAST),
        Feature("last_checkout_date", "n_checkout", "Last checkout begun", LAST),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        *rates("pages_per_visit", "n_page_view", "n_visit_day", "Pages per day with a visit", windows),
        *rates("dwell_per_visit_s", "dwell_s", "n_visit_day", "Seconds per day with a visit", windows),
        rate("cart_rate_90d", "n_cart_add_90d", "n_product_view_90d", "Cart articles per product page, 90 days"),
        rate("cart_removal_rate_90d", "n_cart_remove_90d", "n_cart_add_90d", "Articles taken out of the cart again"),
        rate("checkout_rate_90d", "n_checkout_90d", "n_cart_add_90d", "Checkouts per cart article, 90 days"),
        rate("cart_conversion_90d", "n_order_90d", "n_cart_add_90d", "Orders per cart article"),
        rate("search_rate_90d", "n_search_90d", "n_page_view_90d", "Searches per page, 90 days"),
        days_since("visit", "last_visit_date", "the last visit"),
        days_since("first_visit", "first_visit_date", "the first visit"),
        days_since("cart_add", "last_cart_add_date", "the last cart"),
        Derived(
            "has_open_cart",
            "last_cart_add_date >= date_sub(as_of_date, 30) "
            "and last_cart_add_date > coalesce(last_order_date, date'1970-01-01')",
            "boolean",
            "An article went into the cart in the last 30 days and no order came on that day or since; null without",
        ),
        trend("visit_trend", "n_visit_day", "Visits"),
        decayed("visits", "n_visit_day", 30, windows, "Days with a visit"),
    ]
