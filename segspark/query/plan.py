"""What publishing the current definitions would change. Nothing is written, and no JVM is started."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlglot import exp

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.duck.database import Database
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.pipeline.view import View, look
from segspark.query.duck.memberships import memberships
from segspark.query.targets import PREVIEW, day_with_features
from segspark.segments.definitions import Definitions
from segspark.segments.resources import DEFINITIONS, definitions_of
from segspark.segments.schemes.permission import segment_without
from segspark.segments.schemes.registry import written_schemes
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake


@dataclass(frozen=True)
class Planned:
    """A segment that publishing would change, with its people before and after."""

    scheme: str
    segment: str
    change: str
    before: int = 0
    after: int = 0
    entered: int = 0
    left: int = 0
    is_breaking: bool = False


def plan_definitions(config: Path, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's definitions would change."""
    workspace = open_workspace(config)
    # What is wrong with them is said before anything about the lake.
    definitions_of(workspace)
    try:
        return plan_segments(workspace, open_lake(workspace), as_of)
    except OnlyBySpark:
        from segspark.query.by_spark import plan_by_spark

        return plan_by_spark(workspace, as_of)


def plan_segments(workspace: Workspace, lake: Lake, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's current definitions would change on a stored day.

    Returns:
        One row per segment of a written definition that is new, gone, redefined or would move somebody: scheme, segment,
        change (``new``, ``gone``, ``redefined``, or ``same`` if only its people move), before, after, entered,
        left, is_breaking (references to the segment would no longer work).

    Raises:
        GateClosed: the day has no segments to compare with.
        OnlyBySpark: the lake or a definition has something that DuckDB does not read.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_segments(view, as_of)) as view, Database(view) as database:
        definitions = view.context[DEFINITIONS]
        written = [scheme for scheme, _ in written_schemes()]
        now = memberships(database, view, definitions, written).computed()
        return changes_of(view, definitions, database.rows(_compared(database, view, now.query)))


def day_with_segments(view: View, as_of: date | None) -> date:
    """
    Raises:
        GateClosed: the day has features and no segments.
    """
    day = day_with_features(view, as_of)
    if day not in view.facts(gold.SEGMENTS).days:
        raise GateClosed(f"There are no segments of {day} to compare with. Run: segspark run daily --as-of {day}")
    return day


def _compared(database: Database, view: View, now: exp.Query) -> exp.Query:
    """Both sides per segment."""
    f, keys = database.f, ["person_id", "scheme", "segment_id"]
    written = {scheme.name for scheme, _ in written_schemes()}
    stored = database.table(
        gold.SEGMENTS, [*keys, "segment_name", "definition_version"],
        lambda p: str(p["segment_date"]) == view.as_of.isoformat(),
    )  # fmt: skip

    def side(rows: exp.Query, prefix: str) -> exp.Select:
        columns = [f.col(k).node for k in keys]
        renamed = [f.col(c).alias(f"{prefix}_{c}").node for c in ("segment_name", "definition_version")]
        return exp.select(*columns, *renamed).from_(rows.subquery("rows"))

    was = side(stored, "old").where(exp.column("scheme").isin(*[f.lit(name).node for name in sorted(written)]))
    both = exp.select(exp.Star()).from_(side(now, "new").subquery("now")).join(
        was.subquery("was"), using=[exp.to_identifier(k) for k in keys], join_type="full"
    )  # fmt: skip
    is_now, is_old = f.col("new_definition_version").isNotNull(), f.col("old_definition_version").isNotNull()

    names = [("new_name", "new_segment_name"), ("old_name", "old_segment_name"),
             ("new_version", "new_definition_version"), ("old_version", "old_definition_version")]  # fmt: skip
    newest = [exp.alias_(exp.Max(this=f.col(column).node), name, quoted=True) for name, column in names]
    counts = [
        f.count_if(is_old).alias("before").node,
        f.count_if(is_now).alias("after").node,
        f.count_if(is_now & ~is_old).alias("entered").node,
        f.count_if(is_old & ~is_now).alias("left").node,
    ]
    by = [f.col("scheme").node, f.col("segment_id").node]
    return exp.select(*by, *newest, *counts).from_(both.subquery("both")).group_by(*by)


def changes_of(view: View, definitions: Definitions, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The plan, from what an engine compared.

    Args:
        rows: per segment of one of the sides: scheme, segment_id, new_name, old_name, new_version, old_version, before,
            after, entered, left.
    """
    written = dict(written_schemes())
    segments = [
        written[scheme].segments(definition)
        for scheme in written
        for definition in definitions.by_scheme.get(scheme.name, ())
    ]
    defined = {s.segment_id for of_definition in segments for s in of_definition}
    defined |= {s.segment_id for scheme in written if (s := segment_without(scheme)) is not None}
    alone = {of_definition[0].segment_id: of_definition[0] for of_definition in segments if len(of_definition) == 1}
    rows_of_plan = [_planned(row, row["segment_id"] in defined) for row in rows]
    # After a change of a definition of many segments only those that people enter or leave are listed.
    changed = [
        planned
        for row, planned in zip(rows, rows_of_plan, strict=True)
        if planned["entered"]
        or planned["left"]
        or planned["change"] in ("new", "gone")
        or (planned["change"] == "redefined" and row["segment_id"] in alone)
    ]
    met = {row["segment_id"] for row in rows}
    # A segment that nobody is in has no rows.
    changed += [
        asdict(Planned(s.scheme, s.name[view.settings.language], "new"))
        for s in alone.values()
        if s.segment_id not in met and not _is_registered(view, s.segment_id)
    ]
    return sorted(changed, key=lambda r: (r["scheme"], not r["is_breaking"], -r["entered"] - r["left"], r["segment"]))


def _planned(row: Mapping[str, Any], is_defined: bool) -> dict[str, Any]:
    change = "same" if row["new_version"] == row["old_version"] else "redefined"
    if row["old_version"] is None:
        change = "new"
    elif not is_defined:
        change = "gone"
    elif row["new_version"] is None:
        change = "redefined"
    counts = {n: row[n] for n in ("before", "after", "entered", "left")}
    return asdict(
        Planned(row["scheme"], row["new_name"] or row["old_name"], change, is_breaking=change == "gone", **counts)
    )


def _is_registered(view: View, segment_id: str) -> bool:
    return segment_id in view.read_small(gold.SEGMENT_REGISTRY, columns=["segment_id"])["segment_id"].to_pylist()
