"""A task of the Arrow engine: from the tables' own files to the features of a range of people."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from builders import step_of

from segspark.config.models import Workspace
from segspark.features.compute import range_task
from segspark.features.engine import arrow as tasks
from segspark.features.engine.incremental import changing_days
from segspark.features.engine.kernel import day_number
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def test_a_day_reads_one_tile_day_per_window_and_the_newest(
    four_days: tuple[Workspace, Lake], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the days of what was learnt; whatever the history."""
    workspace, lake = four_days
    catalogue = load_catalogue(workspace)
    run = step_of(FEATURES, workspace, lake, MAY[6])
    whole = range_task(run, [MAY[6]], catalogue, None)
    files = [f for f in run.files(gold.FEATURES) if f.day == MAY[5]]
    task = tasks.RangeTask(
        catalogue, whole.dates, whole.calendar, whole.tiles, whole.corrections, (), state=tuple(files)
    )
    read: list[date] = []
    original = tasks.read_range

    def noting(files: Any, low: str, high: str, columns: Any, day: str, *rest: Any) -> pa.Table:
        if day == "activity_date":
            read.extend(f.day for f in files)
        return original(files, low, high, columns, day, *rest)

    monkeypatch.setattr(tasks, "read_range", noting)
    task("", "~")
    learnt = lake.read_small(gold.ACTIVITY_CORRECTIONS, filters=[("applied_as_of", "=", MAY[6])])
    assert learnt["activity_date"].to_pylist() == [MAY[2]]
    allowed = changing_days(learnt, catalogue, MAY[6])
    assert {day_number(d) for d in read} <= allowed
    assert len(allowed) <= 2 + len(workspace.features.windows)
    assert MAY[2] in read
    assert MAY[3] not in read
