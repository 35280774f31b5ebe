"""Posteriors scored by later clicks."""

import numpy as np
import pytest

from segspark.models.send_hour.evaluate import evaluate_hours
from segspark.models.send_hour.posterior import personal_hours
from segspark.models.send_hour.prior import Prior

EVEN = np.full(24, 1 / 24)
PRIOR = Prior(EVEN, EVEN[None], np.array([24.0]), 0.0)


def counts_of(*rows: dict[int, int]) -> np.ndarray:
    counts = np.zeros((len(rows), 24), dtype=int)
    for person, row in enumerate(rows):
        for hour, n in row.items():
            counts[person, hour] = n
    return counts


def test_gain_and_hits_by_hand() -> None:
    # Ann clicked at 20 twenty-four times, Bob never, Cem has no later click.
    alpha = PRIOR.posterior(counts_of({20: 24}, {}, {3: 24}), np.zeros(3, dtype=int))
    later = counts_of({20: 1, 21: 1, 9: 1, 23: 1}, {9: 2}, {})
    hours = personal_hours(alpha, list_hour=9)
    found = evaluate_hours(alpha, hours, PRIOR, np.zeros(3, dtype=int), later, seed=1)
    assert (found.n_people, found.n_clicks, found.n_published) == (2, 6, 1)
    # Ann's share at 20 is 25/48, elsewhere 1/48, against 1/24; Bob's is the list's.
    assert found.over_list.value == pytest.approx((np.log(12.5) + 3 * np.log(0.5)) / 6)
    assert found.over_group == found.over_list
    assert (found.hit_rate, found.list_hit_rate, found.hits_gained.value) == (0.5, 0.25, 0.25)


def test_groups_that_explain_everything_leave_nothing_to_people() -> None:
    evening = np.full(24, 0.01)
    evening[20] = 1 - 0.23
    prior = Prior(EVEN, evening[None], np.array([1e5]), 0.0)
    group, later = np.zeros(200, dtype=int), counts_of(*[{20: 2}] * 200)
    alpha = prior.posterior(np.zeros((200, 24), dtype=int), group)
    found = evaluate_hours(alpha, personal_hours(alpha, 9), prior, group, later, seed=1)
    assert found.is_better
    assert found.over_group.value == pytest.approx(0, abs=1e-9)


def test_without_later_clicks_nothing_is_known() -> None:
    alpha = np.ones((3, 24))
    nothing = np.zeros((3, 24), dtype=int)
    found = evaluate_hours(alpha, personal_hours(alpha, 9), PRIOR, np.zeros(3, dtype=int), nothing, seed=1)
    assert not found.is_better
    assert np.isnan(found.hit_rate)
    assert (found.hits_gained.low, found.hits_gained.high) == (-1.0, 1.0)
