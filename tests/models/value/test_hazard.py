"""The hazard beside BG/NBD as it is stored, and what it is said to be."""

import json
from dataclasses import replace
from datetime import date

import pytest

from segspark.models.evaluate.judgement import Estimate
from segspark.models.value.hazard import Chances, HazardContest

CONTEST = HazardContest(
    cut=date(2025, 6, 1), days=180, n=900, n_periods=9000, observed=0.3, bgnbd=Chances(0.56, 0.71, 0.25),
    hazard=Chances(0.53, 0.74, 0.29), gain=Estimate(0.03, 0.01, 0.05), inputs=("recency", "sale_days"),
)  # fmt: skip
REFUSED = HazardContest("history", {"n": 2, "needed": 3})


@pytest.mark.parametrize("contest", [CONTEST, REFUSED], ids=["judged", "refused"])
def test_what_is_read_is_what_was_stored(contest: HazardContest) -> None:
    assert HazardContest.from_dict(json.loads(json.dumps(contest.as_dict()))) == contest


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [((0.03, 0.01, 0.05), "better"), ((0.03, -0.01, 0.05), "open"), ((-0.03, -0.05, -0.01), "worse")],
)
def test_who_is_better_is_said_only_beyond_chance(gain: tuple[float, float, float], verdict: str) -> None:
    assert replace(CONTEST, gain=Estimate(*gain)).verdict == verdict
    assert REFUSED.verdict == "open"


def test_figures_of_both_are_metrics() -> None:
    assert CONTEST.metrics["order_log_loss_hazard"] == 0.53
    assert CONTEST.metrics["order_roc_auc_bgnbd"] == 0.71
    assert len(CONTEST.metrics) == 6
    assert REFUSED.metrics == {}
