"""The reasons of a score: its strongest inputs, with the person's value and the sign of their effect."""

import numpy as np
import pytest
from pyspark.sql import SparkSession

from segspark.models.evaluate.judgement import Blend
from segspark.models.propensity.reasons import Other, mean_effects, reasons_of, with_reasons
from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.shapley.trees import Ensemble, Tree

NAMES = ("days_since_order", "n_order_90d", "unused")


def split(feature: int, threshold: float, low: float, high: float) -> Tree:
    """A tree of one split, of which half of the training rows went to either side."""
    return Tree(
        np.array([feature, -1, -1]), np.array([threshold, 0, 0]), np.array([1, -1, -1]), np.array([2, -1, -1]),
        np.array([0.0, low, high]), np.array([10.0, 5.0, 5.0]), 1.0,
    )  # fmt: skip


# Long ago makes the outcome likelier by 2, more than one order less likely by 1.
TREES = Ensemble((split(0, 90.0, -2.0, 2.0), split(1, 1.0, 1.0, -1.0)), 3)
ROWS = np.array([[200.0, 0.0, 5.0], [10.0, 3.0, 5.0]])


def effects(trees: Ensemble) -> np.ndarray:
    return LeafTables.compile(trees).values(ROWS)


def test_the_strongest_come_first_with_value_and_sign() -> None:
    found = reasons_of(effects(TREES), ROWS, NAMES).to_pylist()
    assert found == [
        [
            {"input": "days_since_order", "value": 200.0, "effect": 2.0},
            {"input": "n_order_90d", "value": 0.0, "effect": 1.0},
        ],
        [
            {"input": "days_since_order", "value": 10.0, "effect": -2.0},
            {"input": "n_order_90d", "value": 3.0, "effect": -1.0},
        ],
    ]


def test_whom_nothing_moves_has_no_reason() -> None:
    flat = Ensemble((split(0, 90.0, 1.0, 1.0),), 3)
    assert reasons_of(effects(flat), ROWS, NAMES).to_pylist() == [[], []]


def test_everybody_gets_their_own_reasons(spark: SparkSession) -> None:
    people = [("ann", 0.9, ROWS[0].tolist()), ("bob", 0.1, ROWS[1].tolist())]
    scored = spark.createDataFrame(people, "person_id string, p double, inputs array<double>").repartition(2)
    rows = {r["person_id"]: r for r in with_reasons(scored, TREES, NAMES).collect()}
    assert rows["ann"]["p"] == 0.9
    assert [(r["input"], r["effect"]) for r in rows["ann"]["reasons"]] == [
        ("days_since_order", 2.0),
        ("n_order_90d", 1.0),
    ]
    assert [r["effect"] for r in rows["bob"]["reasons"]] == [-2.0, -1.0]


def test_nobody_is_said_to_have_the_value_that_stands_for_a_missing_one(spark: SparkSession) -> None:
    said = [None, 3.0, 5.0]
    people = [("ann", 0.9, [1000.0, 3.0, 5.0], said), ("bob", 0.1, ROWS[1].tolist(), ROWS[1].tolist())]
    scored = spark.createDataFrame(people, "person_id string, p double, inputs array<double>, said array<double>")
    rows = {r["person_id"]: r["reasons"] for r in with_reasons(scored, TREES, NAMES).collect()}
    assert [tuple(r) for r in rows["ann"]] == [("days_since_order", None, 2.0), ("n_order_90d", 3.0, -1.0)]
    assert [r["value"] for r in rows["bob"]] == [10.0, 3.0]


def test_the_mean_effects_are_shares_and_leave_out_what_moves_nothing() -> None:
    assert mean_effects(effects(TREES), NAMES) == {
        "days_since_order": pytest.approx(2 / 3),
        "n_order_90d": pytest.approx(1 / 3),
    }


def test_a_model_that_is_blended_in_is_a_reason_of_its_own(spark: SparkSession) -> None:
    # Half of what the trees say, and what the other says beyond its mean, which is an even chance.
    other = Other("pace", Blend(intercept=0.3, weight=0.5, of_other=2.0, centre=0.0))
    people = [("ann", 0.9, ROWS[0].tolist(), 0.75), ("bob", 0.1, ROWS[1].tolist(), 0.5)]
    scored = spark.createDataFrame(people, "person_id string, p double, inputs array<double>, beside double")
    rows = {r["person_id"]: r["reasons"] for r in with_reasons(scored, TREES, NAMES, other).collect()}
    assert [(r["input"], r["value"]) for r in rows["ann"]] == [
        ("pace", 0.75), ("days_since_order", 200.0), ("n_order_90d", 0.0),
    ]  # fmt: skip
    assert [r["effect"] for r in rows["ann"]] == pytest.approx([2 * np.log(3), 1.0, 0.5])
    # Of whom the other says the mean, it moves nothing.
    assert [(r["input"], r["effect"]) for r in rows["bob"]] == [("days_since_order", -1.0), ("n_order_90d", -0.5)]
