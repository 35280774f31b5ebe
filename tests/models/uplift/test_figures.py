"""A trial's figures: which policy is shown, and one set of names for every trial."""

import numpy as np
import pytest
from models.uplift.trials import fit_line, trial

from segspark.models.uplift.estimate import Method, Uplift, estimate_uplift
from segspark.models.uplift.figures import curve_document, metrics_of, named_estimates, qini_figure, rows_of

HALVES = {"mail": 0.5, "none": 0.5}


def found(effect: float, of_first: float, cost: float = 0.0) -> Uplift:
    made = trial(1, 4000, effect, of_first)
    arms = np.where(made.is_treated, "mail", "none")
    method = Method(fit=fit_line, n_rounds=1, n_bootstrap=60)
    result = estimate_uplift(arms, made.outcome, made.features, HALVES, "mail", "none", 1, cost, method)
    assert isinstance(result, Uplift)
    return result


@pytest.fixture(scope="module")
def differing() -> Uplift:
    return found(0.0, 0.3, cost=0.1)


def test_the_advised_policy_is_shown(differing: Uplift) -> None:
    policy = differing.verdict.policy
    assert policy is not None
    name = f"policy_{round(100 * policy.share)}"
    assert list(named_estimates(differing)) == [
        "qini", "effect_top_30", "effect", name, f"{name}_over_all", f"{name}_over_none",
    ]  # fmt: skip
    assert named_estimates(differing)[name] == policy.value


def test_without_an_advised_one_it_is_that_of_the_first() -> None:
    assert [row["figure"] for row in rows_of(found(0.15, 0.0))][3] == "policy_30"


def test_metrics_have_the_same_names_for_every_trial(differing: Uplift) -> None:
    metrics = metrics_of(differing)
    assert metrics.keys() == metrics_of(found(0.15, 0.0)).keys()
    assert metrics["found"] == 1
    assert metrics["qini_low"] == differing.evaluation.qini.low
    assert metrics["n_treated"] + metrics["n_control"] == 4000


def test_the_curve_is_stored_and_drawn(differing: Uplift) -> None:
    curve = curve_document(differing)
    assert (len(curve["share"]), curve["gain"][0], curve["share"][-1]) == (101, 0, 1)
    assert curve["gain"][-1] == pytest.approx(differing.evaluation.effect.value)
    (axes,) = qini_figure(differing, "visits").axes
    drawn, straight = axes.lines
    assert drawn.get_ydata()[-1] == pytest.approx(straight.get_ydata()[-1])
    assert "visits" in axes.get_ylabel()
