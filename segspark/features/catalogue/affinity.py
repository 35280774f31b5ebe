"""Which categories and products people look at and buy, and how narrow their taste is."""

from segspark.features.aggregations.distinct import DISTINCT
from segspark.features.aggregations.latest import LATEST
from segspark.features.aggregations.top import TOP
from segspark.features.aggregations.top_count import TOP_COUNT
from segspark.features.aggregations.top_last import TOP_LAST
from segspark.features.aggregations.total import TOTAL
from segspark.features.catalogue.habits import ACTS
from segspark.features.derived import days_since, rate
from segspark.features.feature import Derived, Feature, ItemKind
from segspark.sources.vocabulary import BY_A_HUMAN

# Actions on goods on the site; a click carries the category of its mail.
_LOOKS = tuple(act for act in ACTS if act not in ("click", "order"))

ITEMS = [
    ItemKind("category_seen", _LOOKS, "category", "profiling", "categories", "Categories looked at", BY_A_HUMAN),
    ItemKind("category_ordered", ("order",), "category", "profiling", "categories", "Categories ordered from"),
    ItemKind("product_seen", _LOOKS, "product_id", "profiling", "products", "Products looked at", BY_A_HUMAN),
    ItemKind("product_ordered", ("order",), "product_id", "profiling", "products", "Main products of orders"),
]
YEAR = (365,)


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *(Feature(f"n_{k.name}", k.name, k.describe, DISTINCT, (30, 90, 365)) for k in ITEMS),
        Feature("n_category_ordered", "category_ordered", "Categories ordered from", DISTINCT, (0,)),
        Feature("top_category", "category_seen", "Category looked at most", TOP, YEAR),
        Feature("n_top_category", "category_seen", "Acts in the category looked at most", TOP_COUNT, YEAR),
        Feature("n_category_act", "category_seen", "Acts that name a category", TOTAL, YEAR),
        Feature("last_top_category_date", "category_seen", "Last act in the category looked at most", TOP_LAST),
        Feature("latest_category", "category_seen", "Category looked at last", LATEST),
        Feature("top_category_ordered", "category_ordered", "Category with most orders", TOP, YEAR),
        Feature("n_top_category_ordered", "category_ordered", "Orders of that category", TOP_COUNT, YEAR),
        Feature("n_category_order", "category_ordered", "Orders that name a category", TOTAL, YEAR),
        Feature("last_top_category_order_date", "category_ordered", "Last order of that category", TOP_LAST),
        Feature("latest_category_ordered", "category_ordered", "Category ordered from last", LATEST),
        Feature("top_product", "product_seen", "Product looked at most", TOP, YEAR),
        Feature("n_top_product", "product_seen", "Acts about the product looked at most", TOP_COUNT, YEAR),
        Feature("n_product_act", "product_seen", "Acts that name a product", TOTAL, YEAR),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        rate(
            "top_category_share_365d", "n_top_category_365d", "n_category_act_365d", "Share of acts in the top category"
        ),
        rate(
            "top_category_order_share_365d",
            "n_top_category_ordered_365d",
            "n_category_order_365d",
            "Share of orders in the category with most orders",
        ),
        rate("looks_per_product_365d", "n_product_act_365d", "n_product_seen_365d", "Acts per product looked at"),
        rate("category_focus_90d", "n_category_seen_90d", "n_category_seen_365d", "Categories of 90 days per year's"),
        days_since("top_category", "last_top_category_date", "the last act in the top category"),
        days_since("top_category_order", "last_top_category_order_date", "the last order of the top category"),
        Derived(
            "is_browsing_other_category",
            "latest_category <> top_category_ordered_365d",
            "boolean",
            "Looks at another category than the one mostly ordered from; null where either is unknown",
        ),
    ]
