"""What a model of propensity looks at: features, ratios, and the calendar around the cut. Opens are excluded.

An input is SQL over the feature frame and a value for where it is missing. What a workspace lacks is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from segspark.config.models import SalesPeriod
from segspark.models.choices import NEVER_DAYS, STEADY
from segspark.models.propensity.outcome import Outcome, Window
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
    within: SQL in place of ``sql`` where the value would grow with the history of the data; ``{days}`` stands for the days
        that it looks back at most.
    is_dated: the value is the days from a date to the cut: below zero the input is dated after it.
    is_default: a model looks at it without being asked to by its name.
    own: SQL of the person's own value, where ``sql`` bounds it.
    """

    name: str
    fill: float
    sql: str = ""
    needs: tuple[str, ...] = ()
    within: str = ""
    is_dated: bool = False
    is_default: bool = True
    own: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return self.needs or ((self.name,) if not self.sql else ())

    @property
    def unfilled(self) -> str:
        """SQL of the value as a double, null where it is missing."""
        return f"cast({self.sql or f'`{self.name}`'} as double)"

    @property
    def said(self) -> str:
        """SQL of what one may say of the person, null where it is missing: neither the fill nor a bound is anybody's value."""
        return f"cast({self.own or self.sql or f'`{self.name}`'} as double)"

    @property
    def expression(self) -> str:
        """SQL of the value as a double, without nulls."""
        return f"coalesce({self.unfilled}, {self.fill!r}D)"


# name -> fill for missing values. Days since something: longer ago than every window, for who never did it (and without a
# second order the mean days between orders are longer than every window). Counts and amounts: none. Trends: 1, as fast as
# ever, where there is nothing to compare. Shares of orders and rates of clicks: below every one, where there was no order or
# no mail. Days since the first order or act: -1, below those of who has just begun, for who never did.
_FEATURES: dict[str, float] = {
    "days_since_order": NEVER_DAYS, "days_since_first_order": UNKNOWN, "days_between_orders": NEVER_DAYS, "days_since_click": NEVER_DAYS,
    "days_since_visit": NEVER_DAYS, "days_since_cart_add": NEVER_DAYS, "days_since_active": NEVER_DAYS, "tenure_days": UNKNOWN,
    "n_order_30d": 0.0, "n_order_90d": 0.0, "n_order_365d": 0.0, "n_order_day_lifetime": 0.0,
    "net_order_cents_90d": 0.0, "net_order_cents_365d": 0.0, "avg_order_cents_365d": 0.0, "n_item_365d": 0.0,
    "refund_share_365d": UNKNOWN, "n_refund_90d": 0.0, "sale_share_365d": UNKNOWN, "n_order_sale_lifetime": 0.0,
    "order_trend": STEADY, "visit_trend": STEADY, "n_visit_day_30d": 0.0, "n_visit_day_90d": 0.0, "n_visit_day_365d": 0.0,
    "n_product_view_30d": 0.0, "n_product_view_90d": 0.0, "n_cart_add_30d": 0.0, "n_cart_add_90d": 0.0,
    "dwell_s_90d": 0.0, "n_click_30d": 0.0, "n_click_90d": 0.0, "n_click_365d": 0.0, "click_rate_90d": UNKNOWN,
    "click_rate_365d": UNKNOWN, "n_complaint_365d": 0.0, "n_bounce_365d": 0.0, "n_unsubscribe_365d": 0.0,
    "n_offer_completed_365d": 0.0,
}  # fmt: skip
# What began with the data, or may have, is known to have begun so long ago at most; a rhythm of years is not known yet when
# the data are young, so that a longer one is as one that nobody has seen.
_RHYTHM = "if(`days_between_orders` <= {days}, `days_between_orders`, null)"
_WITHIN = {
    # Not least(): of a missing value it would make the longest.
    "days_since_first_order": "if(`days_since_first_order` > {days}, {days}, `days_since_first_order`)",
    "tenure_days": "if(`tenure_days` > {days}, {days}, `tenure_days`)",
    "days_between_orders": _RHYTHM,
}
# Counts of all time only rise as the data grow: n_order_365d and sale_share_365d say the same of a year.
_ONLY_IF_NAMED = {"n_order_day_lifetime", "n_order_sale_lifetime"}
# How late somebody is, relative to the person's own rhythm, where 1 is on time; and whether clicks become more or fewer.
_RATIOS = (
    Input(
        "overdue", STEADY, "try_divide(days_since_order, days_between_orders)", ("days_since_order", "days_between_orders"),
        within=f"try_divide(`days_since_order`, {_RHYTHM})",
    ),
    Input("click_trend", STEADY, "try_divide(n_click_90d * 365.0, n_click_365d * 90.0)", ("n_click_90d", "n_click_365d")),
)  # fmt: skip
FEATURES: Mapping[str, Input] = {
    i.name: i
    for i in (
        *(Input(n, f, within=_WITHIN.get(n, ""), is_default=n not in _ONLY_IF_NAMED) for n, f in _FEATURES.items()),
        *_RATIOS,
    )
}
# Before what they look back at lie two thirds of the history: time enough to have seen who acts every few months.
_PARTS_OF_HISTORY = 3
# All orders of a person since the data began, which BG/NBD looks at: for it, unlike for trees, one order more in a longer
# time is no news. They are kept beside the inputs of the trees, and end nowhere.
PACE = (
    Input("known_order_days", 0.0, "`n_order_day_lifetime`", ("n_order_day_lifetime",)),
    Input("known_order_age", 0.0, "`days_since_first_order`", ("days_since_first_order",)),
)

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


def beside_trees(outcome: Outcome) -> tuple[Input, ...]:
    """What only simpler models of the outcome look at."""
    return PACE if outcome.is_absence and outcome.measure == "n_order" else ()


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
        history_days: the longest history that the model is trained with. What grows with it looks back at a third of it: at
            the whole, who acts rarely and since long ago would be new in young data, and old some months later.
        wanted: the features by name; True is all of the defaults.
    """
    have = set(columns)
    chosen = [i for name, i in FEATURES.items() if (i.is_default if isinstance(wanted, bool) else name in wanted)]
    features = (_bounded(i, history_days // _PARTS_OF_HISTORY) for i in chosen if wanted and set(i.columns) <= have)
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


def _bounded(item: Input, days: int) -> Input:
    if not item.within:
        return item
    own = item.sql or f"`{item.name}`"
    return replace(item, sql=item.within.replace("{days}", str(max(1, days))), own=own, needs=item.columns)
