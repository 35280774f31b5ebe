"""Tiles to the features of a day, or of many days in one backfill."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from segspark.features.compute import range_task, spark_features, stage_people
from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.days import day_number
from segspark.features.engine.item_index import ItemTask
from segspark.features.engine.spark import ARROW, carried_features, choose_engine
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE, sales_calendar
from segspark.ids import identity
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Computed, Frame, NoRows, ReplaceDays
from segspark.tables.contracts import gold
from segspark.tables.ranges import DayFile
from segspark.time import DAY


def write_features(step: Step) -> None:
    """The features of the as-of day, one row per known person: incremental if yesterday's exist and match."""
    catalogue = step.context[CATALOGUE]
    contract = gold.FEATURES.with_columns(catalogue.stored_columns())
    engine, day = choose_engine(step), ReplaceDays(step.as_of, step.as_of + DAY)
    step.ensure(contract)
    # The rows depend on this version of the table; the commit fails if a later one exists.
    read_at = step.facts(contract).version
    with step.stage("features") as report:
        staged = stage_people(step, [step.as_of], catalogue)
        task = range_task(step, [step.as_of], catalogue, staged)
        state = _state_before(step, task, catalogue) if step.request.carry_on else None
        if engine == ARROW:
            task = replace(task, state=state)
            if catalogue.items:
                task = replace(task, index=_write_index(step, task))
            step.write(contract, Computed(task, task.n_bytes, read_at), day)
        else:
            # This engine reads all items and writes no index.
            step.ensure(gold.ITEM_LAST_DAYS)
            frame = (
                spark_features(step, [step.as_of], catalogue, staged)
                if state is None
                else carried_features(step, catalogue, sales_calendar(step.settings), staged)
            )
            step.write(contract, Frame(frame, by_spark=True), day)
        made_from = "all days" if state is None else "the day before"
        step.outcome["basis"] = basis_of(task, step.as_of, catalogue)
        report.rows = step.outcome["people"] = staged.rows("people")
        report.note = f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived; from {made_from}"
    step.outcome.update({"catalogue": catalogue.hash, "made_from": made_from})


def _write_index(step: Step, task: RangeTask) -> tuple[DayFile, ...]:
    """Write the last-seen index of the as-of day and give its files; incremental if the features are and yesterday's
    index is kept."""
    yesterday = tuple(f for f in step.files(gold.ITEM_LAST_DAYS) if f.day == step.as_of - DAY)
    work = ItemTask(task.catalogue, step.as_of, task.items, task.people)
    if task.state is not None and yesterday:
        work = replace(work, state=yesterday, before=task.state)
    step.write(gold.ITEM_LAST_DAYS, Computed(work, work.n_bytes), ReplaceDays(step.as_of, step.as_of + DAY))
    kept_from = step.as_of - timedelta(days=gold.ITEM_LAST_DAYS.retention_days or 0) + DAY
    step.write(gold.ITEM_LAST_DAYS, NoRows(), ReplaceDays(date.min, kept_from))
    return tuple(f for f in step.files(gold.ITEM_LAST_DAYS) if f.day == step.as_of)


def write_many_days(step: Step) -> None:
    """The features of the requested days in one pass over the tiles and one commit.

    A day between them that is not requested would be emptied: the request holds days without gaps.
    """
    catalogue, days = step.context[CATALOGUE], step.request.days
    contract = gold.FEATURES.with_columns(catalogue.stored_columns())
    engine, span = choose_engine(step), ReplaceDays(min(days), max(days) + DAY)
    with step.stage("features") as report:
        staged = stage_people(step, days, catalogue)
        if engine == ARROW:
            task = range_task(step, days, catalogue, staged)
            step.write(contract, Computed(task.by_day, task.n_bytes), span)
        else:
            step.write(contract, Frame(spark_features(step, days, catalogue, staged), by_spark=True), span)
        report.rows = staged.rows("people")
        report.note = f"{len(days)} days in one walk"


def basis_of(task: RangeTask, as_of: date, catalogue: Catalogue) -> dict[str, Any]:
    """What the features of a day depend on; if it is equal a day later, they can be advanced."""
    sales = sorted(d for d in task.calendar.sales_days if d < day_number(as_of))
    return {
        "catalogue": catalogue.hash,
        "sales_days": identity(sales),
        "tile_rows": sum(f.rows for f in task.tiles if f.day < as_of),
        "correction_rows": sum(f.rows for f in task.corrections if f.day <= as_of),
        "item_rows": sum(f.rows for f in task.items if f.day <= as_of),
    }


def _state_before(step: Step, task: RangeTask, catalogue: Catalogue) -> tuple[DayFile, ...] | None:
    """Yesterday's rows, unless they were made from other inputs than those present now."""
    yesterday = step.as_of - DAY
    files = tuple(f for f in step.files(gold.FEATURES) if f.day == yesterday)
    then = step.runs.outputs("features", yesterday, is_running=True)
    if not files or then is None or yesterday in step.runs.provisional_days():
        return None
    return files if then.get("basis") == basis_of(task, yesterday, catalogue) else None


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
    needs=(CATALOGUE,),
    is_skipped_when_unchanged=True,
)
# Computes all days of a request from all tiles.
FEATURES_BACKFILL = replace(
    FEATURES, name="features_backfill", function=write_many_days, is_skipped_when_unchanged=False
)
