"""From a send to its verdict: what is found, what is not, and what is refused."""

import numpy as np
import pytest
from models.uplift.trials import fit_line, hillstrom, trial

from segspark.models.uplift.estimate import FewOutcomes, Method, Uplift, estimate_uplift
from segspark.models.uplift.randomised import NotRandomised
from segspark.models.uplift.trial import Trial

HALVES = {"mail": 0.5, "none": 0.5}
# The laws below hold for any regression.
CHEAP = Method(fit=fit_line, n_rounds=1, n_bootstrap=100)


def estimated(
    made: Trial, cost: float = 0.0, method: Method = CHEAP, seed: int = 1
) -> Uplift | NotRandomised | FewOutcomes:
    arms = np.where(made.is_treated, "mail", "none")
    return estimate_uplift(arms, made.outcome, made.features, HALVES, "mail", "none", seed, cost, method)


def found_in(made: Trial, seed: int = 1) -> bool:
    result = estimated(made, seed=seed)
    assert isinstance(result, Uplift)
    return result.verdict.found


def test_an_effect_on_half_of_the_people_is_found_by_trees_and_pays_only_there() -> None:
    made = trial(1, 6000, 0.0, 0.3)
    result = estimated(made, cost=0.1, method=Method(n_rounds=1, n_bootstrap=200))
    assert isinstance(result, Uplift)
    verdict = result.verdict
    assert verdict.found
    assert verdict.top.value == pytest.approx(0.3, abs=0.06)
    assert verdict.audience == "some"
    assert verdict.policy is not None
    assert verdict.policy.share == pytest.approx(0.5, abs=0.11)
    works = made.features[:, 0] > 0
    assert result.rank[works].mean() > result.rank[~works].mean() + 0.4
    assert result.uplift[works].mean() == pytest.approx(0.3, abs=0.06)


def test_an_effect_that_differs_is_found_in_nearly_all_sends() -> None:
    assert sum(found_in(trial(seed, 4000, 0.0, 0.15), seed) for seed in range(10)) >= 9


def test_an_effect_that_is_the_same_for_all_is_not_taken_for_differences() -> None:
    # At 2.5 % above zero, five or more of 40 sends have a probability of 0.4 %; the seeds are fixed all the same.
    assert sum(found_in(trial(seed, 1500, 0.1), seed) for seed in range(40)) <= 4


def test_a_send_without_differences_goes_to_all_or_to_nobody() -> None:
    same, none = estimated(trial(3, 3000, 0.15)), estimated(trial(3, 3000, 0.0))
    assert isinstance(same, Uplift)
    assert isinstance(none, Uplift)
    assert (same.verdict.audience, none.verdict.audience) == ("all", "none")


def test_a_send_that_was_not_random_gives_no_uplift() -> None:
    made = trial(1, 4000, 0.0, 0.3)
    rng = np.random.default_rng(1)
    chosen = rng.random(4000) < 0.5 + 0.2 * np.tanh(made.features[:, 1])
    result = estimated(Trial(chosen, made.outcome, made.features, 0.5))
    assert isinstance(result, NotRandomised)
    assert "features_differ" in [reason.code for reason in result.reasons]


def test_a_send_that_nobody_declared_gives_none_either() -> None:
    made = trial(1, 4000, 0.0, 0.3)
    arms = np.where(made.is_treated, "mail", "none")
    result = estimate_uplift(arms, made.outcome, made.features, None, "mail", "none", seed=1)
    assert isinstance(result, NotRandomised)


@pytest.mark.parametrize("rare", [1.0, 0.0])
def test_too_few_of_the_rarer_outcome(rare: float) -> None:
    made = trial(1, 2000, 0.0)
    outcome = np.full(2000, 1 - rare)
    outcome[:99] = rare
    result = estimated(Trial(made.is_treated, outcome, made.features, 0.5))
    assert isinstance(result, FewOutcomes)
    assert result.reasons[0].values == {"n": 99, "needed": 100}


def test_amounts_count_where_they_are_not_0() -> None:
    made = trial(1, 2000, 0.0)
    assert isinstance(estimated(Trial(made.is_treated, made.outcome * 25.5, made.features, 0.5)), Uplift)


def test_rows_of_other_arms_are_left_out() -> None:
    made = trial(1, 4000, 0.0, 0.3)
    rng = np.random.default_rng(1)
    arms = rng.choice(["a", "b", "none"], 4000)
    thirds = {"a": 1 / 3, "b": 1 / 3, "none": 1 / 3}
    result = estimate_uplift(arms, made.outcome, made.features, thirds, "b", "none", seed=1, method=CHEAP)
    assert isinstance(result, Uplift)
    assert (arms[result.chosen] != "a").all()
    assert len(result.uplift) == len(result.rank) == len(result.chosen) == np.sum(arms != "a")


@pytest.mark.parametrize(("mail", "found"), [("Womens E-Mail", True), ("Mens E-Mail", False)])
def test_a_published_send(mail: str, found: bool) -> None:
    arms, visit, features = hillstrom()
    declared = {"Womens E-Mail": 1 / 3, "Mens E-Mail": 1 / 3, "No E-Mail": 1 / 3}
    result = estimate_uplift(arms, visit, features, declared, mail, "No E-Mail", seed=1)
    assert isinstance(result, Uplift)
    verdict = result.verdict
    assert verdict.found == found
    assert verdict.audience == "all"
    assert verdict.effect.value == pytest.approx(0.07659 if mail == "Mens E-Mail" else 0.04523, abs=1e-5)
    if found:
        assert verdict.top.value == pytest.approx(0.07, abs=0.01)
