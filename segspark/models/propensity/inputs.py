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
# Columns that attributes of profiles become begin so, and flags of missing values end so.
ATTRIBUTE, IS_MISSING = "attribute_", "_is_missing"


@dataclass(frozen=True)
class Input:
    """Attributes:
    fill: the value where it is missing.
    sql: over the columns of ``needs``; empty: the column of this name.
    is_of_history: the value grows with the history of the data, and is cut off at the longest that the model is trained
        with: else people would look unlike all that it has seen, the more so the later they are scored.
    is_dated: the value is the days from a date to the cut: below zero the input is dated after it.
    """

    name: str
    fill: float
    sql: str = ""
    needs: tuple[str, ...] = ()
    is_of_history: bool = False
    is_dated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.needs or ((self.name,) if not self.sql else ())

    @property
    def unfilled(self) -> str:
        """SQL of the value as a double, null where it is missing."""
        return f"cast({self.sql or f'`{self.name}`'} as double)"

    @property
    def expression(self) -> str:
        """SQL of the value as a double, without nulls."""
        return f"coalesce({self.unfilled}, {self.fill!r}D)"


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
    return set(of_features([name for name in inputs if name not in CALENDAR and not name.startswith(ATTRIBUTE)]))


def of_features(inputs: Sequence[str]) -> list[str]:
    """The columns that inputs of these names need, which look at no attribute and at no calendar."""
    known = [FEATURES.get(name) or Input(_behind(name), 0.0) for name in inputs]
    return [need for i in known for need in i.columns]


def _behind(name: str) -> str:
    """``top_colour=red`` and ``top_colour_is_missing`` are inputs of the column ``top_colour``."""
    return name.partition("=")[0].removesuffix(IS_MISSING)


def choose_inputs(
    columns: Collection[str], history_days: int, wanted: bool | Collection[str] = True
) -> tuple[Input, ...]:
    """The default features that the frame has or can compute, and the calendar's columns that it has.

    Args:
        history_days: the longest history that the model is trained with; what grows with it is cut off there.
        wanted: the features by name; True is all of them.
    """
    have = set(columns)
    chosen = [i for name, i in FEATURES.items() if wanted is True or (wanted is not False and name in wanted)]
    features = (_cut_off(i, history_days) for i in chosen if set(i.columns) <= have)
    return (*features, *(Input(name, 0.0) for name in CALENDAR if name in have))


def column_inputs(name: str, kind: str, values: Sequence[str] = (), *, may_be_ahead: bool = False) -> tuple[Input, ...]:
    """The inputs of a column that is no default one: its value, and whether it is missing, which a fill cannot say.

    Args:
        name: of the column.
        kind: number, date or category.
        values: of a category those that are an input each; every other value is none of them.
    """
    missing = Input(f"{name}{IS_MISSING}", 0.0, f"`{name}` is null", (name,))
    if kind == "category":
        each = (Input(f"{name}={v}", 0.0, f"`{name}` = {quoted(v)}", (name,)) for v in values)
        return (*each, missing)
    if kind == "date":
        days = f"datediff(as_of_date, `{name}`)"
        return (Input(name, 0.0, days, (name,), is_dated=not may_be_ahead), missing)
    # With the flag beside it no number may stand for a missing one, and zero is as good as any.
    return (Input(name, 0.0, f"cast(`{name}` as double)", (name,)), missing)


def quoted(text: str) -> str:
    """A text as Spark SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _cut_off(item: Input, days: int) -> Input:
    if not item.is_of_history:
        return item
    return replace(item, sql=f"least(`{item.name}`, {max(1, days)})", needs=(item.name,))
