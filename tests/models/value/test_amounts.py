"""The contest for value_cents: who wins it, and what is stored of it is what is read."""

import json
from dataclasses import replace
from datetime import date

import pytest

from segspark.models.evaluate.judgement import Estimate
from segspark.models.value.amounts import BGNBD, HURDLE, AmountContest, Amounts, Tenth

OURS = Amounts(0.42, 0.08, 1.03, (Tenth(30, 100.0, 90.0), Tenth(29, 5000.0, 5200.0)))
THEIRS = Amounts(0.31, 0.1, 0.94, (Tenth(30, 300.0, 180.0), Tenth(29, 4000.0, 5100.0)))
CONTEST = AmountContest(
    cut=date(2025, 6, 1), days=365, n=59, bgnbd=THEIRS, hurdle=OURS, gain=Estimate(0.11, 0.04, 0.2)
)  # fmt: skip
REFUSED = AmountContest("history", {"n": 400, "needed": 760})


@pytest.mark.parametrize("contest", [CONTEST, REFUSED], ids=["judged", "refused"])
def test_what_is_read_is_what_was_stored(contest: AmountContest) -> None:
    assert AmountContest.from_dict(json.loads(json.dumps(contest.as_dict()))) == contest


@pytest.mark.parametrize(
    ("contest", "chosen"),
    [
        (CONTEST, HURDLE),
        (replace(CONTEST, hurdle=replace(OURS, calibration_error=0.1)), HURDLE),
        (replace(CONTEST, hurdle=replace(OURS, calibration_error=0.101)), BGNBD),
        (replace(CONTEST, gain=Estimate(0.11, -0.01, 0.2)), BGNBD),
        (REFUSED, BGNBD),
    ],
    ids=["better", "as far off", "further off by tenths", "within chance", "not compared"],
)
def test_the_hurdle_has_to_be_clearly_better_and_no_further_off(contest: AmountContest, chosen: str) -> None:
    assert contest.chosen == chosen


def test_figures_of_both_are_metrics() -> None:
    assert CONTEST.metrics == {
        "value_r2_bgnbd": 0.31, "value_calibration_error_bgnbd": 0.1, "value_total_ratio_bgnbd": 0.94,
        "value_r2_hurdle": 0.42, "value_calibration_error_hurdle": 0.08, "value_total_ratio_hurdle": 1.03,
    }  # fmt: skip
    assert REFUSED.metrics == {}
