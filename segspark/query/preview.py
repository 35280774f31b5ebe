"""Preview of a definition before it is published: sizes and overlaps. Nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.config.url import why_no_path, without_file
from segspark.errors import ConfigError, GateClosed
from segspark.features.resources import CATALOGUE, load_catalogue
from segspark.models.columns import column_models
from segspark.models.resources import BEHAVIOUR_MODEL, models_in_use
from segspark.pipeline.context import Resource
from segspark.pipeline.view import Question, View, look
from segspark.segments.check import issues_in
from segspark.segments.definitions import Definitions, Rule
from segspark.segments.flow import SEGMENTS
from segspark.segments.people import needed_columns, people_for_segments, sequences_in
from segspark.segments.references import resolve_rules
from segspark.segments.resources import CALENDAR, DEFINITIONS, definitions_of
from segspark.segments.rule_files import load_rules
from segspark.segments.rules.columns import to_column
from segspark.segments.schemes.registry import conditions_of, needs_of, written_schemes
from segspark.segments.validation_errors import raise_issues
from segspark.segments.values import acts_of, values_of
from segspark.spark.environment import check_environment
from segspark.spark.session import session_for
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.open import with_session


def needs() -> tuple[Resource[Any], ...]:
    """What previews look up, with what the schemes do whose definitions people write."""
    written = needs_of(scheme for scheme, _ in written_schemes())
    return tuple(
        dict.fromkeys((CATALOGUE, DEFINITIONS, CALENDAR, BEHAVIOUR_MODEL, *models_in_use(column_models()), *written))
    )


PREVIEW = Question("preview", (*SEGMENTS.reads, *SEGMENTS.reads_earlier, *SEGMENTS.writes), needs)
N_SAMPLED = 5
# Pairs of segments are counted in one pass, with an expression per pair.
MOST_PREVIEWED = 40


@dataclass(frozen=True)
class Overlap:
    """People whom a previewed segment shares with a stored one."""

    scheme: str
    segment: str
    people: int


def rules_named(workspace: Workspace, target: str) -> tuple[Rule, ...]:
    """The workspace's rule of this name, or all rules of a YAML or Python file.

    Raises:
        ConfigError: neither exists, or the definitions are invalid.
    """
    if why := why_no_path(target):
        raise ConfigError(f"{target}: {why}.")
    path = Path(without_file(target))
    if path.suffix in (".yaml", ".yml", ".py"):
        # Relative to the current folder, or to the workspace.
        here = path if path.exists() else workspace.folder / path
        rules = tuple(resolve_rules(load_rules(here), conditions_of(definitions_of(workspace))))
    else:
        known = conditions_of(definitions_of(workspace))
        rules = tuple(r for r in known if target in (r.key, *r.name.values()))
        if not rules:
            names = ", ".join(r.key for r in known)
            raise ConfigError(f"There is no rule {target!r} and no such file. Rules of the workspace: {names}.")
    if len(rules) > MOST_PREVIEWED:
        raise ConfigError(f"{target} holds {len(rules)} segments; at most {MOST_PREVIEWED} are previewed together.")
    catalogue = load_catalogue(workspace)
    raise_issues(issues_in(Definitions({target: rules}), values_of(catalogue, workspace.models), acts_of(catalogue)))
    return rules


def preview(workspace: Workspace, lake: SparkLake, target: str, as_of: date | None) -> list[dict[str, Any]]:
    """Sizes of rules on a day, from its stored features and scores.

    Args:
        target: name of a rule of the workspace, or a file with ``segments``.
        as_of: a day with features; the newest by default.

    Returns:
        One row per rule: name, as_of, people, contactable, left_out (reason -> people), among_previewed (name ->
        people in both), overlaps (stored segments of the day with people in both, the largest first) and sample
        (some person_ids).
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view:
        rules = rules_named(workspace, target)
        columns = [f"in_{at}" for at in range(len(rules))]
        everybody = people_of_definitions(view, Definitions({target: rules}))
        flags = [to_column(rule.when, F).alias(c) for rule, c in zip(rules, columns, strict=True)]
        inside = everybody.select("person_id", "not_contactable_reason", *flags)
        people = view.checkpoint(inside.where(" or ".join(columns)))
        both = [
            F.sum((F.col(a) & F.col(b)).cast("int")).alias(f"{a}_{b}")
            for i, a in enumerate(columns)
            for b in columns[i:]
        ]
        by_reason = people.groupBy(F.coalesce("not_contactable_reason", F.lit("contactable")).alias("reason"))
        counted = by_reason.agg(*both).collect()
        overlaps = _overlaps(view, people, columns)

        def shared(i: int, j: int) -> int:
            return sum(row[f"in_{min(i, j)}_in_{max(i, j)}"] for row in counted)

        previews = []
        for at, (rule, column) in enumerate(zip(rules, columns, strict=True)):
            of_reason = {r["reason"]: r[f"{column}_{column}"] for r in counted if r[f"{column}_{column}"]}
            sample = people.where(column).orderBy("person_id").select("person_id").limit(N_SAMPLED).collect()
            others = {r.key: shared(at, other) for other, r in enumerate(rules) if other != at}
            previews.append(
                {
                    "name": rule.key,
                    "as_of": view.as_of,
                    "people": sum(of_reason.values()),
                    "contactable": of_reason.pop("contactable", 0),
                    "left_out": dict(sorted(of_reason.items())),
                    "among_previewed": others,
                    "overlaps": overlaps[column],
                    "sample": [r["person_id"] for r in sample],
                }
            )
        return previews


def day_with_features(view: View, as_of: date | None) -> date:
    """The given day, or the newest that has features."""
    days = view.facts(gold.FEATURES).days
    if not days:
        raise GateClosed("The lake has no features yet. Run: segspark run daily --as-of DATE")
    if as_of is not None and as_of not in days:
        raise ConfigError(f"There are no features of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]


def people_of_definitions(view: View, definitions: Definitions, of_schemes: Iterable[str] = ()) -> DataFrame:
    """Everybody, with the values used by the definitions and by some schemes."""
    needed = needed_columns(definitions, of_schemes)
    people = people_for_segments(view, view.context[BEHAVIOUR_MODEL], needed, sequences_in(definitions))
    return people.select(*[c for c in people.columns if c in needed])


def _overlaps(view: View, people: DataFrame, columns: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Per flag column, the day's stored segments that overlap it: at most as many rows as segments."""
    stored = view.read_day(gold.SEGMENTS, view.as_of)
    sums = [F.sum(F.col(c).cast("int")).alias(c) for c in columns]
    joined = stored.join(people.select("person_id", *columns), on="person_id", how="inner")
    overlaps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in joined.groupBy("scheme", "segment_name").agg(*sums).collect():
        for column in columns:
            if row[column]:
                overlaps[column].append(asdict(Overlap(row["scheme"], row["segment_name"], row[column])))
    return {c: sorted(overlaps[c], key=lambda r: (-r["people"], r["scheme"], r["segment"])) for c in columns}


def preview_rules(config: Path, target: str, as_of: date | None) -> list[dict[str, Any]]:
    """Sizes and overlaps of a rule of the workspace or of a file's rules."""
    workspace = open_workspace(config)
    rules_named(workspace, target)
    check_environment(workspace.lake, writes=False)
    session = session_for(workspace, f"segspark {workspace.name} preview")
    return preview(workspace, with_session(workspace, session), target, as_of)
