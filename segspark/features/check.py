"""Compare incremental features with a full recompute: a part of the people each day, everybody once a week.

``repair`` rewrites a day from all days. ``restate`` recomputes a past day with what is known today and writes it
beside the published rows, not over them.
"""

from dataclasses import replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F

from segspark.errors import CheckFailed, GateClosed
from segspark.features.compute import range_task, spark_features, stage_people
from segspark.features.engine.arrow import RangeTask, feature_schema
from segspark.features.engine.kernel import compute_features
from segspark.features.engine.reads import permitted
from segspark.features.engine.spark import SPARK, choose_engine, n_ranges, past_activity, stored_features
from segspark.features.engine.windows import by_range
from segspark.features.flow import FEATURES, write_features
from segspark.features.resources import CATALOGUE
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Computed, Frame, ReplaceDays
from segspark.tables.contracts import gold
from segspark.tables.ranges import DayFile, id_ranges, read_range, share_ids
from segspark.time import DAY

# The people are split into this many equal parts; each day checks the next one.
PARTS = 64
# Everybody is checked on Sundays, when clusters have time.
WHOLE_ON = 6
DIFFERENCE = pa.schema(
    [("person_id", pa.string()), ("feature", pa.string()), ("stored", pa.string()), ("computed", pa.string())]
)
DIFFERENCE_DDL = "person_id string, feature string, stored string, computed string"
MOST_NAMED = 20


def check_features(step: Step) -> None:
    """Compare stored features with a recompute from all days.

    Raises:
        CheckFailed: names people, features and the day.
    """
    if _made_from(step) == "all days":
        step.outcome["checked"] = "nothing: the day was made from all days"
        return
    with step.stage("check") as report:
        catalogue = step.context[CATALOGUE]
        stored = tuple(f for f in step.files(gold.FEATURES) if f.day == step.as_of)
        parts = id_ranges(PARTS)
        is_whole = step.as_of.weekday() == WHOLE_ON
        task = range_task(step, [step.as_of], catalogue, None)
        part = None if is_whole else parts[step.as_of.toordinal() % PARTS]
        if choose_engine(step) == SPARK:
            found = _read_differences(step, task, part)
        else:
            whole = share_ids(task.n_bytes, step.n_cores)
            ranges = [part] if part else whole
            found = step.ask_ranges(partial(differences, task, stored), ranges, DIFFERENCE_DDL)
        step.outcome["checked"] = "everybody" if is_whole else f"1 part of {PARTS}"
        report.note = f"{step.outcome['checked']} against a recompute from all days: {len(found) or 'no'} differences"
    if found:
        examples = "; ".join(f"{r['person_id']} {r['feature']}: {r['stored']}, not {r['computed']}" for r in found[:5])
        raise CheckFailed(
            f"Features as of {step.as_of} differ from their recompute ({len(found)} values or more): {examples}. "
            f"Run: segspark features repair --as-of {step.as_of}"
        )


def _read_differences(step: Step, task: RangeTask, part: tuple[str, str] | None) -> list[dict[str, str]]:
    """``differences`` by the Spark engine, for everybody or a part of the people; each range names at most MOST_NAMED.
    Items are left out: this engine does not compute them incrementally."""
    catalogue, calendar, dates = task.catalogue.without_items, task.calendar, task.dates
    stored, activity = stored_features(step, catalogue, step.as_of), past_activity(step, catalogue)
    if part:
        is_inside = (F.col("person_id") >= part[0]) & (F.col("person_id") < part[1])
        stored, activity = stored.where(is_inside), activity.where(is_inside)
    schema = feature_schema(catalogue)

    def compare(stored: pa.Table, activity: pa.Table) -> pa.Table:
        stored = stored.select(schema.names).cast(schema).sort_by("person_id")
        return unequal(stored, compute_features(activity, permitted(stored), catalogue, dates, calendar))

    found = by_range(stored, activity, n_ranges(step), compare, DIFFERENCE_DDL)
    return [row.asDict() for row in found.collect()]


def _made_from(step: Step) -> str | None:
    then = step.runs.outputs("features", step.as_of)
    return then.get("made_from") if then else None


def differences(task: RangeTask, files: tuple[DayFile, ...], low: str, high: str) -> pa.Table:
    """Stored feature values that differ from a recompute, at most ``MOST_NAMED``.

    Args:
        task: computes from all days; listed people and their permissions are taken from the stored rows.
        files: of gold.features of the task's day.
    """
    schema = feature_schema(task.catalogue)
    names = [n for n in schema.names if n != "as_of_date"]
    stored = read_range(files, low, high, names, "as_of_date", schema).sort_by("person_id")
    if not stored.num_rows:
        return DIFFERENCE.empty_table()
    return unequal(stored, task.over(stored, low, high))


def unequal(stored: pa.Table, computed: pa.Table) -> pa.Table:
    """Values that differ, at most ``MOST_NAMED``; both frames hold the same people in the same order."""
    computed = computed.select(stored.column_names).cast(stored.schema)
    rows: list[dict[str, str]] = []
    for name in stored.column_names:
        ours, theirs = stored[name], computed[name]
        same = pc.fill_null(pc.equal(ours, theirs), False)
        same = pc.or_(same, pc.and_(pc.is_null(ours), pc.is_null(theirs)))
        for at in pc.indices_nonzero(pc.invert(same)).to_pylist()[: MOST_NAMED - len(rows)]:
            person = stored["person_id"][at].as_py()
            rows.append({"person_id": person, "feature": name, "stored": str(ours[at]), "computed": str(theirs[at])})
    return pa.Table.from_pylist(rows, schema=DIFFERENCE)


def restate_features(step: Step) -> None:
    """The features of a past day, with everything learnt about it since."""
    catalogue = step.context[CATALOGUE]
    known = max(step.runs.closed_days(), default=None)
    if known is None or step.as_of > known:
        last = known - DAY if known else "none"
        raise GateClosed(f"The days before {step.as_of} are not closed yet; the last closed one is {last}.")
    contract = gold.FEATURES_RESTATED.with_columns(catalogue.stored_columns())
    with step.stage("restate") as report:
        staged = stage_people(step, [step.as_of], catalogue)
        day = ReplaceDays(step.as_of, step.as_of + DAY)
        if choose_engine(step) == SPARK:
            frame = spark_features(step, [step.as_of], catalogue, staged, known=known)
            report.rows = step.write(contract, Frame(frame, by_spark=True), day)
        else:
            task = replace(range_task(step, [step.as_of], catalogue, staged, known=known), known=known)
            report.rows = step.write(contract, Computed(task, task.n_bytes), day)
        report.note = f"as known on {known}"
    step.outcome["known"] = known


_READS = FEATURES.reads
FEATURE_CHECK = Flow(
    name="feature_check",
    reads=("gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.activity_items"),
    writes=(),
    reads_earlier=("ops.runs",),
    function=check_features,
    needs=FEATURES.needs,
    is_skipped_when_unchanged=True,
    # The check only reads, in one task: the scores use the other cores. If it fails, no segments are made and no day is
    # published.
    runs_beside_next=True,
)
REPAIR = Flow(
    name="features_repair",
    reads=_READS,
    reads_earlier=("ops.runs",),
    writes=FEATURES.writes,
    function=write_features,
    needs=FEATURES.needs,
    request=Request(carry_on=False),
)
RESTATE = Flow(
    name="features_restate",
    reads=_READS,
    reads_earlier=("ops.runs",),
    writes=("gold.features_restated",),
    function=restate_features,
    needs=FEATURES.needs,
)
