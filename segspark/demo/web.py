"""Web sessions as delivered by Segment: pages, tracks and identifies, with the four times of its spec."""

from collections.abc import Iterator

import numpy as np

from segspark.demo.behaviour import DIRECT, Acts
from segspark.demo.clock import Clock, Record, iso
from segspark.demo.people import People
from segspark.demo.wares import AGENTS, CATEGORIES, N_PRODUCTS, SITE, draw_categories
from segspark.time import DAY_SECONDS

LOGIN_SHARE, SECOND_DEVICE_SHARE, IDENTIFY_EVERY = 0.35, 0.2, 4
# A phone without network sends its calls days later, some beyond the horizon for late events.
LATE_SHARE, LATE_DAYS = 0.003, (3, 21)
TOO_LATE_SHARE, TOO_LATE_DAYS = 0.001, (35, 60)
SKEWED_SHARE = 0.004
NIGHT_SHARE = 0.2


def segment(
    sessions: Acts, campaigns: dict[int, tuple[str, str]], people: People, clock: Clock, rng: np.random.Generator
) -> Iterator[Record]:
    """One to six calls per session; those that a mail's link opened say the campaign. Everybody's first session is logged in, so that the cookie is known; a second
    device stays anonymous until its owner logs in there, which links its earlier acts."""
    n = len(sessions.who)
    at = _with_change_nights(clock.utc(sessions.second), clock, rng)
    logged, dwell, category = rng.random(n) < LOGIN_SHARE, rng.gamma(2.0, 45, n), draw_categories(n, rng)
    is_second = rng.random(n) < SECOND_DEVICE_SHARE
    delay, skew, mark = _oddities(n, rng)
    wishes = rng.random((n, 6)) < (0.75, 0.28, 0.10, 0.08, 0.05, 0.012)
    seen: set[int] = set()
    columns = (sessions.who, at, sessions.campaign, sessions.is_buying, logged, is_second, dwell, category, delay, skew,
               mark)  # fmt: skip
    rows = zip(*(c.tolist() for c in columns), wishes.tolist(), strict=True)
    for i, (w, t, mail, is_buying, is_logged, second_device, seconds, sort, waits, wrong, odd, wish) in enumerate(rows):
        views, adds, checks_out, searches, sees_offer, uses_coupon = wish
        adds, checks_out = adds or is_buying, checks_out or is_buying
        is_first = w not in seen and not second_device
        if is_first:
            seen.add(w)
        user = f'"userId":"{people.numbers[w]}",' if is_logged or is_first else ""
        head = (
            f'{user}"anonymousId":"a{w:07x}-{int(second_device)}","context":{{"ip":"198.51.100.{i % 250}",'
            f'"library":{{"name":"analytics.js","version":"2.11.1"}},"locale":"fr-FR",'
            f'"userAgent":"{AGENTS[people.device[w]]}","sessionId":"s{i}"{_source(mail, campaigns)}}}'
        )
        kind, product = CATEGORIES[sort], f'"product_id":"p{i % N_PRODUCTS}"'
        page = f'"url":"{SITE}/{kind}?c={sort}","path":"/{kind}","title":"{kind.rpartition("/")[2].capitalize()}"'
        bodies = [(0, f'"type":"page","name":"Rayon","properties":{{{page},"duration_s":{seconds:.0f}}}')]
        if is_first and w % IDENTIFY_EVERY == 0:
            bodies.append((5, f'"type":"identify","traits":{{"email":"{people.emails[w]}"}}'))
        if searches:
            bodies.append((25, f'"type":"track","event":"Products Searched","properties":{{"query":"{kind}"}}'))
        if sees_offer:
            bodies.append((30, f'"type":"track","event":"Promotion Viewed","properties":{{"promotion_id":"o{i % 7}"}}'))
        if views:
            shown = f'{product},"category":"{kind}","duration_s":{seconds / 2:.0f}'
            bodies.append((40, f'"type":"track","event":"Product Viewed","properties":{{{shown}}}'))
        if adds:
            put = f'{product},"category":"{kind}","quantity":1'
            bodies.append((80, f'"type":"track","event":"Product Added","properties":{{{put}}}'))
        if checks_out and adds:
            bodies.append((120, f'"type":"track","event":"Checkout Started","properties":{{"order_id":"cart-{i}"}}'))
        if uses_coupon:
            bodies.append((130, '"type":"track","event":"Coupon Applied","properties":{"coupon_id":"BIENVENUE10"}'))
        for nth, (after, body) in enumerate(bodies):
            yield _call(f"seg-{i}-{nth}", body, head, t + after, waits, wrong, odd)


def _source(mail: int, campaigns: dict[int, tuple[str, str]]) -> str:
    """The campaign of the link that opened the visit, as Segment reads it from the address."""
    if mail == DIRECT:
        return ""
    return f',"campaign":{{"name":"{campaigns[mail][0]}","source":"newsletter","medium":"email"}}'


def _call(key: str, body: str, head: str, at: int, waits: int, wrong: int, mark: str) -> Record:
    """A call made at a second and sent ``waits`` seconds later, by a clock that is off by ``wrong`` seconds.

    Segment computes ``timestamp`` from the other three times; raw calls of a wrong clock lack it.
    """
    received = at + waits
    times = (
        f'"originalTimestamp":"{iso(at + wrong)}.000Z","sentAt":"{iso(received + wrong)}.400Z",'
        f'"receivedAt":"{iso(received)}.900Z"'
    )
    if not wrong:
        times = f'"timestamp":"{iso(at)}.500Z",{times}'
    return Record(received, f'{{"messageId":"{key}",{body},{head},{times}}}', mark)


def _oddities(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds until a session's calls are sent, seconds by which its clock is off, and the name of the oddity."""
    fate = rng.random(n)
    late, too_late = fate < LATE_SHARE, (fate >= LATE_SHARE) & (fate < LATE_SHARE + TOO_LATE_SHARE)
    skewed = fate > 1 - SKEWED_SHARE
    delay = np.where(late, rng.integers(*LATE_DAYS, n), 0) + np.where(too_late, rng.integers(*TOO_LATE_DAYS, n), 0)
    skew = np.where(skewed, rng.integers(2, 72, n) * 3600 * rng.choice([-1, 1], n), 0)
    mark = np.select([late, too_late, skewed], ["late", "late_beyond_horizon", "skewed_clock"], "")
    return delay * DAY_SECONDS, skew, mark


def _with_change_nights(at: np.ndarray, clock: Clock, rng: np.random.Generator) -> np.ndarray:
    """Move some sessions of the days of clock changes into the hour before and after the change."""
    moved = at.copy()
    for night in clock.change_nights():
        of_day = np.flatnonzero((at >= night) & (at < night + DAY_SECONDS))
        some = of_day[rng.random(len(of_day)) < NIGHT_SHARE]
        moved[some] = night + 1800 + 3600 * (some % 2)
    return moved
