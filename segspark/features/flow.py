"""Tiles to the features of a day, or of many days in one walk."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from segspark.features.compute import range_task, spark_features, stage_people
from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.item_index import ItemTask
from segspark.features.engine.kernel import day_number
from segspark.features.engine.spark import carried_features, choose_engine
from segspark.features.feature import Catalogue
from segspark.features.resources import load_catalogue, sales_calendar
from segspark.ids import identity
from segspark.pipeline.flow import Flow
from segspark.pipeline.runs import finished_runs, provisional_days
from segspark.pipeline.step import Step, staging_folder
from segspark.tables.contracts import gold
from segspark.tables.ranges import DayFile
from segspark.time import DAY


def write_features(run: Step, carry_on: bool = True) -> None:
    """The features of the as-of day, one row per known person: from yesterday's, where they are there and fit.

    Args:
        carry_on: without it from all days, whatever lies there.
    """
    catalogue = load_catalogue(run.workspace)
    contract = gold.FEATURES.with_columns(catalogue.stored_columns())
    lane, lake, end = choose_engine(run), run.writes(gold.FEATURES), run.as_of + DAY
    lake.create(contract)
    # What is written follows from this version, and is not written over a later one.
    read_at = lake.version(contract)
    with run.stage("features") as told, staging_folder(run) as folder:
        staged = stage_people(run, [run.as_of], catalogue, folder)
        task = range_task(run, [run.as_of], catalogue, staged)
        state = _state_before(run, task, catalogue) if carry_on else None
        if lane == "direct":
            task = replace(task, state=state)
            if catalogue.items:
                task = replace(task, index=_write_index(run, task))
            lake.replace_computed(contract, task, task.n_bytes, run.as_of, end, read_at)
        else:
            # This lane looks at all items and leaves no index.
            lake.create(gold.ITEM_LAST_DAYS)
            frame = (
                spark_features(run, [run.as_of], catalogue, staged)
                if state is None
                else carried_features(run, catalogue, sales_calendar(run.workspace), staged, folder)
            )
            lake.replace_by_spark(contract, frame, run.as_of, end)
        made_from = "all days" if state is None else "the day before"
        run.outcome["basis"] = basis_of(task, run.as_of, catalogue)
        told["rows"] = run.outcome["people"] = staged.rows("people")
        told["note"] = f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived; from {made_from}"
    run.outcome.update({"catalogue": catalogue.hash, "made_from": made_from})


def _write_index(run: Step, task: RangeTask) -> tuple[DayFile, ...]:
    """The last-seen index of the as-of day, and its files: carried on where the features are and yesterday's is kept."""
    yesterday = tuple(f for f in run.files(gold.ITEM_LAST_DAYS) if f.day == run.as_of - DAY)
    work = ItemTask(task.catalogue, run.as_of, task.items, task.people)
    if task.state is not None and yesterday:
        work = replace(work, state=yesterday, before=task.state)
    lake = run.writes(gold.ITEM_LAST_DAYS)
    lake.replace_computed(gold.ITEM_LAST_DAYS, work, work.n_bytes, run.as_of, run.as_of + DAY)
    lake.drop_days(gold.ITEM_LAST_DAYS, run.as_of - timedelta(days=gold.ITEM_LAST_DAYS.retention_days or 0) + DAY)
    return tuple(f for f in run.files(gold.ITEM_LAST_DAYS) if f.day == run.as_of)


def features_of(days: Sequence[date]) -> Flow:
    """The flow that writes the features of some days in one walk over the tiles and one commit.

    A day that lies between them and is none of them is emptied: give days without gaps.
    """

    def write(run: Step) -> None:
        catalogue = load_catalogue(run.workspace)
        contract = gold.FEATURES.with_columns(catalogue.stored_columns())
        lane = choose_engine(run)
        with run.stage("features") as told, staging_folder(run) as folder:
            staged = stage_people(run, days, catalogue, folder)
            lake, end = run.writes(gold.FEATURES), max(days) + DAY
            if lane == "direct":
                task = range_task(run, days, catalogue, staged)
                lake.replace_computed(contract, task.by_day, task.n_bytes, min(days), end)
            else:
                lake.replace_by_spark(contract, spark_features(run, days, catalogue, staged), min(days), end)
            told["rows"] = staged.rows("people")
            told["note"] = f"{len(days)} days in one walk"

    return replace(FEATURES, name="features_backfill", function=write, is_skipped_when_unchanged=False)


def basis_of(task: RangeTask, as_of: date, catalogue: Catalogue) -> dict[str, Any]:
    """What the features of a day stand on; equal again a day later, they can be carried on."""
    sales = sorted(d for d in task.calendar.sales_days if d < day_number(as_of))
    return {
        "catalogue": catalogue.hash,
        "sales_days": identity(sales),
        "tile_rows": sum(f.rows for f in task.tiles if f.day < as_of),
        "correction_rows": sum(f.rows for f in task.corrections if f.day <= as_of),
        "item_rows": sum(f.rows for f in task.items if f.day <= as_of),
    }


def _state_before(run: Step, task: RangeTask, catalogue: Catalogue) -> tuple[DayFile, ...] | None:
    """Yesterday's rows, unless they were made of something else than what lies there now."""
    yesterday = run.as_of - DAY
    files = tuple(f for f in run.files(gold.FEATURES) if f.day == yesterday)
    done = [r for r in finished_runs(run.lake, "features", is_running=True) if r["as_of_date"] == yesterday]
    if not files or not done or yesterday in provisional_days(run.lake):
        return None
    basis = json.loads(done[-1]["outputs"]).get("basis")
    return files if basis == basis_of(task, yesterday, catalogue) else None


FEATURES = Flow(
    name="features",
    reads=(
        "gold.activity_daily",
        "gold.activity_corrections",
        "gold.activity_items",
        "silver.identity_links",
        "silver.consents",
    ),
    reads_earlier=("ops.runs",),
    writes=("gold.item_last_days", "gold.features"),
    function=write_features,
    is_skipped_when_unchanged=True,
)
