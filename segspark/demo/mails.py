"""The campaign calendar and the fate of each mail, which three providers report in their own formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from segspark.demo.behaviour import WARNING_DAYS, WEEK, Behaviour, sales_periods
from segspark.demo.clock import Clock
from segspark.demo.consents import Decisions
from segspark.demo.people import People
from segspark.purposes import EMAIL_MARKETING, OPEN_TRACKING
from segspark.time import DAY_SECONDS

DELIVERED, HARD, SOFT, COMPLAINT, UNSUBSCRIBE = range(5)
OUTCOME_SHARES = (0.9778, 0.006, 0.01, 0.0012, 0.005)
# People who lose interest unsubscribe more often.
TIRED_UNSUBSCRIBE_SHARE = 0.015
# Campaigns are sent on Tuesdays and Thursdays from nine o'clock on, within forty minutes.
TUESDAY, THURSDAY = 1, 3
SEND_SECOND, SEND_SPREAD = 9 * 3600, 2400
OPEN_SHARE, MACHINE_SHARE = 0.22, 0.10
# Opens reported by a provider although nobody agreed to tracking; segspark must withhold them.
UNPERMITTED_OPEN_SHARE = 0.04


@dataclass(frozen=True)
class Mails:
    """Columns over the mails, in the order of sending: recipient, local day, UTC second, outcome."""

    who: np.ndarray
    day: np.ndarray
    at: np.ndarray
    outcome: np.ndarray
    is_clicked: np.ndarray
    is_opened: np.ndarray
    is_machine: np.ndarray
    delay: np.ndarray
    campaigns: dict[int, tuple[str, str]]


class Mail(NamedTuple):
    """One mail; ``at`` is its UTC second, ``delay`` the seconds until it is opened."""

    number: int
    email: str
    at: int
    campaign: str
    topic: str
    outcome: int
    is_clicked: bool
    is_opened: bool
    is_machine: bool
    delay: int
    device: int


def draw_mails(
    people: People, behaviour: Behaviour, decisions: dict[str, Decisions], clock: Clock, rng: np.random.Generator
) -> Mails:
    """Mails on campaign days to people who may be written to; none after a hard bounce, complaint or unsubscription."""
    drawn = behaviour.mails
    day = _campaign_day(drawn.second // DAY_SECONDS, clock.first.weekday())
    may_write = decisions[EMAIL_MARKETING].hold(drawn.who, day) & (day < clock.n_days)
    # A campaign goes to each person once.
    _, first_of = np.unique(drawn.who.astype(np.int64) * 10_000 + day, return_index=True)
    is_first = np.zeros(len(day), dtype=bool)
    is_first[first_of] = True
    kept = np.flatnonzero(may_write & is_first)
    kept = kept[np.argsort(day[kept], kind="stable")]
    who, day, clicked = drawn.who[kept], day[kept], behaviour.is_clicked[kept]

    outcome = rng.choice(5, len(who), p=OUTCOME_SHARES)
    is_tired = day > people.fade_day[who] - WARNING_DAYS
    outcome[is_tired & (rng.random(len(who)) < TIRED_UNSUBSCRIBE_SHARE)] = UNSUBSCRIBE
    outcome[clicked] = DELIVERED
    ends = np.isin(outcome, (HARD, COMPLAINT, UNSUBSCRIBE))
    last = np.full(len(people), clock.n_days)
    np.minimum.at(last, who[ends], day[ends])
    goes = day <= last[who]
    who, day, clicked, outcome = who[goes], day[goes], clicked[goes], outcome[goes]

    n = len(who)
    tracked = decisions[OPEN_TRACKING].hold(who, day) | (rng.random(n) < UNPERMITTED_OPEN_SHARE)
    return Mails(
        who=who,
        day=day,
        at=clock.utc(day * DAY_SECONDS + SEND_SECOND + rng.integers(0, SEND_SPREAD, n)),
        outcome=outcome,
        is_clicked=clicked,
        is_opened=tracked & (clicked | (rng.random(n) < OPEN_SHARE)),
        is_machine=rng.random(n) < MACHINE_SHARE,
        delay=(rng.gamma(1.2, 9000, n) + 30).astype(np.int64),
        campaigns=_campaigns(np.unique(day), clock),
    )


def _campaign_day(day: np.ndarray, first_weekday: int) -> np.ndarray:
    tuesday, thursday = (TUESDAY - first_weekday) % WEEK, (THURSDAY - first_weekday) % WEEK
    early, late = sorted((tuesday, thursday))
    result: np.ndarray = day // WEEK * WEEK + np.where(day % WEEK < WEEK // 2, early, late)
    return result


def _campaigns(days: np.ndarray, clock: Clock) -> dict[int, tuple[str, str]]:
    """Name and topic by day: sales during the sales and the week before, else newsletter and loyalty in turn."""
    periods = sales_periods(clock.first, clock.date(clock.n_days))
    named = {}
    for n, day in enumerate(days.tolist()):
        date = clock.date(day)
        is_sale = any(start - timedelta(days=WEEK) <= date <= end for start, end in periods)
        topic = "soldes" if is_sale else ("fidelite" if n % 3 == 2 else "newsletter")
        named[day] = (f"{date:%Y-%m-%d}-{topic}", topic)
    return named


def mails_of(mails: Mails, people: People, provider: int) -> Iterator[Mail]:
    """The mails to the recipients served by one provider."""
    chosen = np.flatnonzero(people.provider[mails.who] == provider)
    columns = (chosen, mails.who[chosen], mails.day[chosen], mails.at[chosen], mails.outcome[chosen],
               mails.is_clicked[chosen], mails.is_opened[chosen], mails.is_machine[chosen], mails.delay[chosen],
               people.device[mails.who[chosen]])  # fmt: skip
    rows = zip(*(c.tolist() for c in columns), strict=True)
    for number, who, day, at, outcome, clicked, opened, machine, delay, device in rows:
        campaign, topic = mails.campaigns[day]
        yield Mail(number, people.emails[who], at, campaign, topic, outcome, clicked, opened, machine, delay, device)
