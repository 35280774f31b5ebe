"""Tiles to the features of a day, or of many days in one backfill."""

from dataclasses import replace
from datetime import date
from typing import Any

from segspark.features.compute import stage_people
from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.failures import failures_of_tasks
from segspark.features.engine.registry import choose_engine
from segspark.features.engine.work import Work
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE
from segspark.ids import identity
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold
from segspark.tables.ranges import DayFile
from segspark.time import DAY, day_number


def write_features(step: Step) -> None:
    """The features of the as-of day, one row per known person: incremental if yesterday's exist and match."""
    catalogue = step.context[CATALOGUE]
    contract = gold.FEATURES.with_columns(catalogue.stored_columns())
    engine = choose_engine(step)
    step.ensure(contract)
    # The rows depend on this version of the table; the commit fails if a later one exists.
    read_at = step.facts(contract).version
    with step.stage("features") as report:
        staged = stage_people(step, [step.as_of], catalogue)
        work = Work(step, (step.as_of,), catalogue, staged, read_at=read_at)
        state = _state_before(step, work) if step.request.carry_on else None
        with failures_of_tasks():
            engine.advance(work, state)
        made_from = "all days" if state is None else "the day before"
        step.outcome["basis"] = basis_of(work.task, step.as_of, catalogue)
        report.rows = step.outcome["people"] = staged.rows("people")
        report.note = f"{len(catalogue.stored_columns())} stored, {len(catalogue.derived)} derived; from {made_from}"
    step.outcome.update({"catalogue": catalogue.hash, "made_from": made_from})


def write_many_days(step: Step) -> None:
    """The features of the requested days in one pass over the tiles and one commit.

    A day between them that is not requested would be emptied: the request holds days without gaps.
    """
    catalogue, days = step.context[CATALOGUE], step.request.days
    engine = choose_engine(step)
    with step.stage("features") as report:
        staged = stage_people(step, days, catalogue)
        with failures_of_tasks():
            engine.write_days(Work(step, tuple(days), catalogue, staged))
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


def _state_before(step: Step, work: Work[Step]) -> tuple[DayFile, ...] | None:
    """Yesterday's rows, unless they were made from other inputs than those present now."""
    yesterday = step.as_of - DAY
    files = tuple(f for f in step.files(gold.FEATURES) if f.day == yesterday)
    then = step.runs.outputs("features", yesterday, is_running=True)
    if not files or then is None or yesterday in step.runs.provisional_days():
        return None
    return files if then.get("basis") == basis_of(work.task, yesterday, work.catalogue) else None


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
