"""What a model of propensity looks at: features, ratios, and the calendar around the cut. Opens are excluded.

An input is SQL over the feature frame and a value for where it is missing. What a workspace lacks is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from segspark.config.models import SalesPeriod
from segspark.models.choices import NEVER_DAYS, STEADY
from segspark.models.propensity.outcome import Window
from segspark.time import DAY

# Below every value: trees tell it apart.
UNKNOWN = -1.0


@dataclass(frozen=True)
class Input:
    """Attributes:
    fill: the value where it is missing.
    sql: over the columns of ``needs``; empty: the column of this name.
    is_of_history: the value grows with the history of the data, and is cut off at the longest that the model is trained
        with: else people would look unlike all that it has seen, the more so the later they are scored.
    """

    name: str
    fill: float
    sql: str = ""
    needs: tuple[str, ...] = ()
    is_of_history: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.needs or ((self.name,) if not self.sql else ())

    @property
    def expression(self) -> str:
        """SQL of the value as a double, without nulls."""
        return f"coalesce(cast({self.sql or f'`{self.name}`'} as double), {self.fill!r}D)"


# name -> fill for missing values. Days since something: longer ago than every window, for who never did it (and without a
# second order the mean days between orders are longer than every window). Counts and amounts: none. Trends: 1, as fast as
# ever, where there is nothing to compare. Shares of orders: the population has ordered within the year. Rates of clicks:
# below every rate, where no mail was delivered. Days on the list: -1, unknown.
_FEATURES: dict[str, float] = {
    "days_since_order": NEVER_DAYS, "days_since_first_order": 0.0, "days_between_orders": NEVER_DAYS, "days_since_click": NEVER_DAYS,
    "days_since_visit": NEVER_DAYS, "days_since_cart_add": NEVER_DAYS, "days_since_active": NEVER_DAYS, "tenure_days": UNKNOWN,
    "n_order_30d": 0.0, "n_order_90d": 0.0, "n_order_365d": 0.0, "n_order_day_lifetime": 0.0,
    "net_order_cents_90d": 0.0, "net_order_cents_365d": 0.0, "avg_order_cents_365d": 0.0, "n_item_365d": 0.0,
    "refund_share_365d": 0.0, "n_refund_90d": 0.0, "sale_share_365d": 0.0, "n_order_sale_lifetime": 0.0,
    "order_trend": STEADY, "visit_trend": STEADY, "n_visit_day_30d": 0.0, "n_visit_day_90d": 0.0, "n_visit_day_365d": 0.0,
    "n_product_view_30d": 0.0, "n_product_view_90d": 0.0, "n_cart_add_30d": 0.0, "n_cart_add_90d": 0.0,
    "dwell_s_90d": 0.0, "n_click_30d": 0.0, "n_click_90d": 0.0, "n_click_365d": 0.0, "click_rate_90d": UNKNOWN,
    "click_rate_365d": UNKNOWN, "n_complaint_365d": 0.0, "n_bounce_365d": 0.0, "n_unsubscribe_365d": 0.0,
    "n_offer_completed_365d": 0.0,
}  # fmt: skip
_OF_HISTORY = {"days_since_first_order", "tenure_days"}
# How late somebody is, relative to the person's own rhythm, where 1 is on time; and whether clicks become more or fewer.
_RATIOS = (
    Input("overdue", STEADY, "try_divide(days_since_order, days_between_orders)", ("days_since_order", "days_between_orders")),
    Input("click_trend", STEADY, "try_divide(n_click_90d * 365.0, n_click_365d * 90.0)", ("n_click_90d", "n_click_365d")),
)  # fmt: skip
FEATURES: Mapping[str, Input] = {
    i.name: i for i in (*(Input(n, f, is_of_history=n in _OF_HISTORY) for n, f in _FEATURES.items()), *_RATIOS)
}

SALE_DAYS_AHEAD, SALE_DAYS_BEHIND, MONTH = CALENDAR = "sale_days_ahead", "sale_days_behind", "month"


def calendar_columns(periods: Sequence[SalesPeriod], country: str, window: Window) -> dict[str, str]:
    """Columns by the as-of day alone, as SQL: the sales days of the home market within the window after it, those within
    as many days before it, and the month.

    They are computed from the calendar of the day on which people are scored: a model knows no later sales.
    """
    ours = [(p.start, p.end + DAY) for p in periods if p.market in ("*", country)]

    def days_within(first: str, end: str) -> str:
        each = (
            f"greatest(0, datediff(least({end}, date'{stop}'), greatest({first}, date'{start}')))"
            for start, stop in ours
        )
        return " + ".join(each)

    if not ours:
        return {MONTH: "month(as_of_date)"}
    ahead = f"date_add(as_of_date, {window.gap})", f"date_add(as_of_date, {window.gap + window.days})"
    behind = f"date_sub(as_of_date, {window.days})", "as_of_date"
    return {
        SALE_DAYS_AHEAD: days_within(*ahead),
        SALE_DAYS_BEHIND: days_within(*behind),
        MONTH: "month(as_of_date)",
    }


def columns_of(inputs: Collection[str]) -> set[str]:
    """The columns of the feature frame that the inputs of these names need."""
    known = [FEATURES.get(n, Input(n, 0.0)) for n in inputs if n not in CALENDAR]
    return {need for i in known for need in i.columns}


def choose_inputs(columns: Collection[str], history_days: int) -> tuple[Input, ...]:
    """The default features that the frame has or can compute, and the calendar's columns that it has.

    Args:
        history_days: the longest history that the model is trained with; what grows with it is cut off there.
    """
    have = set(columns)
    features = (_cut_off(i, history_days) for i in FEATURES.values() if set(i.columns) <= have)
    return (*features, *(Input(name, 0.0) for name in CALENDAR if name in have))


def _cut_off(item: Input, days: int) -> Input:
    if not item.is_of_history:
        return item
    return replace(item, sql=f"least(`{item.name}`, {max(1, days)})", needs=(item.name,))
