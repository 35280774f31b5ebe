"""An aggregation that fails in a task is told as one that fails on the driver."""

import pytest

from segspark.features.engine.failures import AggregationFailed, aggregation_failed, failures_of_tasks
from segspark.features.feature import Feature

FEATURE = Feature("n_order", "n_order", "Orders")
TASK = """An exception was thrown from the Python worker:
Traceback (most recent call last):
  File "contributions.py", line 38, in contributions
ZeroDivisionError: by zero
segspark.features.engine.failures.AggregationFailed: Feature x: its aggregation bad failed, ZeroDivisionError: by zero.
	at org.apache.spark"""


def test_the_feature_and_the_reason_are_named_with_what_to_do() -> None:
    told = str(aggregation_failed(FEATURE, ZeroDivisionError("by zero")))
    assert told.startswith("Feature n_order: its aggregation sum failed, ZeroDivisionError: by zero. No features are")
    assert told.endswith("or remove the feature from the catalogue.")


def test_the_error_of_a_task_is_told_without_the_rest() -> None:
    with pytest.raises(AggregationFailed) as caught, failures_of_tasks():
        raise RuntimeError(TASK)
    assert str(caught.value) == "Feature x: its aggregation bad failed, ZeroDivisionError: by zero."


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match="another"), failures_of_tasks():
        raise RuntimeError("another")
    with pytest.raises(AggregationFailed, match="n_order"), failures_of_tasks():
        raise aggregation_failed(FEATURE, ValueError())
