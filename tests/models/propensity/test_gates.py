"""Each gate closes for what it guards against, and says its figure and its bound."""

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
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.gates import gates_of
from segspark.reports.texts import TEXTS

GOOD = Judgement(
    NEXT_CUT,
    1000,
    0.7,
    Estimate(0.8, 0.78, 0.82),
    Estimate(0.4, 0.39, 0.41),
    Estimate(0.2, 0.15, 0.25),
    CalibrationError(1000, 0.03, 0.012, (CalibrationBin(100, 0.7, 0.7),)),
    0.3,
    0.7,
    {
        "recency": Beside(0.7, 0.5, Estimate(0.1, 0.05, 0.15), 0.6),
        "rfm": Beside(0.75, 0.45, Estimate(0.05, -0.01, 0.1), 0.72),
    },
)
CONFIG = Propensity()


def closed(judged: Judgement) -> list[str]:
    return [gate.code for gate in gates_of(judged, CONFIG) if not gate.is_open]


def test_a_good_model_passes() -> None:
    assert [gate.code for gate in gates_of(GOOD, CONFIG)] == [
        "calibration",
        "skill",
        "loss_recency",
        "loss_rfm",
        "top_tenth",
    ]
    assert closed(GOOD) == []


@pytest.mark.parametrize(
    ("worse", "code"),
    [
        (replace(GOOD, calibration=replace(GOOD.calibration, error=0.033)), "calibration"),
        (replace(GOOD, brier_skill=Estimate(0.01, -0.01, 0.03)), "skill"),
        (
            replace(GOOD, baselines={**GOOD.baselines, "rfm": Beside(0.8, 0.4, Estimate(-0.001, -0.02, 0.02), 0.6)}),
            "loss_rfm",
        ),
        (replace(GOOD, top_tenth_rate=0.59), "top_tenth"),
    ],
)
def test_each_fault_closes_its_gate(worse: Judgement, code: str) -> None:
    assert closed(worse) == [code]


def test_a_closed_gate_is_said_with_its_figures_in_both_languages() -> None:
    bad = replace(
        GOOD,
        calibration=replace(GOOD.calibration, error=0.5),
        brier_skill=Estimate(-0.1, -0.2, 0.0),
        top_tenth_rate=0.0,
        baselines={
            name: replace(GOOD.baselines["recency"], log_loss_gain=Estimate(-1.0, -2.0, 0.0))
            for name in ("recency", "rfm", "bgnbd")
        },
    )
    reasons = [gate.as_reason() for gate in gates_of(bad, CONFIG)]
    assert len(reasons) == 6
    for reason in json.loads(json.dumps(reasons)):
        for text in TEXTS[f"refused_{reason['code']}"]:
            assert "{" not in text.format(**reason["values"])
