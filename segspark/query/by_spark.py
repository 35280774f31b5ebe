"""The same answers by Spark, for lakes and rules that DuckDB does not read: deletion vectors, column mapping, days before
gold.people, functions of own features that only Spark has."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.resources import CATALOGUE, load_catalogue
from segspark.models.resources import BEHAVIOUR_MODEL
from segspark.pipeline.view import View, look
from segspark.query.answers import CONTACTABLE, N_SAMPLED, NO_PROVIDER, PROVIDER, Counts, amounts, flag, previews_of
from segspark.query.plan import changes_of, day_with_segments
from segspark.query.replay import REPLAY
from segspark.query.replay_by_spark import with_day
from segspark.query.targets import PREVIEW, day_with_features, windows_in
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.people import needed_columns, people_for_segments, sequences_in
from segspark.segments.resources import DEFINITIONS
from segspark.segments.rules.columns import to_column
from segspark.segments.rules.tree import Followed
from segspark.segments.schemes.permission import prepare
from segspark.segments.schemes.prepare import memberships
from segspark.segments.schemes.registry import written_schemes
from segspark.segments.schemes.scheme import SchemeContext
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.open import with_session


def preview_by_spark(
    workspace: Workspace, rules: Sequence[Rule], as_of: date | None, engine: str
) -> list[dict[str, Any]]:
    """The answers of query/preview.py.

    Args:
        engine: what answers, and why.
    """
    if windows := sorted(windows_in(rules, load_catalogue(workspace))):
        raise ConfigError(
            f"{', '.join(windows)}: Spark answers declared windows only (features.windows), and DuckDB does not: {engine}."
        )
    check_environment(workspace.lake, writes=False)
    session = session_for(workspace, f"segspark {workspace.name} preview")
    return preview(workspace, with_session(workspace, session), rules, as_of, engine)


def preview(
    workspace: Workspace, lake: SparkLake, rules: Sequence[Rule], as_of: date | None, engine: str = "Spark"
) -> list[dict[str, Any]]:
    """Sizes of rules on a day, from its stored features and scores."""
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view:
        flags = [flag(at) for at in range(len(rules))]
        added = amounts(view.context[CATALOGUE])
        everybody = people_of_definitions(view, Definitions({PREVIEW.name: tuple(rules)}), (*added.values(), PROVIDER))
        columns = [to_column(rule.when, F).alias(name) for rule, name in zip(rules, flags, strict=True)]
        inside = everybody.select("person_id", "not_contactable_reason", *added.values(), PROVIDER, *columns)
        # Filtered once they are computed: what Spark infers from a condition over many named conditions doubles with each.
        people = view.checkpoint(inside).where(" or ".join(flags))
        both = [F.count_if(F.col(a) & F.col(b)).alias(f"{a}_{b}") for i, a in enumerate(flags) for b in flags[i:]]
        sums = [
            F.sum(F.when(F.col(name), F.col(feature))).alias(f"{amount}_{at}")
            for at, name in enumerate(flags)
            for amount, feature in added.items()
        ]
        by_reason = people.groupBy(F.coalesce("not_contactable_reason", F.lit(CONTACTABLE)).alias("reason"))
        counted = [row.asDict() for row in by_reason.agg(*both, *sums).collect()]
        contactable = people.where("not_contactable_reason is null")
        of_provider = contactable.groupBy(F.coalesce(PROVIDER, F.lit(NO_PROVIDER)).alias(PROVIDER))
        providers = [row.asDict() for row in of_provider.agg(*[F.count_if(n).alias(n) for n in flags]).collect()]
        sample = [
            [r["person_id"] for r in people.where(name).orderBy("person_id").limit(N_SAMPLED).collect()]
            for name in flags
        ]
        return previews_of(
            rules,
            view.as_of,
            view.settings.currency,
            Counts(counted, providers, _read_overlaps(view, people, flags), sample, engine, has_cost="cost" in added),
        )


def people_of_definitions(view: View, definitions: Definitions, of_schemes: Iterable[str] = ()) -> DataFrame:
    """Everybody, with the values used by the definitions and by some schemes."""
    needed = needed_columns(definitions, of_schemes)
    people = people_for_segments(view, view.context[BEHAVIOUR_MODEL], needed, sequences_in(definitions))
    return people.select(*[c for c in people.columns if c in needed])


def _read_overlaps(view: View, people: DataFrame, flags: Sequence[str]) -> list[dict[str, Any]]:
    """The day's stored segments with the people of each flag: at most as many rows as segments."""
    stored = view.read_day(gold.SEGMENTS, view.as_of)
    joined = stored.join(people.select("person_id", *flags), on="person_id", how="inner")
    counted = joined.groupBy("scheme", "segment_name").agg(*[F.count_if(name).alias(name) for name in flags])
    return [row.asDict() for row in counted.collect()]


def read_person(workspace: Workspace, person: str, day: date, sequences: Sequence[Followed] = ()) -> dict[str, Any]:
    """All values used by definitions and some sequences, for one person on a stored day, even if its features are no
    longer kept."""
    lake = with_session(workspace, session_for(workspace, "segspark explain", is_short=True))
    with look(REPLAY, workspace, lake, day) as view:
        people = people_for_segments(with_day(view), view.context[BEHAVIOUR_MODEL], sequences=sequences)
        row = people.where(F.col("person_id") == person).first()
    return row.asDict() if row is not None else {}


def plan_by_spark(workspace: Workspace, as_of: date | None) -> list[dict[str, Any]]:
    """The answers of query/plan.py."""
    check_environment(workspace.lake, writes=False)
    session = session_for(workspace, f"segspark {workspace.name} plan")
    return plan_segments(workspace, with_session(workspace, session), as_of)


def plan_segments(workspace: Workspace, lake: SparkLake, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's current definitions would change on a stored day."""
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_segments(view, as_of)) as view:
        stored = view.read_day(gold.SEGMENTS, view.as_of).where(
            F.col("scheme").isin(*[scheme.name for scheme, _ in written_schemes()])
        )
        definitions = view.context[DEFINITIONS]
        context = SchemeContext(view, definitions, F)
        written = dict(written_schemes())
        values = (value for scheme in written for value in scheme.values(context))
        people = view.checkpoint(people_of_definitions(view, definitions, values))
        today = memberships({scheme: prepare(scheme, context, people) for scheme in written}, people, view.as_of)
        keys = ["person_id", "scheme", "segment_id"]
        now = today.select(
            *keys, F.col("segment_name").alias("new_name"), F.col("definition_version").alias("new_version")
        )
        was = stored.select(
            *keys, F.col("segment_name").alias("old_name"), F.col("definition_version").alias("old_version")
        )
        is_now, is_old = F.col("new_version").isNotNull(), F.col("old_version").isNotNull()
        rows = (
            now.join(was, on=keys, how="full_outer")
            .groupBy("scheme", "segment_id")
            .agg(
                F.max("new_name").alias("new_name"),
                F.max("old_name").alias("old_name"),
                F.max("new_version").alias("new_version"),
                F.max("old_version").alias("old_version"),
                F.count_if(is_old).alias("before"),
                F.count_if(is_now).alias("after"),
                F.count_if(is_now & ~is_old).alias("entered"),
                F.count_if(is_old & ~is_now).alias("left"),
            )
            .collect()
        )
        return changes_of(view, definitions, [row.asDict() for row in rows])
