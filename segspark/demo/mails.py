"""The campaign calendar and the fate of each mail, which three providers report in their own formats.

A person gets one to three mails a week, by the frequency that was chosen at sign-up. The rates of a mail:

- clicks: some 2 % of delivered mails; averages that providers publish for shops lie between 1 and 3 %.
- opens: a person whose mailbox fetches images in advance (Apple's Mail Privacy Protection, since September 2021) opens
  most mails by machine, and the machine hides the person; such opens are some 45 % of all. Others open about a
  quarter. Mails to people without permission to track opens hold no pixel.
- unsubscribes .2 %, hard bounces .3 %, complaints .03 % of mails: of a list that is cared for. Google asks senders to
  stay below .1 % of complaints.

The shares by type, the frequencies and how soon somebody acts are assumed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from segspark.demo.behaviour import WARNING_DAYS, WEEK, of_type, presence, sales_periods
from segspark.demo.clock import Clock
from segspark.demo.consents import Decisions
from segspark.demo.people import People
from segspark.purposes import EMAIL_MARKETING, OPEN_TRACKING
from segspark.time import DAY_SECONDS

DELIVERED, HARD, SOFT, COMPLAINT, UNSUBSCRIBE = range(5)
OUTCOME_SHARES = (0.9867, 0.003, 0.008, 0.0003, 0.002)
# People who lose interest unsubscribe more often.
TIRED_UNSUBSCRIBE_SHARE = 0.003
# Campaigns of a week: weekday and hour. Everybody gets the first; who wants more mails gets the second, and the third.
SLOTS = ((1, 9), (3, 12), (6, 18))
SEND_SPREAD = 2400
# Somebody is left out of a campaign now and then: a test group, a limit of mails, another audience.
LEFT_OUT_SHARE = 0.05
CLICK_SHARE = {
    "regular": 0.028,
    "seasonal": 0.007,
    "fading": 0.030,
    "new_potential": 0.045,
    "rare_engaged": 0.16,
    "quiet": 0.001,
}
MACHINE_OPEN_SHARE, OPEN_SHARE = 0.75, 0.24
# Opens reported by a provider although nobody agreed to tracking; segspark must withhold them.
UNPERMITTED_OPEN_SHARE = 0.04
# Mails whose links a security scanner follows.
SCANNED_SHARE = 0.02


@dataclass(frozen=True)
class Mails:
    """Columns over the mails, in the order of sending: recipient, local day and second, UTC second, outcome."""

    who: np.ndarray
    day: np.ndarray
    second: np.ndarray
    at: np.ndarray
    outcome: np.ndarray
    is_clicked: np.ndarray
    is_opened: np.ndarray
    is_machine: np.ndarray
    is_scanned: np.ndarray
    open_delay: np.ndarray
    click_delay: np.ndarray
    campaigns: dict[int, tuple[str, str]]


class Mail(NamedTuple):
    """One mail; ``at`` is its UTC second, the delays are seconds from then on. Machines open it, or scan its links."""

    number: int
    email: str
    at: int
    campaign: str
    topic: str
    outcome: int
    is_clicked: bool
    is_opened: bool
    is_machine: bool
    is_scanned: bool
    open_delay: int
    click_delay: int
    device: int


def draw_mails(
    people: People, decisions: dict[str, Decisions], weeks: int, clock: Clock, rng: np.random.Generator
) -> Mails:
    """Mails of the last weeks to people who may be written to; none after a hard bounce, complaint or unsubscription."""
    who, day, slot = _recipients(people, decisions[EMAIL_MARKETING], weeks, clock, rng)
    interest = presence(people, who, day, WARNING_DAYS)
    clicked = rng.random(len(who)) < of_type(people, CLICK_SHARE)[who] * interest * people.curiosity[who]
    outcome = rng.choice(5, len(who), p=OUTCOME_SHARES)
    is_tired = day > people.fade_day[who] - WARNING_DAYS
    outcome[is_tired & (rng.random(len(who)) < TIRED_UNSUBSCRIBE_SHARE)] = UNSUBSCRIBE
    outcome[clicked] = DELIVERED
    ends = np.isin(outcome, (HARD, COMPLAINT, UNSUBSCRIBE))
    last = np.full(len(people), clock.n_days)
    np.minimum.at(last, who[ends], day[ends])
    goes = day <= last[who]
    who, day, slot, clicked, outcome, interest = (c[goes] for c in (who, day, slot, clicked, outcome, interest))

    n = len(who)
    is_tracked = decisions[OPEN_TRACKING].hold(who, day) | (rng.random(n) < UNPERMITTED_OPEN_SHARE)
    is_machine = people.has_prefetch[who]
    opens = rng.random(n) < np.where(is_machine, MACHINE_OPEN_SHARE, OPEN_SHARE * (0.5 + interest / 2))
    second = day * DAY_SECONDS + np.array([hour for _, hour in SLOTS])[slot] * 3600 + rng.integers(0, SEND_SPREAD, n)
    human_delay = (rng.gamma(1.2, 9000, n) + 30).astype(np.int64)
    machine_delay = (rng.exponential(1500, n) + 8).astype(np.int64)
    return Mails(
        who=who,
        day=day,
        second=second,
        at=clock.utc(second),
        outcome=outcome,
        is_clicked=clicked,
        is_opened=is_tracked & (clicked | opens),
        is_machine=is_machine,
        is_scanned=rng.random(n) < SCANNED_SHARE,
        open_delay=np.where(is_machine, np.minimum(machine_delay, human_delay), human_delay),
        click_delay=human_delay + rng.integers(8, 60, n),
        campaigns=_campaigns(np.unique(day), clock),
    )


def _recipients(
    people: People, permission: Decisions, weeks: int, clock: Clock, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, local day and slot of each mail, by day."""
    calendar = [
        (day, slot)
        for day in range(clock.n_days - weeks * WEEK, clock.n_days)
        for slot, (weekday, _) in enumerate(SLOTS)
        if day >= 0 and clock.date(day).weekday() == weekday
    ]
    days, slots = np.array(calendar, dtype=np.int64).reshape(-1, 2).T
    who = np.tile(np.arange(len(people)), len(days))
    day, slot = np.repeat(days, len(people)), np.repeat(slots, len(people))
    gets = (people.mails_a_week[who] > slot) & (rng.random(len(who)) >= LEFT_OUT_SHARE)
    gets &= permission.hold(who, day)
    return who[gets], day[gets], slot[gets]


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
               mails.is_clicked[chosen], mails.is_opened[chosen], mails.is_machine[chosen], mails.is_scanned[chosen],
               mails.open_delay[chosen], mails.click_delay[chosen], people.device[mails.who[chosen]])  # fmt: skip
    for number, who, day, at, *rest in zip(*(c.tolist() for c in columns), strict=True):
        yield Mail(number, people.emails[who], at, *mails.campaigns[day], *rest)
