"""Any window as known on any as-of day, put together from the days' changes, is what a count from scratch gives."""

from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from bits.people import ACTS, KEPT, START, Lake, Shop
from pyroaring import BitMap

from segspark.bits.bitmap import bitmap_of
from segspark.bits.days import Delta, days_known, distinct_days

N_DAYS = 9


def people(*places: int) -> "np.ndarray":
    return bitmap_of(np.array(places))


def test_a_clearing_takes_all_days_before_and_leaves_what_is_set_with_it() -> None:
    may = [date(2026, 5, n) for n in range(1, 6)]
    deltas = [
        Delta(people(), {may[0]: people(1, 2, 3)}),
        Delta(people(2), {may[0]: people(4), may[1]: people(2)}),
        Delta(people(4), {may[2]: people(3)}),
    ]
    assert days_known(deltas) == {may[0]: people(1, 3), may[1]: people(2), may[2]: people(3)}
    # The state of the day before is still there.
    assert days_known(deltas[:2]) == {may[0]: people(1, 3, 4), may[1]: people(2)}


def test_days_without_anybody_left_are_left_out() -> None:
    assert days_known([Delta(people(), {START: people(1)}), Delta(people(1), {})]) == {}


def test_distinct_days_count_a_day_once() -> None:
    known = {START - timedelta(days=n): people(*who) for n, who in {1: (1, 5), 3: (1, 2), 9: (1,)}.items()}
    assert distinct_days(known, START, 3)[:6].tolist() == [0, 2, 1, 0, 0, 1]
    everybody = np.arange(1 << 20)
    dense = distinct_days(
        {START - timedelta(days=1): bitmap_of(everybody)} | {START - timedelta(days=2): people(7)}, START, 2
    )
    assert (int(dense[7]), int(dense[8])) == (2, 1)


def history(seed: int) -> tuple[Shop, Lake, dict[date, date | None]]:
    """Some days of a shop; a day may have no bits, and the measures may change, which sets everybody afresh."""
    random = Random(seed)
    shop, lake, previous = Shop(random), Lake(), dict[date, date | None]()
    for n in range(N_DAYS):
        as_of = START + timedelta(days=n)
        shop.live(as_of, n_people=8)
        if 0 < n < N_DAYS - 1 and random.random() < 0.15:
            continue
        last = max(previous, default=None)
        previous[as_of] = None if random.random() < 0.1 else last
        lake.run(shop, as_of, previous[as_of])
        if random.random() < 0.2:
            # The same day again.
            before = lake.rows[as_of]
            lake.run(shop, as_of, previous[as_of])
            assert lake.rows[as_of] == before
    return shop, lake, previous


def ask(seed: int, n_questions: int) -> int:
    """Random questions about a history, each answered from bits and from scratch; how many have an answer above zero."""
    shop, lake, previous = history(seed)
    random, n_some = Random(seed + 1), 0
    newest = max(previous)
    truth = shop.did(newest)
    for _ in range(n_questions):
        act, window, at_least = random.choice(list(ACTS)), random.randrange(1, KEPT + 1), random.randrange(1, 4)
        known = days_known(lake.deltas(newest, act, previous))
        inside = {d: who for d, who in truth[act].items() if (newest - d).days <= window}
        everybody = {person for who in inside.values() for person in who}
        within = [who for day, who in known.items() if (newest - day).days <= window]
        assert lake.names(BitMap.union(BitMap(), *within)) == everybody
        often = {p for p in everybody if sum(p in who for who in inside.values()) >= at_least}
        counted = distinct_days(known, newest, window)
        assert lake.names(bitmap_of(np.flatnonzero(counted >= at_least))) == often
        n_some += bool(often)
    # As the bits of a past day said on it, without who has been erased or merged since.
    assert sorted(lake.ordinals) == list(range(len(lake.ordinals)))
    return n_some


@pytest.mark.parametrize("n_histories", [25, pytest.param(250, marks=pytest.mark.slow)])
def test_windows_are_what_a_count_from_scratch_gives(n_histories: int) -> None:
    n_some = sum(ask(seed, 4) for seed in range(n_histories))
    assert n_some > n_histories


@pytest.mark.parametrize("seed", range(12))
def test_every_past_as_of_day_answers_as_it_did(seed: int) -> None:
    """The bits of each day are compared when it is the newest, and again when all days have been run."""
    random = Random(seed)
    shop, lake, previous = Shop(random), Lake(), dict[date, date | None]()
    then = {}
    for n in range(N_DAYS):
        as_of = START + timedelta(days=n)
        shop.live(as_of, n_people=6)
        previous[as_of] = max(previous, default=None)
        lake.run(shop, as_of, previous[as_of])
        for act in ACTS:
            known = days_known(lake.deltas(as_of, act, previous))
            kept = {d: w for d, w in known.items() if (as_of - d).days <= KEPT}
            assert {d: lake.names(w) for d, w in kept.items()} == dict(shop.did(as_of)[act])
            then[as_of, act] = known
    for (as_of, act), known in then.items():
        assert days_known(lake.deltas(as_of, act, previous)) == known


def test_an_ordinal_is_given_once() -> None:
    for seed in range(10):
        shop, lake, previous = history(seed)
        by_ordinal = {n: row for n, row in lake.ordinals.items() if row[0] is not None}
        assert {person for person, _, _ in by_ordinal.values()} == set(shop.people[max(previous)])
        assert len({person for person, _, _ in by_ordinal.values()}) == len(by_ordinal)
        ended = [row for row in lake.ordinals.values() if row[0] is None]
        assert all(end is not None and end > since for _, since, end in ended)
