"""Replay a stored version of a definition on a past day, with what was known that day; nothing is written.

Of days whose features are kept, a version is replayed without a JVM: the groups that a model found are those that
gold.people keeps, if the version in use for the day gave them; else Spark applies the model. If the features of the day are
no longer kept, they and the scores are recomputed from tiles and corrections. Scores that an earlier release made by other
rules are computed again too: a version is replayed by the rules that it has today.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.functions import Column
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import ConfigError, GateClosed
from segspark.features.resources import CATALOGUE
from segspark.models.registry import MODELS
from segspark.models.resources import ACTIVE_CLUSTERING, OWN_MODELS, models_in_use
from segspark.near import find_named
from segspark.pipeline.context import Resource
from segspark.pipeline.view import Question, View, look
from segspark.query.duck.given import check_given
from segspark.query.duck.memberships import versioned_memberships
from segspark.scoring.cells import is_scored_otherwise
from segspark.segments.definitions import Definitions
from segspark.segments.resources import CALENDAR
from segspark.segments.schemes.registry import SCHEMES, needs_of
from segspark.segments.schemes.scheme import Scheme
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake


def needs() -> tuple[Resource[Any], ...]:
    """What a replay looks up, with what the schemes do."""
    own = (CATALOGUE, CALENDAR, *models_in_use(MODELS.all()), OWN_MODELS, ACTIVE_CLUSTERING)
    return tuple(dict.fromkeys((*own, *needs_of(SCHEMES.all()))))


REPLAY = Question(
    name="replay",
    reads=(
        "gold.people",
        "gold.features",
        "gold.activity_daily",
        "gold.activity_corrections",
        "gold.scores",
        "silver.profiles",
        "silver.identity_links",
        "silver.consents",
        "silver.events",
        "silver.objections",
        "privacy.identities",
        "gold.activity_items",
        "gold.segments",
        "gold.definitions",
        "ops.runs",
        "gold.item_last_days",
    ),
    needs=needs,
)
STORED, AGAIN = "stored", "made again from tiles and corrections"
SCORED_AGAIN = "stored, with scores made again by today's rules"


def find_version(view: View, wanted: str, as_of: date) -> dict[str, Any]:
    """The row of gold.definitions of a version or name.

    Raises:
        ConfigError: there is none; lists what exists.
    """
    rows = view.read_small(gold.DEFINITIONS).to_pylist()
    matches = [r for r in rows if r["definition_version"] == wanted]
    if not matches:
        called = find_named(
            "definition or version", wanted, sorted({str(r["name"]) for r in rows}), lambda name: (name,)
        )
        named = [r for r in rows if r["name"] == called]
        of_day: list[tuple[str, str, object]] = [("segment_date", "=", as_of)]
        in_use = set(view.read_small(gold.SEGMENTS, of_day, ["definition_version"])["definition_version"].to_pylist())
        matches = [r for r in named if r["definition_version"] in in_use]
        matches = matches or sorted((r for r in named if r["first_date"] <= as_of), key=lambda r: r["first_date"])[-1:]
        if named and not matches:
            first = min(r["first_date"] for r in named)
            raise ConfigError(f"{wanted!r} was first used for {first}; name a version to use it on {as_of}.")
    return dict(matches[0])


def replay_version(config: Path, version: str, as_of: date) -> dict[str, Any]:
    """Replay a stored version of a definition on a past day: what replay_by_spark.replay gives, and by which engine, with
    the reason if it is Spark."""
    workspace = open_workspace(config)
    lake = open_lake(workspace)
    try:
        return {**replay_stored(workspace, lake, version, as_of), "engine": "DuckDB"}
    except OnlyBySpark as why:
        from segspark.query.replay_by_spark import replay
        from segspark.spark.environment import check_environment
        from segspark.spark.session import session_for
        from segspark.tables.open import with_session

        check_environment(workspace.lake, writes=False)
        session = session_for(workspace, f"segspark {workspace.name} replay")
        found = replay(workspace, with_session(workspace, session), version, as_of)
        return {**found, "engine": f"Spark: {why}"}


def replay_stored(workspace: Workspace, lake: Lake, wanted: str, as_of: date) -> dict[str, Any]:
    """What replay_by_spark.replay gives, of a day whose features, people and scores are kept.

    Raises:
        ConfigError: no such version.
        GateClosed: the version can no longer be computed.
        OnlyBySpark: they are not, or another version of a model gave the groups that are stored.
    """
    with look(REPLAY, workspace, lake, as_of) as view:
        version = find_version(view, wanted, as_of)
        scheme = SCHEMES.find(version["scheme"])
        if scheme.written is None and not scheme.any_engine:
            raise OnlyBySpark(f"{scheme.name} is made by functions of Spark alone")
        if as_of not in view.facts(gold.FEATURES).days or as_of not in view.facts(gold.SCORES).days:
            raise OnlyBySpark(f"the features of {as_of} are not kept")
        if is_scored_otherwise(view):
            raise OnlyBySpark(f"the scores of {as_of} were made by other rules than today's")
        with Database(view) as database:
            found, in_use = versioned_memberships(database, view, definitions_of(scheme, version), [scheme])
            check_in_use(scheme, version, in_use, as_of)
            found = found.computed()
            if scheme.stored_as:
                check_given(database, view, scheme, found)
            segments = database.rows(_compared(database, view, found.query, version))
        return {
            **{k: version[k] for k in ("definition_version", "scheme", "name")},
            "as_of": as_of,
            "features": STORED,
            "is_written": any(s["stored"] for s in segments),
            "segments": sorted(segments, key=lambda r: (-r["people"], r["segment_name"])),
        }


def definitions_of(scheme: Scheme, version: Mapping[str, Any]) -> Definitions:
    """The stored version of a scheme that people write; none of another scheme."""
    if scheme.written is None:
        return Definitions()
    return Definitions({scheme.name: (scheme.written.parse(json.loads(version["content"])),)})


def check_in_use(scheme: Scheme, version: Mapping[str, Any], in_use: Sequence[str], as_of: date) -> None:
    """
    Raises:
        GateClosed: the version follows from settings or a model that are others now.
    """
    if scheme.written is None and version["definition_version"] not in in_use:
        raise GateClosed(
            f"{scheme.name} of version {version['definition_version']} follows from settings or a model that is not in use "
            f"for {as_of}; in use is {in_use[0] if in_use else 'none'}."
        )


def _compared(database: Database, view: View, ours: exp.Query, version: Mapping[str, Any]) -> exp.Query:
    """Both sides per segment: what the version gives, and what was written by it then."""
    f, keys = database.f, ["person_id", "segment_id", "branch_id"]
    day = view.as_of.isoformat()
    stored = database.table(
        gold.SEGMENTS, [*keys, "segment_name", "definition_version"], lambda p: str(p["segment_date"]) == day
    )
    named = [f.col(k).node for k in keys]
    now = exp.select(
        *named, f.col("segment_name").node, f.col("is_contactable").node, f.lit(True).alias("is_ours").node
    ).from_(ours.subquery("rows"))  # fmt: skip
    then = exp.select(*named, f.col("segment_name").alias("name_then").node, f.lit(True).alias("was").node).from_(
        stored.subquery("rows")
    )
    then = then.where((f.col("definition_version") == f.lit(version["definition_version"])).node)
    both = exp.select(exp.Star()).from_(now.subquery("now")).join(
        then.subquery("was"), using=[exp.to_identifier(k) for k in keys], join_type="full"
    )  # fmt: skip

    is_ours, was = f.coalesce("is_ours", f.lit(False)), f.coalesce("was", f.lit(False))
    name = Column(exp.Max(this=f.coalesce("segment_name", "name_then").node)).alias("segment_name").node
    counts = [
        f.count_if(is_ours).alias("people").node,
        f.count_if(f.coalesce("is_contactable", f.lit(False))).alias("contactable").node,
        f.count_if(was).alias("stored").node,
        f.count_if(is_ours & was).alias("same").node,
    ]
    by = f.col("segment_id").node
    return exp.select(by, name, *counts).from_(both.subquery("both")).group_by(by)
