"""What is stored of a training's people is what is read again."""

import json
from dataclasses import replace

from segspark.models.monitoring.reference import INPUT, SCORE, Bins, Reference

REFERENCE = Reference(
    200, 0.75, {"n_order_90d": Bins((0.0,), (2.0,), (0.5, 0.25, 0.25, 0.0))}, {"churn": Bins((), (), (1.0, 0.0))}
)


def test_it_comes_back_from_its_file() -> None:
    assert Reference.from_dict(json.loads(json.dumps(REFERENCE.as_dict()))) == REFERENCE


def test_a_model_without_an_outcome_has_no_rate_of_it() -> None:
    bare = replace(REFERENCE, base_rate=None)
    assert Reference.from_dict(json.loads(json.dumps(bare.as_dict()))) == bare


def test_inputs_and_scores_are_told_apart() -> None:
    assert list(REFERENCE.of(INPUT)) == ["n_order_90d"]
    assert list(REFERENCE.of(SCORE)) == ["churn"]


def test_a_bin_for_each_special_value_each_interval_and_nothing() -> None:
    assert REFERENCE.inputs["n_order_90d"].n == 4
