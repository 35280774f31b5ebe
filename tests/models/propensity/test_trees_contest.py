"""The contest of trees as it is stored, and what of it is logged."""

import json
from dataclasses import replace

import pytest

from segspark.models.evaluate.judgement import (
    NEXT_CUT,
    Beside,
    CalibrationBin,
    CalibrationError,
    Estimate,
    Judgement,
)
from segspark.models.propensity.trees_contest import MODEL, TreesContest

JUDGED = Judgement(
    NEXT_CUT, 900, 0.7, Estimate(0.83, 0.8, 0.86), Estimate(0.41, 0.38, 0.44), Estimate(0.2, 0.1, 0.3),
    CalibrationError(900, 0.03, 0.0175, (CalibrationBin(90, 0.5, 0.6),)), 0.3, 0.6,
    {MODEL: Beside(0.81, 0.43, Estimate(0.02, 0.01, 0.03), 0.5)},
)  # fmt: skip
CONTEST = TreesContest("XGBoost", judged=JUDGED, seconds=12.4, model_seconds=61.0)
FAILED = TreesContest("XGBoost", "failed", {"error": "ValueError"})


def with_gain(gain: Estimate) -> TreesContest:
    beside = replace(JUDGED.baselines[MODEL], log_loss_gain=gain)
    return replace(CONTEST, judged=replace(JUDGED, baselines={MODEL: beside}))


@pytest.mark.parametrize("contest", [CONTEST, FAILED], ids=["judged", "failed"])
def test_what_is_read_is_what_was_stored(contest: TreesContest) -> None:
    assert TreesContest.from_dict(json.loads(json.dumps(contest.as_dict()))) == contest


def test_its_figures_are_metrics() -> None:
    assert CONTEST.metrics == {
        "challenger_roc_auc": 0.83, "challenger_log_loss": 0.41, "challenger_calibration_error": 0.03,
        "challenger_calibration_excess": pytest.approx(0.0125), "challenger_gain": 0.02, "challenger_gain_low": 0.01,
        "challenger_gain_high": 0.03, "challenger_seconds": 12.4, "model_seconds": 61.0,
    }  # fmt: skip
    assert FAILED.metrics == {}


def test_the_record_of_the_run_says_it_in_a_clause() -> None:
    assert CONTEST.note == "log-loss of XGBoost lower by 0.020 [0.010, 0.030], ROC-AUC 0.830, 12 s against 61 s"
    assert FAILED.note == "XGBoost not compared (failed, ValueError)"
    assert TreesContest("XGBoost", "connect").note == "XGBoost not compared (connect)"
