"""The prior: its concentration, its width, and its posterior."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models.send_hour.clicks import OF_LIST, clicks_of
from scipy.optimize import minimize_scalar
from scipy.stats import dirichlet_multinomial

from segspark.models.send_hour.counts import count_hours
from segspark.models.send_hour.prior import (
    LEAST_CONCENTRATION,
    MOST_CONCENTRATION,
    Prior,
    concentration_of,
    fit_prior,
    kernel,
    left_out_likelihood,
)

EVEN = np.full(24, 1 / 24)


def drawn(seed: int, n: int, n_clicks: int, s: float) -> np.ndarray:
    """Counts of people whose shares are Dirichlet draws around the list's."""
    rng = np.random.default_rng(seed)
    return np.array([rng.multinomial(n_clicks, p) for p in rng.dirichlet(s * OF_LIST, n)])


@pytest.mark.parametrize("s", [2.0, 10.0, 60.0])
def test_the_concentration_is_recovered(s: float) -> None:
    assert concentration_of(drawn(1, 1500, 15, s), OF_LIST) == pytest.approx(s, rel=0.15)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_it_is_where_scipys_likelihood_is_largest(seed: int) -> None:
    counts = drawn(seed, 30, 6, 5.0)

    def minus(log_s: float) -> float:
        return -float(np.sum(dirichlet_multinomial.logpmf(counts, np.exp(log_s) * OF_LIST, counts.sum(axis=1))))

    limits = np.log([LEAST_CONCENTRATION, MOST_CONCENTRATION])
    best = minimize_scalar(minus, bounds=limits, method="bounded", options={"xatol": 1e-8}).x
    assert minus(np.log(concentration_of(counts, OF_LIST))) == pytest.approx(minus(best), abs=1e-4)


def test_people_who_do_not_differ_and_people_of_one_hour_are_at_the_limits() -> None:
    assert concentration_of(np.tile(np.eye(24, dtype=int).sum(axis=0), (50, 1)), EVEN) == MOST_CONCENTRATION
    assert concentration_of(np.eye(24, dtype=int) * 9, EVEN) == LEAST_CONCENTRATION


def test_a_click_counts_for_its_neighbours_round_the_clock() -> None:
    row = kernel(1.0)[0]
    assert kernel(1.0).sum(axis=1) == pytest.approx(np.ones(24))
    assert row[1] == row[23] == pytest.approx(row[0] * np.exp(-0.5))
    assert kernel(1.0)[23, 0] == row[1]
    assert (kernel(0) == np.eye(24)).all()


def test_the_posterior_adds_clicks_to_the_histogram_of_the_group() -> None:
    groups = np.array([EVEN, OF_LIST])
    prior = Prior(EVEN, groups, np.array([24.0, 10.0]), 0.0)
    counts = np.zeros((2, 24), dtype=int)
    counts[0, 7] = 3
    alpha = prior.posterior(counts, np.array([0, 1]))
    assert (alpha[0, 7], alpha[0, 8]) == (4.0, 1.0)
    assert alpha[1] == pytest.approx(10 * OF_LIST)


def test_each_click_is_predicted_from_the_others_by_hand() -> None:
    prior = Prior(EVEN, EVEN[None], np.array([24.0]), 0.0)
    counts = np.zeros((1, 24), dtype=int)
    counts[0, [7, 9]] = 2, 1
    # Without one of the clicks at 7 there are one more and the prior's one, of 26; without that at 9 the prior's one.
    expected = 2 * np.log(2 / 26) + np.log(1 / 26)
    assert left_out_likelihood(counts, np.zeros(1, dtype=int), prior) == pytest.approx(expected)


def test_neighbours_count_where_people_have_a_favourite_time_and_not_where_hours_stand_alone() -> None:
    one = np.zeros(600, dtype=int)
    near = fit_prior(count_hours(clicks_of(600, 10, own=0.7)[0], 600), one, 1)
    alone = fit_prior(drawn(1, 600, 10, 5.0), one, 1)
    assert near.width >= 0.5
    assert alone.width == 0.0
    assert alone.concentration[0] == pytest.approx(5.0, rel=0.2)


def test_a_group_has_its_histogram_and_a_small_one_nearly_the_lists() -> None:
    counts = np.zeros((303, 24), dtype=int)
    counts[:200, 9], counts[200:300, 20], counts[300:, 5] = 4, 4, 1
    group = np.repeat([0, 1, 2], [200, 100, 3])
    prior = fit_prior(counts, group, 3, widths=(0.0,), weights=(1.0,))
    assert prior.of_groups.argmax(axis=1).tolist() == [9, 20, 9]
    assert prior.of_groups.sum(axis=1) == pytest.approx(np.ones(3))
    assert prior.of_groups.min() > 0
    # Three people do not tell a concentration of their own: it is the list's.
    assert prior.concentration[2] == concentration_of(counts, prior.of_list)
