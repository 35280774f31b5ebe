"""The work of the Arrow engine."""

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.differences import DIFFERENCE_DDL, Differences
from segspark.features.engine.item_index import ItemTask
from segspark.features.engine.work import Work
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Computed, NoRows, ReplaceDays
from segspark.tables.contracts import gold
from segspark.tables.ranges import EVERYBODY, DayFile, share_ids, share_of, split_ids
from segspark.time import DAY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

READ_BY_RANGE = (
    gold.ACTIVITY_DAILY,
    gold.ACTIVITY_CORRECTIONS,
    gold.ACTIVITY_ITEMS,
    gold.ITEM_LAST_DAYS,
    gold.FEATURES,
)
# People whom one task compares: some 8.5 KB each, with their stored values, their days and what is computed of these.
PEOPLE_PER_TASK = 50_000


def why_not(view: View) -> str:
    """Tables whose files alone are not their rows."""
    readable = (c for c in READ_BY_RANGE if c.name in view.readable)
    odd = {c.name: why for c in readable if (why := view.facts(c).why_not_plain)}
    return "; ".join(f"{name} has {why}" for name, why in odd.items())


def advance(work: Work[Step], state: tuple[DayFile, ...] | None) -> None:
    task = replace(work.task, state=state)
    if work.catalogue.items:
        task = replace(task, index=_write_index(work.view, task))
    work.view.write(work.contract, Computed(task, task.n_bytes, work.read_at), ReplaceDays(*work.span))


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


def write_days(work: Work[Step]) -> None:
    task = work.task
    work.view.write(work.contract, Computed(task.each_day, task.n_bytes), ReplaceDays(*work.span))


def frame(work: Work[View]) -> "DataFrame":
    task = work.task
    return work.staged.compute(work.view.staging, "features", task, task.n_bytes).frame("features")


def differences(work: Work[Step], part: tuple[str, str] | None) -> list[dict[str, str]]:
    step, task = work.view, work.task
    stored = tuple(f for f in step.files(gold.FEATURES) if f.day == step.as_of)
    ranges = [part] if part else share_ids(task.n_bytes, step.n_cores)
    # Ids are uniform: each part has about its share of the people.
    n_people = sum(f.rows for f in stored) * share_of(part or EVERYBODY)
    if n_people > PEOPLE_PER_TASK * len(ranges):
        ranges = split_ids(part or EVERYBODY, math.ceil(n_people / PEOPLE_PER_TASK))
    return step.ask_ranges(Differences(task, stored), ranges, DIFFERENCE_DDL)


def restate(work: Work[Step]) -> int | None:
    contract = gold.FEATURES_RESTATED.with_columns(work.catalogue.stored_columns())
    return work.view.write(contract, Computed(work.task, work.task.n_bytes), ReplaceDays(*work.span))
