"""The Qini curve by hand, by a plain loop, and by its laws."""

import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from models.uplift.trials import trial

from segspark.models.uplift.qini import Ranked

# Ann to Dan by rank, the largest effect first: treated and came, control and did not, treated and did not, control and came.
FOUR = Ranked(np.array([4, 3, 2, 1]), np.array([True, False, True, False]), np.array([1, 0, 0, 1]))
rows = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=4, max_size=40)


def arrays(given_rows: list[tuple[int, bool, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rank, arm, outcome = (np.array(v) for v in zip(*given_rows, strict=True))
    assume(arm.any() and not arm.all())
    return rank, arm, outcome


def test_the_curve_of_four_people_by_hand() -> None:
    sums = FOUR.sums()
    # After Bob: 1 - 0 * 1/1; after Cem: 1 - 0 * 2/1; after Dan: 1 - 1 * 2/2; each over two treated.
    assert sums.curve().gain.tolist() == [0, 0, 0.5, 0.5, 0]
    assert sums.curve().share.tolist() == [0, 0.25, 0.5, 0.75, 1]
    # Trapezoids: 0, 0.0625, 0.125, 0.0625; the random line is flat.
    assert sums.curve().coefficient == pytest.approx(0.25)
    assert sums.effect == 0
    assert sums.top_effect(0.5) == 1
    # The first half is mailed: Ann's 1 stands for it; Dan's 1 for the others.
    assert sums.values(np.array([0, 0.5, 1])).tolist() == [0.5, 0.5 * 1 + 0.5 * 1, 0.5]


@given(rows)
def test_the_curve_is_that_of_a_plain_loop(given_rows: list[tuple[int, bool, int]]) -> None:
    rank, arm, outcome = arrays(given_rows)
    found = Ranked(rank, arm, outcome).sums().curve()
    expected = [0.0]
    for least in sorted(set(rank.tolist()), reverse=True):
        first = rank >= least
        n_treated, n_control = (first & arm).sum(), (first & ~arm).sum()
        gain = outcome[first & arm].sum() - outcome[first & ~arm].sum() * n_treated / n_control if n_control else 0
        expected.append(gain / arm.sum())
    assert found.gain == pytest.approx(np.array(expected))
    assert found.gain[-1] == pytest.approx(outcome[arm].mean() - outcome[~arm].mean())


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter_and_equal_ranks_find_nothing(given_rows, random) -> None:
    rank, arm, outcome = arrays(given_rows)
    mixed = np.array(random.sample(range(len(rank)), len(rank)))
    here = Ranked(rank, arm, outcome).sums()
    again = Ranked(rank[mixed], arm[mixed], outcome[mixed]).sums()
    assert again.curve().coefficient == pytest.approx(here.curve().coefficient)
    assert Ranked(np.zeros(len(rank)), arm, outcome).sums().curve().coefficient == pytest.approx(0)


@given(rows, st.integers(0, 99))
def test_a_weight_counts_a_person_so_many_times(given_rows, seed: int) -> None:
    rank, arm, outcome = arrays(given_rows)
    weights = np.random.default_rng(seed).integers(0, 3, len(rank))
    assume(weights[arm].any() and weights[~arm].any())
    repeated = Ranked(np.repeat(rank, weights), np.repeat(arm, weights), np.repeat(outcome, weights)).sums()
    order = np.argsort(-rank, kind="stable")
    weighted = Ranked(rank, arm, outcome).sums(weights[order].astype(float))
    assert weighted.curve().coefficient == pytest.approx(repeated.curve().coefficient)
    assert weighted.values(np.array([0.4])) == pytest.approx(repeated.values(np.array([0.4])))


def test_samples_keep_the_sizes_of_the_arms_and_a_seed_its_samples() -> None:
    made = trial(1, 500, 0.1)
    ranked = Ranked(made.features[:, 0], made.is_treated, made.outcome)
    one, two = (list(ranked.resampled(20, seed=3)) for _ in range(2))
    assert {s.n_treated[-1] for s in one} == {made.is_treated.sum()}
    assert {s.n_control[-1] for s in one} == {(~made.is_treated).sum()}
    assert [s.effect for s in one] == [s.effect for s in two]
    assert len({s.effect for s in one}) > 15


def test_the_policy_value_is_that_of_the_truth() -> None:
    # The mail adds 0.3 where the first feature is above 0: mailing that half is worth 0.3 + 0.15.
    made = trial(6, 40_000, 0.0, 0.3)
    sums = Ranked(made.features[:, 0], made.is_treated, made.outcome).sums()
    assert sums.values(np.array([0, 0.5, 1])) == pytest.approx(np.array([0.3, 0.45, 0.45]), abs=0.015)
    # The curve rises to 0.15 over the first half and stays there: an area of 0.15 * 3/4 above 0, less the random half.
    assert sums.curve().coefficient == pytest.approx(0.15 * 0.75 - 0.15 / 2, abs=0.008)


def test_fifty_samples_of_42_000_people_take_seconds_at_most() -> None:
    made = trial(1, 42_000, 0.1)
    ranked = Ranked(made.features[:, 0], made.is_treated, made.outcome)
    start = time.process_time()
    assert len([s.curve().coefficient for s in ranked.resampled(50, seed=3)]) == 50
    assert time.process_time() - start < 4
