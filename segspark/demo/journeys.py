"""What ties mails, visits and orders together: a click leads to a visit, some visits to an order.

What the shop can know is less than what happens. Half of the visitors refuse to be measured on the site (assumed; since
2020 French visitors are asked), so their clicks lead to no visit that anybody sees. An order belongs to a campaign if
the same person clicked in it within the days before; the shop writes the campaign of the last click beside the order,
unless it lost the link's words on the way. All other orders are direct.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from segspark.demo.behaviour import DIRECT, WARNING_DAYS, Acts, draw_orders, draw_visits, in_order, of_type, presence
from segspark.demo.budget import Budget
from segspark.demo.mails import Mails
from segspark.demo.people import People
from segspark.time import DAY_SECONDS

# Share of clicks after which the person orders. Assumed, and higher than the usual few per cent: six weeks of mails to
# some thousand people would otherwise leave a handful of such orders.
BUYS_AFTER_CLICK = {
    "regular": 0.15,
    "seasonal": 0.03,
    "fading": 0.10,
    "new_potential": 0.05,
    "rare_engaged": 0.18,
    "quiet": 0.02,
}
# Most orders come within the hour of the click, the rest within days.
AT_ONCE_SHARE, ATTRIBUTED_DAYS, KNOWN_SHARE = 0.7, 5, 0.85
# Of the orders of people who may be measured, those whose visit is seen; others order in the app or by phone.
VISIT_SHARE = 0.55
# More seconds than the history has.
_FAR = 10**9


@dataclass(frozen=True)
class Journeys:
    orders: Acts
    visits: Acts


def draw_journeys(
    people: People, mails: Mails, first: date, n_days: int, budget: Budget, rng: np.random.Generator
) -> Journeys:
    """Orders and visits of everybody: by themselves, and after the clicks of the mails."""
    clicks = _clicks(mails)
    wished = draw_orders(people, first, n_days, budget.orders, rng)
    orders = _within(in_order(wished, _orders_after(clicks, people, rng)), n_days)
    orders = _attributed(orders, clicks, rng)
    landings = _landings(clicks, people, rng)
    buying = _visits_before(orders, people, rng)
    n_own = max(budget.visits - len(landings) - 1.4 * len(buying), budget.visits / 5)
    own = draw_visits(people, first, n_days, n_own, rng)
    return Journeys(orders, _within(in_order(own, landings, buying), n_days))


def _clicks(mails: Mails) -> Acts:
    rows = np.flatnonzero(mails.is_clicked)
    return in_order(Acts.of(mails.who[rows], mails.second[rows] + mails.click_delay[rows], mails.day[rows]))


def _landings(clicks: Acts, people: People, rng: np.random.Generator) -> Acts:
    """The page that a click opens, a few seconds later."""
    seen = clicks.chosen(np.flatnonzero(people.may_measure[clicks.who]))
    return Acts.of(seen.who, seen.second + rng.integers(1, 5, len(seen)), seen.campaign)


def _orders_after(clicks: Acts, people: People, rng: np.random.Generator) -> Acts:
    day = clicks.second // DAY_SECONDS
    chance = of_type(people, BUYS_AFTER_CLICK)[clicks.who] * presence(people, clicks.who, day, WARNING_DAYS)
    buying = clicks.chosen(np.flatnonzero(rng.random(len(clicks)) < chance))
    n = len(buying)
    at_once = rng.integers(240, 3000, n)
    later = rng.integers(3000, (ATTRIBUTED_DAYS - 1) * DAY_SECONDS, n)
    return Acts.of(buying.who, buying.second + np.where(rng.random(n) < AT_ONCE_SHARE, at_once, later), DIRECT)


def _attributed(orders: Acts, clicks: Acts, rng: np.random.Generator) -> Acts:
    """The campaign of the last click before each order, where the shop could see it."""
    if not len(clicks):
        return orders
    by_person = clicks.chosen(np.lexsort((clicks.second, clicks.who)))
    key = by_person.who.astype(np.int64) * _FAR + by_person.second
    last = np.searchsorted(key, orders.who.astype(np.int64) * _FAR + orders.second) - 1
    since = orders.second - by_person.second[last]
    is_theirs = (last >= 0) & (by_person.who[last] == orders.who)
    follows = is_theirs & (since < ATTRIBUTED_DAYS * DAY_SECONDS) & (rng.random(len(orders)) < KNOWN_SHARE)
    campaign = np.where(follows, by_person.campaign[last], DIRECT)
    return Acts(orders.who, orders.second, campaign, orders.is_buying)


def _visits_before(orders: Acts, people: People, rng: np.random.Generator) -> Acts:
    """The visit that ends in an order begins some minutes before it."""
    is_seen = people.may_measure[orders.who] & (rng.random(len(orders)) < VISIT_SHARE)
    seen = orders.chosen(np.flatnonzero(is_seen))
    start = np.maximum(seen.second - rng.integers(180, 1500, len(seen)), 0)
    return Acts.of(seen.who, start, seen.campaign, is_buying=True)


def _within(acts: Acts, n_days: int) -> Acts:
    return acts.chosen(np.flatnonzero(acts.second < n_days * DAY_SECONDS))
