"""When and on which device people act. An act is a human click, a web event or an order; an open is not an act."""

from segspark.features.aggregations.days import DAYS
from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.derived import days_since, histogram, mode, rate, rates, trend
from segspark.features.feature import Derived, Feature, Measure, counts
from segspark.sources.vocabulary import BY_A_HUMAN

ACTS = ("click", "page_view", "product_view", "search", "cart_add", "cart_remove", "checkout", "order")
HOURS = range(24)
WEEKDAYS = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday"}
DEVICES = ("mobile", "desktop", "tablet")


def _acts(name: str, describe: str, where: str) -> Measure:
    return Measure(name, ACTS, "profiling", "acts", describe, where)


MEASURES = [
    _acts("n_active", "Human acts: clicks, web events, orders", BY_A_HUMAN),
    *(
        _acts(f"n_active_h{h:02d}", f"Human acts from {h:02d}:00 local time", f"{BY_A_HUMAN} and local_hour = {h}")
        for h in HOURS
    ),
    *(_acts(f"n_active_{d}", f"Human acts on a {d} device", f"{BY_A_HUMAN} and device = '{d}'") for d in DEVICES),
]


def features(windows: tuple[int, ...]) -> list[Feature]:
    return [
        *counts([(m.name, m.describe) for m in MEASURES if m.name != "n_active"], (365,)),
        *(
            Feature(f"n_active_wd{n}", "n_active", f"Human acts on a {day}", windows=(365,), weekdays=(n,))
            for n, day in WEEKDAYS.items()
        ),
        Feature("n_active", "n_active", "Human acts: clicks, web events, orders", windows=windows),
        Feature("n_active_day", "n_active", "Days with a human act", DAYS, (30, 90, 365)),
        Feature("last_active_date", "n_active", "Last human act", LAST),
        Feature("first_active_date", "n_active", "First human act", FIRST),
    ]


def derived(windows: tuple[int, ...]) -> list[Derived]:
    hours = {h: f"n_active_h{h:02d}_365d" for h in HOURS}
    weekdays = {n: f"n_active_wd{n}_365d" for n in WEEKDAYS}
    devices = {f"'{d}'": f"n_active_{d}_365d" for d in DEVICES}

    def share_of(name: str, columns: list[str], describe: str) -> Derived:
        return rate(name, " + ".join(columns), "n_active_365d", f"Share of acts {describe}, 365 days")

    return [
        days_since("active", "last_active_date", "the last human act"),
        Derived("tenure_days", "datediff(as_of_date, first_active_date)", "int", "Days since the first human act"),
        mode("preferred_hour", {str(h): c for h, c in hours.items()}, "int", "Local hour with most acts; the earliest of equals"),
        mode("preferred_weekday", {str(n): c for n, c in weekdays.items()}, "int", "Day of the week with most acts, 1 is Monday"),
        mode("preferred_device", devices, "string", "Device with most acts"),
        histogram("hours_365d", list(hours.values()), "Human acts by local hour, from 0 to 23, 365 days"),
        histogram("weekdays_365d", list(weekdays.values()), "Human acts by day of the week, from Monday, 365 days"),
        share_of("morning_share_365d", [hours[h] for h in range(6, 12)], "from 6 to 12 local time"),
        share_of("afternoon_share_365d", [hours[h] for h in range(12, 18)], "from 12 to 18 local time"),
        share_of("evening_share_365d", [hours[h] for h in range(18, 23)], "from 18 to 23 local time"),
        share_of("night_share_365d", [hours[h] for h in (23, *range(6))], "from 23 to 6 local time"),
        share_of("weekend_share_365d", [weekdays[n] for n in (6, 7)], "on Saturdays and Sundays"),
        share_of("mobile_share_365d", [devices["'mobile'"]], "on a mobile device"),
        *rates("acts_per_day", "n_active", "n_active_day", "Acts per day with any", (30, 90, 365)),
        trend("active_trend", "n_active", "Acts"),
    ]  # fmt: skip
