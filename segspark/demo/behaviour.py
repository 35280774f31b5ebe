"""People's behaviour, week by week: intensities by type, then Poisson draws, all vectorised.

Clicks and visits of fading people fall some weeks before their orders do: churn has visible signs.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from segspark.demo.people import TYPES, People
from segspark.time import DAY_SECONDS

WEEK = 7
# Number of days by which interest (clicks, visits) falls before orders.
WARNING_DAYS = 56
# Orders, sessions and mails per person and week of the type, before the person's own factor.
ORDERS = {
    "regular": 0.14,
    "seasonal": 0.002,
    "fading": 0.10,
    "new_potential": 0.010,
    "rare_engaged": 0.40,
    "quiet": 0.004,
}
IN_SALES = {"regular": 1.0, "seasonal": 300.0, "fading": 1.0, "new_potential": 1.2, "rare_engaged": 1.2, "quiet": 1.5}
SESSIONS = {
    "regular": 0.30,
    "seasonal": 0.010,
    "fading": 0.35,
    "new_potential": 1.10,
    "rare_engaged": 0.75,
    "quiet": 0.004,
}
VISITS_IN_SALES = {
    "regular": 1.0,
    "seasonal": 80.0,
    "fading": 1.0,
    "new_potential": 1.0,
    "rare_engaged": 1.0,
    "quiet": 1.0,
}
CLICK_SHARE = {
    "regular": 0.22,
    "seasonal": 0.07,
    "fading": 0.22,
    "new_potential": 0.42,
    "rare_engaged": 0.55,
    "quiet": 0.02,
}
CLICKS_IN_SALES = {
    "regular": 1.0,
    "seasonal": 4.0,
    "fading": 1.0,
    "new_potential": 1.0,
    "rare_engaged": 1.0,
    "quiet": 1.0,
}


@dataclass(frozen=True)
class Acts:
    """Who (index) and when (seconds since the first local midnight) of one kind of act, sorted by time."""

    who: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Behaviour:
    """The acts of everybody; ``is_clicked`` belongs to the mails."""

    orders: Acts
    sessions: Acts
    mails: Acts
    is_clicked: np.ndarray


def sales_periods(first: date, last: date) -> list[tuple[date, date]]:
    """Winter and summer sales of the years between, as set by law: four weeks from a Wednesday."""
    periods = []
    for year in range(first.year, last.year + 1):
        for month, day in ((1, 8), (6, 24)):
            start = date(year, month, day)
            start += timedelta(days=(2 - start.weekday()) % 7)
            periods.append((start, start + timedelta(days=27)))
    return [p for p in periods if p[0] <= last and p[1] >= first]


def draw_behaviour(people: People, first: date, n_days: int, n_records: int, rng: np.random.Generator) -> Behaviour:
    """Orders, web sessions and mails of everybody.

    The numbers are scaled so that all records together are about ``n_records``.
    """
    n_weeks = -(-n_days // WEEK)
    week_start = np.arange(n_weeks) * WEEK
    days = [first + timedelta(days=int(d)) + timedelta(days=3) for d in week_start]
    periods = sales_periods(first, first + timedelta(days=n_days))
    in_sales = np.array([any(a <= d <= b for a, b in periods) for d in days])
    wishes = _per_type(people, ORDERS)[:, None] * np.where(in_sales, _per_type(people, IN_SALES)[:, None], 1.0)
    orders = wishes * _present(people, week_start, 0) * people.taste[:, None]
    visits = _per_type(people, SESSIONS)[:, None] * np.where(in_sales, _per_type(people, VISITS_IN_SALES)[:, None], 1.0)
    curiosity = rng.gamma(6.0, 1 / 6.0, len(people))
    sessions = visits * _present(people, week_start, WARNING_DAYS) * curiosity[:, None]
    # CRM and consents give about four records per person; of the rest a mail gives two, a session a little more than
    # two, an order one, and replays and defects some per cent.
    rest = max(n_records - 4.12 * len(people), n_records / 4) * 0.957
    budget = {"orders": rest * 0.1875, "sessions": rest * 0.5125 / 2.2, "mails": rest * 0.30 / 2.0}
    drawn_orders = _draw(orders * min(1.0, budget["orders"] / orders.sum()), people, n_days, rng)
    drawn_sessions = _draw(sessions * budget["sessions"] / sessions.sum(), people, n_days, rng)
    sent = (people.may_mail * (0.5 + people.taste / 2))[:, None] * (
        week_start[None, :] + WEEK > people.joined_day[:, None]
    )
    # The list gets more mails as the history goes on.
    sent = sent * np.linspace(0.6, 1.4, n_weeks)[None, :]
    drawn_mails = _draw(sent * budget["mails"] / sent.sum(), people, n_days, rng, hour=8)
    week = np.minimum(drawn_mails.second // (WEEK * DAY_SECONDS), n_weeks - 1).astype(int)
    interest = _present(people, week_start, WARNING_DAYS)[drawn_mails.who, week]
    eager = np.where(in_sales[week], _per_type(people, CLICKS_IN_SALES)[drawn_mails.who], 1.0)
    chance = np.clip(
        _per_type(people, CLICK_SHARE)[drawn_mails.who] * interest * eager * curiosity[drawn_mails.who], 0, 0.9
    )
    return Behaviour(drawn_orders, drawn_sessions, drawn_mails, rng.random(len(chance)) < chance)


def _per_type(people: People, values: dict[str, float]) -> np.ndarray:
    each: np.ndarray = np.array([values[t] for t in TYPES])[people.type]
    return each


def _present(people: People, week_start: np.ndarray, warning_days: int) -> np.ndarray:
    """1 while somebody is present and interested, less from the fading day on (earlier by the warning), 0 before."""
    joined = week_start[None, :] + WEEK > people.joined_day[:, None]
    since = week_start[None, :] - (people.fade_day[:, None] - warning_days)
    return joined * np.where(since > 0, np.power(0.5, np.clip(since, 0, 2000) / 20.0), 1.0)


def _draw(rates: np.ndarray, people: People, n_days: int, rng: np.random.Generator, hour: int | None = None) -> Acts:
    counts = rng.poisson(rates)
    who, week = np.nonzero(counts)
    n = counts[who, week]
    who, week = np.repeat(who, n), np.repeat(week, n)
    day = week * WEEK + rng.integers(0, WEEK, len(who))
    at = (people.hour[who] if hour is None else np.full(len(who), hour)) + rng.normal(0, 1.5, len(who))
    second = day * DAY_SECONDS + (np.clip(at, 0, 23.9) * 3600).astype(np.int64) + rng.integers(0, 360, len(who))
    # The last week of the history may be cut short.
    is_within = (second >= people.joined_day[who] * DAY_SECONDS) & (second < n_days * DAY_SECONDS)
    who, second = who[is_within], second[is_within]
    order = np.argsort(second, kind="stable")
    return Acts(who[order], second[order])
