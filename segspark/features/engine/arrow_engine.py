"""The Arrow engine: tasks read and write the tables' own files, without Spark's reader and writer.

Whoever only asks for the names of the engines does not load the kernel.
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
    from segspark.features.engine.arrow_work import why_not

    return why_not(view)


def _advance(work: "Work[Step]", state: "tuple[DayFile, ...] | None") -> None:
    from segspark.features.engine.arrow_work import advance

    advance(work, state)


def _write_days(work: "Work[Step]") -> None:
    from segspark.features.engine.arrow_work import write_days

    write_days(work)


def _frame(work: "Work[View]") -> "DataFrame":
    from segspark.features.engine.arrow_work import frame

    return frame(work)


def _differences(work: "Work[Step]", part: tuple[str, str] | None) -> list[dict[str, str]]:
    from segspark.features.engine.arrow_work import differences

    return differences(work, part)


def _restate(work: "Work[Step]") -> int | None:
    from segspark.features.engine.arrow_work import restate

    return restate(work)


ARROW = FeatureEngine("direct", _why_not, _advance, _write_days, _frame, _differences, _restate)
