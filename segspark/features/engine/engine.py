"""A feature engine: reads tiles and corrections, and writes or gives the features of some days.

Every engine runs the same kernel, so the rows are the same; they differ in who reads and writes the tables' files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.features.engine.work import Work
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View
    from segspark.tables.ranges import DayFile


@dataclass(frozen=True)
class FeatureEngine:
    """One way to compute features.

    Attributes:
        name: in the configuration and in the record of runs.
        why_not: why it would misread the tables of a step or question; empty if it would not.
        advance: write the features of the one day, from those of the day before (files of gold.features) or, without
            them, from all days.
        write_days: write the features of all days in one pass and one commit.
        frame: the features of all days, with the outcome of the work.
        differences: stored values of the day that differ from a recompute from all days, for everybody or the ids
            [low, high): person_id, feature, stored, computed.
        restate: write the day with everything known by a later day; the number of rows, if it is counted.
    """

    name: str
    why_not: "Callable[[View], str]"
    advance: "Callable[[Work[Step], tuple[DayFile, ...] | None], None]"
    write_days: "Callable[[Work[Step]], None]"
    frame: "Callable[[Work[View]], DataFrame]"
    differences: "Callable[[Work[Step], tuple[str, str] | None], list[dict[str, str]]]"
    restate: "Callable[[Work[Step]], int | None]"
