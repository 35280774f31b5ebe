"""An order of people with its intervals."""

import numpy as np
import pytest
from models.uplift.trials import trial

from segspark.models.uplift.evaluate import POLICY_SHARES, evaluate_order
from segspark.models.uplift.qini import Ranked
from segspark.models.uplift.trial import Trial


def test_each_figure_lies_within_its_interval_and_the_same_seed_repeats_it() -> None:
    made = trial(1, 4000, 0.05, 0.2)
    found = evaluate_order(made.features[:, 0], made, seed=1, n_rounds=200)
    again = evaluate_order(made.features[:, 0], made, seed=1, n_rounds=200)
    for name in ("effect", "qini", "top"):
        figure = getattr(found, name)
        assert figure.low < figure.value < figure.high
        assert getattr(again, name) == figure
    assert (found.n_treated, found.n_control) == (made.is_treated.sum(), (~made.is_treated).sum())
    assert found.curve.gain[-1] == pytest.approx(found.effect.value)
    assert len(found.curve.share) == 101
    assert tuple(p.share for p in found.policies) == POLICY_SHARES


def test_the_interval_of_the_effect_is_that_of_two_shares() -> None:
    made = trial(1, 3000, 0.1)
    found = evaluate_order(made.features[:, 0], made, seed=1, n_rounds=2000).effect
    rates = [made.outcome[made.is_treated == arm] for arm in (True, False)]
    half = 1.96 * np.sqrt(sum(r.var() / len(r) for r in rates))
    assert found.value == pytest.approx(rates[0].mean() - rates[1].mean())
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.1)


def test_intervals_of_the_order_allow_for_cross_fitting() -> None:
    made = trial(1, 2000, 0.1)
    found = evaluate_order(made.features[:, 0], made, seed=1, n_rounds=100).qini
    ranked = Ranked(made.features[:, 0], made.is_treated, made.outcome)
    low, high = np.quantile([s.curve().coefficient for s in ranked.resampled(100, seed=1)], [0.025, 0.975])
    assert found.high - found.value == pytest.approx(np.sqrt(2) * (high - found.value))
    assert found.value - found.low == pytest.approx(np.sqrt(2) * (found.value - low))


def test_policies_pay_for_their_mails() -> None:
    made = trial(2, 4000, 0.0, 0.2)
    free = evaluate_order(made.features[:, 0], made, seed=1, n_rounds=50)
    paid = evaluate_order(made.features[:, 0], made, seed=1, cost=0.1, n_rounds=50)
    for one, other in zip(free.policies, paid.policies, strict=True):
        assert other.value.value == pytest.approx(one.value.value - 0.1 * one.share)
        assert other.over_none.value == pytest.approx(one.over_none.value - 0.1 * one.share)
        assert other.over_all.value == pytest.approx(one.over_all.value + 0.1 * (1 - one.share))


def test_intervals_of_policies_hold_together() -> None:
    # Nothing works and nothing costs: every policy is worth as much as nobody. All nine intervals hold in 95 % of sends;
    # of 40
    # sends 34 or more do with a probability above 98 %, and more often as the intervals allow for cross-fitting.
    covered = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        made = Trial(rng.random(600) < 0.5, (rng.random(600) < 0.4).astype(float), rng.normal(size=(600, 1)), 0.5)
        found = evaluate_order(made.features[:, 0], made, seed, n_rounds=150)
        covered += all(p.over_none.low <= 0 <= p.over_none.high for p in found.policies)
    assert covered >= 34
