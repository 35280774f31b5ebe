"""The Spark engine: Spark reads and writes, for tables that are not plain files or by configuration.

Whoever only asks for the names of the engines does not load Spark.
"""

from typing import TYPE_CHECKING

from segspark.features.engine.engine import FeatureEngine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.features.engine.work import Work
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View
    from segspark.tables.ranges import DayFile


def _why_not(view: "View") -> str:
    """Spark reads every table."""
    return ""


def _advance(work: "Work[Step]", state: "tuple[DayFile, ...] | None") -> None:
    from segspark.features.engine.spark_work import advance

    advance(work, state)


def _write_days(work: "Work[Step]") -> None:
    from segspark.features.engine.spark_work import write_days

    write_days(work)


def _frame(work: "Work[View]") -> "DataFrame":
    from segspark.features.engine.spark_work import frame

    return frame(work)


def _differences(work: "Work[Step]", part: tuple[str, str] | None) -> list[dict[str, str]]:
    from segspark.features.engine.spark_work import differences

    return differences(work, part)


def _restate(work: "Work[Step]") -> int | None:
    from segspark.features.engine.spark_work import restate

    return restate(work)


SPARK = FeatureEngine("spark", _why_not, _advance, _write_days, _frame, _differences, _restate)
