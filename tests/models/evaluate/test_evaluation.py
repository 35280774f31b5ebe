"""The quality of a model as it is stored and logged."""

import json

from segspark.models.evaluate.evaluation import Decile, Evaluation

FOUND = Evaluation(40, 0.25, 0.75, 0.5, 0.125, 3.0, (Decile(4, 0.9, 0.75, 3.0), Decile(36, 0.2, 0.1, 0.4)))


def test_what_is_read_is_what_was_stored() -> None:
    assert Evaluation.from_dict(json.loads(json.dumps(FOUND.as_dict()))) == FOUND


def test_every_number_is_a_metric() -> None:
    assert FOUND.metrics() == {
        "n": 40.0, "base_rate": 0.25, "roc_auc": 0.75, "pr_auc": 0.5, "brier": 0.125, "top_decile_lift": 3.0,
    }  # fmt: skip
