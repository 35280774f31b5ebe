"""What is found, and whom to send to."""

import numpy as np
import pytest

from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.evaluate import OrderEvaluation, Policy
from segspark.models.uplift.qini import Curve
from segspark.models.uplift.verdict import decide

CLEAR, UNCLEAR, HARMFUL = Estimate(0.05, 0.03, 0.07), Estimate(0.01, -0.01, 0.03), Estimate(-0.05, -0.07, -0.03)


def policy(share: float, value: float, over_all: Estimate, over_none: Estimate) -> Policy:
    return Policy(share, Estimate(value, value - 0.01, value + 0.01), over_all, over_none)


def evaluation(effect: Estimate, qini: Estimate, *policies: Policy) -> OrderEvaluation:
    line = np.array([0.0, 1.0])
    return OrderEvaluation(500, 400, effect, qini, 0.3, CLEAR, policies, Curve(line, line))


@pytest.mark.parametrize(
    ("effect", "cost", "audience", "is_clear"),
    [(CLEAR, 0, "all", True), (UNCLEAR, 0, "none", False), (HARMFUL, 0, "none", True), (CLEAR, 0.1, "none", True)],
)
def test_without_differences_the_average_effect_decides(
    effect: Estimate, cost: float, audience: str, is_clear: bool
) -> None:
    best = policy(0.3, 0.2, CLEAR, CLEAR)
    found = decide(evaluation(effect, UNCLEAR, best), cost)
    assert (found.found, found.audience, found.policy, found.is_effect_clear) == (False, audience, None, is_clear)


def test_an_order_that_is_worse_than_chance_found_nothing() -> None:
    assert not decide(evaluation(CLEAR, HARMFUL)).found


def test_the_best_of_the_policies_that_beat_everybody_and_nobody_is_chosen() -> None:
    good, better = policy(0.2, 0.10, CLEAR, CLEAR), policy(0.4, 0.12, CLEAR, CLEAR)
    no_better_than_all, no_better_than_none = policy(0.8, 0.2, UNCLEAR, CLEAR), policy(0.1, 0.3, CLEAR, UNCLEAR)
    found = decide(evaluation(CLEAR, CLEAR, good, no_better_than_all, better, no_better_than_none))
    assert (found.found, found.audience, found.policy) == (True, "some", better)


def test_differences_alone_do_not_make_a_policy() -> None:
    found = decide(evaluation(CLEAR, CLEAR, policy(0.8, 0.2, UNCLEAR, CLEAR)))
    assert (found.found, found.audience, found.policy) == (True, "all", None)
