"""The quality of a model as it is stored and logged."""

import json
import math

import pytest

from segspark.models.evaluate.evaluation import Decile, Evaluation

FOUND = Evaluation(40, 0.25, 0.75, 0.5, 0.125, 3.0, (Decile(4, 0.9, 0.75, 3.0), Decile(36, 0.2, 0.1, 0.4)))


def test_what_is_read_is_what_was_stored() -> None:
    assert Evaluation.from_dict(json.loads(json.dumps(FOUND.as_dict()))) == FOUND


def test_the_lift_is_of_the_rarer_outcome() -> None:
    assert (FOUND.is_label_rarer, FOUND.rarer_lift) == (True, 3.0)
    # Of four fifths with the label the first tenth can be 1.25 times as many at most; of the others the last is 4 times.
    most = Evaluation(100, 0.8, 0.8, 0.9, 0.1, 1.25, (Decile(50, 0.9, 1.0, 1.25), Decile(50, 0.3, 0.2, 0.25)))
    assert (most.is_label_rarer, most.rarer_lift) == (False, pytest.approx(4.0))
    everybody = Evaluation(100, 1.0, 0.5, 1.0, 0.0, 1.0, (Decile(100, 1.0, 1.0, 1.0),))
    assert math.isnan(everybody.rarer_lift)


def test_every_number_is_a_metric() -> None:
    assert FOUND.metrics() == {
        "n": 40.0, "base_rate": 0.25, "roc_auc": 0.75, "pr_auc": 0.5, "brier": 0.125, "top_decile_lift": 3.0, "rarer_lift": 3.0,
    }  # fmt: skip
