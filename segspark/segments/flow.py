"""From features and scores to segments, their changes and their profiles."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.measure.profiles import measure_segments
from segspark.measure.reactions import COLUMNS_READ, days_read, mail_reactions
from segspark.models.columns import column_models
from segspark.models.registry import columns_in_conditions
from segspark.models.resources import ACTIVE_CLUSTERING, models_in_use
from segspark.pipeline.context import Resource
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.view import View
from segspark.pipeline.writes import Frame, NoRows, ReplaceDays, Small
from segspark.segments.changes import derive_changes
from segspark.segments.defining import defining_of, earlier_members
from segspark.segments.lookup import previous_day
from segspark.segments.people import PERMISSIONS, needed_columns, people_for_segments, sequences_in
from segspark.segments.registry import register
from segspark.segments.resources import CALENDAR, DEFINITIONS
from segspark.segments.schemes.prepare import Failed, Results, assign, made, place_people, prepare_schemes
from segspark.segments.schemes.registry import SCHEMES, active_schemes, groups_in_use, needs_of
from segspark.segments.schemes.scheme import Prepared, Refused, Scheme, SchemeContext
from segspark.segments.validity import Validity
from segspark.segments.values import stored_people, values_of
from segspark.spark.sharing import shared
from segspark.tables.contracts import gold, ops, silver
from segspark.tables.contracts.contract import Contract
from segspark.time import DAY


def validity_of(view: View) -> Validity:
    """How the day's values change in the following days, for `valid_until`."""
    return Validity(values_of(view.context[CATALOGUE], view.settings.models), view.context[CALENDAR], view.as_of, F)


def write_segments(step: Step) -> None:
    """Write the memberships of the as-of day, the changes since the previous stored day, and the profiles."""
    schemes = active_schemes(step.settings.segments)
    context = SchemeContext(step, step.context[DEFINITIONS], F, validity_of(step))
    of_schemes = (value for scheme in schemes for value in (*scheme.values(context), *scheme.asks))
    needed = needed_columns(context.definitions, of_schemes)
    # What only a scheme's groups are stored for is computed where the scheme is made.
    needed |= {*gold.PEOPLE.column_names, *(column.name for column in columns_in_conditions())}
    with step.stage("people"):
        sequences = sequences_in(context.definitions)
        people = people_for_segments(step, groups_in_use(step), needed, sequences)
        people = people.select(*[c for c in people.columns if c in needed])
        # The definitions are compiled to Spark columns while Spark computes the people.
        people, prepared = step.beside(
            partial(step.checkpoint, people), partial(prepare_schemes, schemes, context, people)
        )
    placed, results = place_people(prepared, people)
    with step.stage("segments") as report:
        rows, results = assign(results, placed, step.as_of)
        active = made(results)
        _note_refused(step, results)
        n_rows = _write_memberships(step, rows, len(active)) if rows is not None else _no_rows(step)
        today = step.read_day(gold.SEGMENTS, step.as_of)
        report.rows = step.outcome["memberships"] = n_rows
    asked = {key: question for result in active.values() for key, question in result.asked.items()}
    tasks: list[Callable[[], Any]] = [
        partial(_stage_changes, step, today, people, results),
        partial(_read_contactable, people),
        partial(_stage_profiles, step, today, people, active),
        partial(_write_people, step, people),
        *[partial(question, people) for question in asked.values()],
    ]
    _, contactable, _, _, *answers = step.beside(*tasks)
    step.outcome.update(zip(asked, answers, strict=True))
    step.outcome["contactable"] = contactable
    register(step, results)


def _note_refused(step: Step, results: Results) -> None:
    """Record what schemes note, and why some are not made; a failure is shown too."""
    for scheme, result in results.items():
        if isinstance(result, Prepared):
            step.outcome.update(result.notes)
        elif isinstance(result, Refused) and result.reasons:
            step.outcome[scheme.name] = "; ".join(result.reasons)
            if isinstance(result, Failed):
                step.note(f"{scheme.name} has no segments today: {step.outcome[scheme.name]}")


def _n_people(step: Step) -> int:
    return step.facts(gold.FEATURES).rows_by_day.get(step.as_of, 0)


def _write_memberships(step: Step, rows: DataFrame, n_schemes: int) -> int | None:
    marked = rows.withColumn("is_provisional", F.lit(step.request.is_provisional))
    n = _n_people(step)
    # Partitioned by segment too: there are few schemes, which might all hash to one task.
    in_order = shared(marked, step.n_writers, ("scheme", "segment_id"), of_key=n, in_all=n * n_schemes)
    in_order = in_order.sortWithinPartitions("scheme", "segment_id", "person_id")
    return step.write(gold.SEGMENTS, Frame(in_order), _day_of(step))


