"""The reasons of a score: its strongest inputs, with the person's value and the sign of their effect."""

import numpy as np
import pytest
from pyspark.sql import SparkSession

from segspark.models.propensity.reasons import mean_effects, reasons_of, with_reasons
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


def test_the_strongest_come_first_with_value_and_sign() -> None:
    found = reasons_of(LeafTables.compile(TREES), ROWS, NAMES).to_pylist()
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
    assert reasons_of(LeafTables.compile(flat), ROWS, NAMES).to_pylist() == [[], []]


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


def test_the_mean_effects_are_shares_and_leave_out_what_moves_nothing() -> None:
    assert mean_effects(LeafTables.compile(TREES), ROWS, NAMES) == {
        "days_since_order": pytest.approx(2 / 3),
        "n_order_90d": pytest.approx(1 / 3),
    }
