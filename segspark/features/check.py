"""Compare incremental features with a full recompute: a part of the people each day, everybody once a week.

``repair`` rewrites a day from all days. ``restate`` recomputes a past day with what is known today and writes it
beside the published rows, not over them.
"""

from segspark.errors import CheckFailed, GateClosed
from segspark.features.compute import stage_people
from segspark.features.engine.failures import failures_of_tasks
from segspark.features.engine.registry import choose_engine
from segspark.features.engine.work import Work
from segspark.features.flow import FEATURES, write_features
from segspark.features.resources import CATALOGUE
from segspark.pipeline.flow import Flow, Request
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold
from segspark.tables.ranges import id_ranges
from segspark.time import DAY

# The people are split into this many equal parts, or more where one would have too many; each day checks the next one.
PARTS, MOST_PEOPLE = 64, 500_000
# Everybody is checked on Sundays, when clusters have time.
WHOLE_ON = 6


def check_features(step: Step) -> None:
    """Compare stored features with a recompute from all days.

    Raises:
        CheckFailed: names people, features and the day.
    """
    if _made_from(step) == "all days":
        step.outcome["checked"] = "nothing: the day was made from all days"
        return
    with step.stage("check") as report:
        is_whole = step.as_of.weekday() == WHOLE_ON
        n_parts = max(PARTS, -(-step.facts(gold.FEATURES).rows_by_day.get(step.as_of, 0) // MOST_PEOPLE))
        part = None if is_whole else id_ranges(n_parts)[step.as_of.toordinal() % n_parts]
        work = Work(step, (step.as_of,), step.context[CATALOGUE], None)
        with failures_of_tasks():
            found = choose_engine(step).differences(work, part)
        step.outcome["checked"] = "everybody" if is_whole else f"1 part of {n_parts}"
        report.note = f"{step.outcome['checked']} against a recompute from all days: {len(found) or 'no'} differences"
    if found:
        examples = "; ".join(f"{r['person_id']} {r['feature']}: {r['stored']}, not {r['computed']}" for r in found[:5])
        raise CheckFailed(
            f"Features as of {step.as_of} differ from their recompute ({len(found)} values or more): {examples}. "
            f"Run: segspark features repair --as-of {step.as_of}"
        )


def _made_from(step: Step) -> str | None:
    then = step.runs.outputs("features", step.as_of)
    return then.get("made_from") if then else None


def restate_features(step: Step) -> None:
    """The features of a past day, with everything learnt about it since."""
    catalogue = step.context[CATALOGUE]
    known = max(step.runs.closed_days(), default=None)
    if known is None or step.as_of > known:
        last = known - DAY if known else "none"
        raise GateClosed(f"The days before {step.as_of} are not closed yet; the last closed one is {last}.")
    with step.stage("restate") as report:
        staged = stage_people(step, [step.as_of], catalogue)
        work = Work(step, (step.as_of,), catalogue, staged, known=known)
        with failures_of_tasks():
            report.rows = choose_engine(step).restate(work)
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
    # The check only reads, of a part of the people: the scores use the other cores. If it fails, no segments are made and
    # no day is published.
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
