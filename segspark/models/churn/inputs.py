"""The features of the churn model. Opens are excluded; features that a workspace lacks are left out."""

from collections.abc import Collection, Sequence

from segspark.models.choices import NEVER_DAYS, STEADY

# Below every value: trees tell it apart.
UNKNOWN = -1.0
# name -> fill for missing values. Days since something: longer ago than every window, for who never did it (and without a
# second order the mean days between orders are longer than every window). Counts and amounts: none. Trends and the rhythm
# of orders: 1, as fast as ever and on time, where there is nothing to compare. Shares of orders: the population has
# ordered within the year. Rates of clicks: below every rate, where no mail was delivered. Days on the list: -1, unknown.
DEFAULT: dict[str, float] = {
    "days_since_order": NEVER_DAYS, "days_since_first_order": 0.0, "days_between_orders": NEVER_DAYS, "days_since_click": NEVER_DAYS,
    "days_since_visit": NEVER_DAYS, "days_since_cart_add": NEVER_DAYS, "days_since_active": NEVER_DAYS, "tenure_days": UNKNOWN,
    "n_order_30d": 0.0, "n_order_90d": 0.0, "n_order_365d": 0.0, "n_order_lifetime": 0.0,
    "net_order_cents_90d": 0.0, "net_order_cents_365d": 0.0, "avg_order_cents_365d": 0.0, "n_item_365d": 0.0,
    "refund_share_365d": 0.0, "n_refund_90d": 0.0, "sale_share_365d": 0.0, "n_order_sale_lifetime": 0.0,
    "order_trend": STEADY, "visit_trend": STEADY, "n_visit_day_30d": 0.0, "n_visit_day_90d": 0.0, "n_visit_day_365d": 0.0,
    "n_product_view_30d": 0.0, "n_product_view_90d": 0.0, "n_cart_add_30d": 0.0, "n_cart_add_90d": 0.0,
    "dwell_s_90d": 0.0, "n_click_30d": 0.0, "n_click_90d": 0.0, "n_click_365d": 0.0, "click_rate_90d": UNKNOWN,
    "click_rate_365d": UNKNOWN, "n_complaint_365d": 0.0, "n_bounce_365d": 0.0, "n_unsubscribe_365d": 0.0,
    "n_offer_completed_365d": 0.0, "overdue": STEADY, "click_trend": STEADY,
}  # fmt: skip

# Ratios used by this model only, over the columns of the feature frame.
RATIOS = {
    # How late somebody is, relative to the person's own rhythm; 1 is on time.
    "overdue": ("try_divide(days_since_order, days_between_orders)", ("days_since_order", "days_between_orders")),
    "click_trend": ("try_divide(n_click_90d * 365.0, n_click_365d * 90.0)", ("n_click_90d", "n_click_365d")),
}


def columns_of(inputs: Collection[str]) -> set[str]:
    """The columns of the feature frame that the inputs need."""
    return {need for n in inputs for need in (RATIOS[n][1] if n in RATIOS else (n,))}


def choose_inputs(columns: Sequence[str]) -> dict[str, float]:
    """The default features that the frame has or can compute, each with its fill."""
    have = set(columns) | {n for n, (_, needs) in RATIOS.items() if set(needs) <= set(columns)}
    return {n: fill for n, fill in DEFAULT.items() if n in have}
