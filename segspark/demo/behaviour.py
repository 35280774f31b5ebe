"""People's own wishes, week by week: intensities by type, then Poisson draws, all vectorised.

Visits of fading people fall some weeks before their orders do: churn has visible signs. All rates are assumed; they
make types that differ and overlap. ``journeys`` ties orders, visits and mails together.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from segspark.demo.people import TYPES, People
from segspark.time import DAY_SECONDS

WEEK = 7
# Number of days by which interest (clicks, visits) falls before orders.
WARNING_DAYS = 56
# Orders and visits per person and week of the type, before the person's own factor.
ORDERS = {
    "regular": 0.20,
    "seasonal": 0.002,
    "fading": 0.10,
    "new_potential": 0.010,
    "rare_engaged": 0.40,
    "quiet": 0.004,
}
IN_SALES = {"regular": 1.0, "seasonal": 300.0, "fading": 1.0, "new_potential": 1.2, "rare_engaged": 1.2, "quiet": 1.5}
VISITS = {
    "regular": 0.30,
    "seasonal": 0.010,
    "fading": 0.35,
    "new_potential": 3.0,
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
# Assumed, and usual in fashion: November and December are strong, February and August weak; Sundays and Mondays are.
MONTHS = (1.0, 0.85, 1.0, 1.0, 1.05, 1.05, 0.95, 0.8, 1.0, 1.05, 1.25, 1.2)
WEEKDAYS = (0.16, 0.14, 0.135, 0.135, 0.13, 0.13, 0.17)
DIRECT = -1


@dataclass(frozen=True)
class Acts:
    """Acts of one kind, sorted by time.

    Attributes:
        who: index of the person.
        second: since the first local midnight.
        campaign: local day of the mail that they follow from; DIRECT where none is known.
        is_buying: whether the visit ends in an order.
    """

    who: np.ndarray
    second: np.ndarray
    campaign: np.ndarray
    is_buying: np.ndarray

    @classmethod
    def of(cls, who: np.ndarray, second: np.ndarray, campaign: np.ndarray | int, is_buying: bool = False) -> "Acts":
        n = len(who)
        return cls(who, second, np.broadcast_to(campaign, n), np.full(n, is_buying))

    def __len__(self) -> int:
        return len(self.who)

    def chosen(self, rows: np.ndarray) -> "Acts":
        return Acts(self.who[rows], self.second[rows], self.campaign[rows], self.is_buying[rows])


def in_order(*parts: Acts) -> Acts:
    """All acts of all parts by time."""
    whole = Acts(*(np.concatenate([getattr(p, name) for p in parts]) for name in Acts.__dataclass_fields__))
    return whole.chosen(np.argsort(whole.second, kind="stable"))


def sales_periods(first: date, last: date) -> list[tuple[date, date]]:
    """Winter and summer sales of the years between, as set by law: four weeks from a Wednesday."""
    periods = []
    for year in range(first.year, last.year + 1):
        for month, day in ((1, 8), (6, 24)):
            start = date(year, month, day)
            start += timedelta(days=(2 - start.weekday()) % 7)
            periods.append((start, start + timedelta(days=27)))
    return [p for p in periods if p[0] <= last and p[1] >= first]


def presence(people: People, who: np.ndarray, day: np.ndarray, warning_days: int) -> np.ndarray:
    """1 while somebody is present and interested, less from the fading day on (earlier by the warning)."""
    since = day - (people.fade_day[who] - warning_days)
    result: np.ndarray = np.where(since > 0, np.power(0.5, np.clip(since, 0, 2000) / 20.0), 1.0)
    return result


def draw_orders(people: People, first: date, n_days: int, budget: float, rng: np.random.Generator) -> Acts:
    """Orders that people place of their own accord; about ``budget`` of them, or fewer."""
    rates = _rates(people, ORDERS, IN_SALES, first, n_days, 0) * people.taste[:, None]
    return _draw(rates * min(1.0, budget / rates.sum()), people, first, n_days, rng)


def draw_visits(people: People, first: date, n_days: int, budget: float, rng: np.random.Generator) -> Acts:
    """Visits of people who come by themselves; about ``budget`` of them."""
    rates = _rates(people, VISITS, VISITS_IN_SALES, first, n_days, WARNING_DAYS) * people.curiosity[:, None]
    return _draw(rates * budget / rates.sum(), people, first, n_days, rng)


def of_type(people: People, values: dict[str, float]) -> np.ndarray:
    """Each person's value by type."""
    each: np.ndarray = np.array([values[t] for t in TYPES])[people.type]
    return each


def _rates(
    people: People, usual: dict[str, float], in_sales: dict[str, float], first: date, n_days: int, warning_days: int
) -> np.ndarray:
    """Acts per person and week: the type's, more in sales and strong months, none before somebody has joined."""
    start = np.arange(-(-n_days // WEEK)) * WEEK
    middle = [first + timedelta(days=int(d) + WEEK // 2) for d in start]
    periods = sales_periods(first, first + timedelta(days=n_days))
    is_sale = np.array([any(a <= d <= b for a, b in periods) for d in middle])
    month = np.array([MONTHS[d.month - 1] for d in middle])
    wishes = of_type(people, usual)[:, None] * np.where(is_sale, of_type(people, in_sales)[:, None], month)
    who = np.arange(len(people))[:, None]
    has_joined = start[None, :] + WEEK > people.joined_day[:, None]
    result: np.ndarray = wishes * has_joined * presence(people, who, start[None, :], warning_days)
    return result


def _draw(rates: np.ndarray, people: People, first: date, n_days: int, rng: np.random.Generator) -> Acts:
    counts = rng.poisson(rates)
    who, week = np.nonzero(counts)
    n = counts[who, week]
    who, week = np.repeat(who, n), np.repeat(week, n)
    shares = np.roll(WEEKDAYS, -first.weekday())
    day = week * WEEK + rng.choice(WEEK, len(who), p=shares / shares.sum())
    at = people.hour[who] + rng.normal(0, 1.5, len(who))
    second = day * DAY_SECONDS + (np.clip(at, 0, 23.9) * 3600).astype(np.int64) + rng.integers(0, 360, len(who))
    # The last week of the history may be cut short.
    is_within = (second >= people.joined_day[who] * DAY_SECONDS) & (second < n_days * DAY_SECONDS)
    return in_order(Acts.of(who[is_within], second[is_within], DIRECT))