def _write_people(step: Step, people: DataFrame) -> None:
    """What conditions look at of a person besides features and scores, and the groups that a model gave."""
    contract = stored_people()
    dated = people.withColumn("as_of_date", F.lit(step.as_of))
    rows = dated.select(*[name for name in contract.column_names if name in dated.columns])
    n = _n_people(step)
    in_order = shared(rows, step.n_writers, ("person_id",), of_key=1, in_all=n).sortWithinPartitions("person_id")
    step.write(contract, Frame(in_order), _day_of(step))


def _no_rows(step: Step) -> int:
    """No scheme can be made today."""
    step.write(gold.SEGMENTS, NoRows(), _day_of(step))
    return 0


def _stage_changes(step: Step, today: DataFrame, people: DataFrame, results: Results) -> None:
    with step.stage("changes") as report:
        report.note = _write_changes(step, today, people, results)


def _stage_profiles(step: Step, today: DataFrame, people: DataFrame, active: Mapping[Scheme, Prepared]) -> None:
    with step.stage("profiles"):
        owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(step.as_of))
        permissions = people.select("person_id", *PERMISSIONS)
        events = step.read_days(silver.EVENTS, COLUMNS_READ, days_read(step.as_of))
        reactions = mail_reactions(events, owners, permissions, step.as_of, step.settings.time_zone)
        # A merge in the order of people: sums of fractions depend on the order of their rows.
        measured = people.join(reactions.hint("merge"), on="person_id", how="left")
        profiles = measure_segments(
            today,
            measured,
            step.as_of,
            least=step.settings.segments.least_shown,
            defining=defining_of(step, active),
            earlier=earlier_members(step, people, active),
        )
        if profiles.left_out:
            step.outcome["kpis_left_out"] = dict(profiles.left_out)
        if profiles.small:
            # They have no profile; the page says of them that they are small.
            step.outcome["small_segments"] = dict(profiles.small)
        tables = ((gold.SEGMENT_PROFILES, profiles.rows), (ops.SEGMENT_PROFILES, profiles.exact))
        step.beside(*[partial(_write_profiles, step, table, rows) for table, rows in tables])


def _write_profiles(step: Step, table: Contract, rows: pa.Table) -> None:
    step.write(table, Small(rows), _day_of(step))


def _day_of(step: Step) -> ReplaceDays:
    return ReplaceDays(step.as_of, step.as_of + DAY)


def _read_contactable(people: DataFrame) -> dict[str, int]:
    """Number of people by reason not to write to them; those who may be written to count as `contactable`."""
    rows = people.groupBy(F.coalesce("not_contactable_reason", F.lit("contactable")).alias("reason")).count().collect()
    return {r["reason"]: r["count"] for r in rows}


def _write_changes(step: Step, today: DataFrame, people: DataFrame, results: Results) -> str:
    previous = previous_day(step, step.as_of)
    if previous is None:
        step.write(gold.SEGMENT_CHANGES, NoRows(), _day_of(step))
        return "first stored day"
    yesterday = step.read_day(gold.SEGMENTS, previous)
    exclusive = [scheme.name for scheme in SCHEMES.all() if scheme.exclusive]
    changes = derive_changes(today, yesterday, people, results, exclusive, step.as_of, previous)
    # The join is large and gives few rows: repartition keeps its tasks, coalesce would not.
    in_order = shared(changes, 1, (), of_key=_n_people(step), in_all=_n_people(step))
    in_order = in_order.sortWithinPartitions("person_id", "scheme", "segment_id")
    step.write(gold.SEGMENT_CHANGES, Frame(in_order), _day_of(step))
    return f"against {previous}"


def needs() -> tuple[Resource[Any], ...]:
    """What the flow looks up, with what the schemes do."""
    of_models = models_in_use(column_models())
    own = (CATALOGUE, DEFINITIONS, CALENDAR, ACTIVE_CLUSTERING)
    return tuple(dict.fromkeys((*own, *of_models, *needs_of(SCHEMES.all()))))


SEGMENTS = Flow(
    name="segments",
    reads=(
        "gold.features", "gold.activity_daily", "gold.activity_corrections", "gold.scores", "silver.profiles", "silver.identity_links",
        "silver.consents", "silver.events", "silver.objections", "privacy.identities",
    ),
    reads_earlier=("gold.segment_registry", "gold.definitions"),
    writes=(
        "gold.people", "gold.segments", "gold.segment_changes", "gold.segment_profiles", "gold.segment_registry", "gold.definitions",
        "ops.segment_profiles",
    ),
    function=write_segments,
    needs=needs,
)  # fmt: skip
