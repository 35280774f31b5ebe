"""The error of a prediction, as it is stored with a model."""

import json
from dataclasses import replace

import pytest

from segspark.models.value.holdout import DateRow, Holdout, HoldoutRow

FOUND = Holdout(
    180, 50, 90.0, 100.0, 130.0, 22.0, 20.0, (HoldoutRow(0, 40, 30.5, 40.0), HoldoutRow(7, 10, 59.5, 60.0)),
    (DateRow(0.1, 48, 0.11, 0.125), DateRow(0.5, 12, 0.51, 0.25)),
)  # fmt: skip


def test_the_error_is_the_share_predicted_too_much() -> None:
    assert FOUND.error == pytest.approx(-0.1)
    assert FOUND.buyers_error == pytest.approx(0.1)


def test_if_nobody_orders_the_error_has_no_end() -> None:
    nobody = replace(FOUND, actual=0.0, actual_buyers=0.0)
    assert nobody.error == nobody.buyers_error == float("inf")


def test_what_is_stored_is_what_is_read() -> None:
    assert Holdout.from_dict(json.loads(json.dumps(FOUND.as_dict()))) == FOUND


def test_an_earlier_release_has_stored_no_dates() -> None:
    stored = FOUND.as_dict()
    del stored["dates"]
    assert Holdout.from_dict(stored) == replace(FOUND, dates=())
