"""What a column that knows the label would look like beside one that does not."""

import math

import pytest

from segspark.models.evaluate.leakage import compared


def test_a_column_that_knows_the_label_stands_first() -> None:
    label = [1, 1, 0, 0]
    at_cut = {"seen": [1.0, 2.0, 1.0, 2.0], "knows": [5.0, 1.0, 5.0, 4.0]}
    later = {"seen": [1.0, 2.0, 1.0, 2.0], "knows": [0.0, 1.0, 2.0, 3.0]}
    first, second = compared(label, at_cut, later)
    assert first["column"] == "knows"
    # By hand: of four pairs one is won and one is even, against none: 0.625 in the other direction, and 1.
    assert (first["auc_at_cut"], first["auc_later"]) == (0.625, 1.0)
    assert first["difference"] == pytest.approx(0.375)
    assert (second["auc_at_cut"], second["difference"]) == (0.5, 0.0)


def test_a_missing_value_is_below_every_other() -> None:
    (row,) = compared([1, 0], {"x": [None, -9.0]}, {"x": [-9.0, None]})
    assert (row["auc_at_cut"], row["auc_later"]) == (1.0, 1.0)


def test_where_all_have_the_label_nothing_ranks() -> None:
    (row,) = compared([1, 1], {"x": [1.0, 2.0]}, {"x": [1.0, 2.0]})
    assert math.isnan(row["auc_later"])
