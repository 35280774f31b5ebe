"""When and on what people act. An act is a human click, a web event or an order; opens are none."""

from segspark.features.feature import Derived, Feature, Measure, counts

ACTS = ("click", "page_view", "product_view", "search", "cart_add", "cart_remove", "checkout", "order")
_HUMAN = "coalesce(not is_machine, true)"
HOURS = range(24)
DEVICES = ("mobile", "desktop", "tablet")

MEASURES = [
    Measure("n_active", ACTS, "profiling", "acts", "Human acts: clicks, web events, orders", _HUMAN),
    *(
        Measure(
            f"n_active_h{h:02d}",
            ACTS,
            "profiling",
            "acts",
            f"Human acts from {h:02d}:00 local time",
            f"{_HUMAN} and local_hour = {h}",
        )
        for h in HOURS
    ),
    *(
        Measure(
            f"n_active_{d}", ACTS, "profiling", "acts", f"Human acts on a {d} device", f"{_HUMAN} and device = '{d}'"
        )
        for d in DEVICES
    ),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES if m.name != "n_active"], (365,)),
        Feature("last_active_date", "n_active", "Last human act", "last"),
        Feature("first_active_date", "n_active", "First human act", "first"),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    return [
        Derived("days_since_active", "datediff(as_of_date, last_active_date)", "int", "Days since the last human act"),
        Derived("tenure_days", "datediff(as_of_date, first_active_date)", "int", "Days since the first human act"),
        Derived("preferred_hour", _mode([(str(h), f"n_active_h{h:02d}_365d") for h in HOURS], "int"), "int", "Local hour with most acts; the earliest of equals"),
        Derived("preferred_device", _mode([(f"'{d}'", f"n_active_{d}_365d") for d in DEVICES], "string"), "string", "Device with most acts"),
    ]  # fmt: skip


def _mode(options: list[tuple[str, str]], type_: str) -> str:
    """The option with the greatest count, null where all are zero."""
    most = f"greatest({', '.join(column for _, column in options)})"
    branches = " ".join(f"when {column} = {most} then {label}" for label, column in options)
    return f"case when {most} = 0 then cast(null as {type_}) {branches} end"
