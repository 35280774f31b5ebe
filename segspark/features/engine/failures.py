"""An aggregation that fails: the error names the feature, also where it failed in a task of Spark."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from segspark.errors import ConfigError
from segspark.features.feature import Feature


class AggregationFailed(ConfigError):
    """A feature cannot be computed; a row of gold.features has all columns, so it cannot be left out."""


# A task's error reaches the driver as the text of its traceback, which ends with the error.
_OF_A_TASK = re.compile(rf"{AggregationFailed.__module__}\.{AggregationFailed.__name__}: (.+)")


def aggregation_failed(feature: Feature, error: Exception) -> AggregationFailed:
    return AggregationFailed(
        f"Feature {feature.name}: its aggregation {feature.kind.name} failed, {type(error).__name__}: {error}. "
        "No features are written. Correct the aggregation, or remove the feature from the catalogue."
    )


@contextmanager
def failures_of_tasks() -> Iterator[None]:
    """Tasks' errors as they were raised.

    Raises:
        AggregationFailed: an aggregation failed in a task.
    """
    try:
        yield
    except AggregationFailed:
        raise
    except Exception as error:
        if found := _OF_A_TASK.search(str(error)):
            raise AggregationFailed(found[1]) from error
        raise
