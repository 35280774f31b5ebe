"""The features behaviour groups are made of. Opens are none of them."""

from collections.abc import Sequence

from segspark.models.prepare import Input

# Long ago, for people who never did it: beyond every window.
NEVER_DAYS = 1000.0

DEFAULT = (
    Input("days_since_order", NEVER_DAYS, log=True),
    Input("n_order_365d", 0.0, log=True),
    # Spending goes with the number of orders and would only weigh it twice; the profiles show it.
    Input("sale_share_lifetime", 0.0),
    Input("n_click_90d", 0.0, log=True),
    # Visits show in the days since the last act and in their trend; their number would weigh them a third time.
    Input("days_since_active", NEVER_DAYS, log=True),
    Input("visit_trend", 0.0, log=True),
    Input("tenure_days", 0.0, log=True),
)


def choose_inputs(wanted: Sequence[str], columns: Sequence[str]) -> tuple[Input, ...]:
    """The configured features, else the default ones that the frame has."""
    known = {i.name: i for i in DEFAULT}
    if wanted:
        return tuple(known.get(n, Input(n, log=n.startswith(("n_", "order_", "dwell_", "days_")))) for n in wanted)
    return tuple(i for i in DEFAULT if i.name in columns)
