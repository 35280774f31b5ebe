"""What publishing the current definitions would change. Nothing is written."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from segspark.app.run import check_workspace
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.pipeline.view import View, look
from segspark.query.preview import PREVIEW, day_with_features, people_of_definitions
from segspark.segments.resources import DEFINITIONS
from segspark.segments.schemes.permission import prepare, segment_without
from segspark.segments.schemes.prepare import memberships
from segspark.segments.schemes.registry import written_schemes
from segspark.segments.schemes.scheme import SchemeContext
from segspark.spark.session import session_for
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.open import with_session


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


def plan_segments(workspace: Workspace, lake: SparkLake, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's current definitions would change on a stored day.

    Returns:
        One row per segment of a written definition that is new, gone, redefined or would move somebody: scheme, segment,
        change (``new``, ``gone``, ``redefined``, or ``same`` if only its people move), before, after, entered,
        left, is_breaking (references to the segment would no longer work).

    Raises:
        GateClosed: the day has no segments to compare with.
    """
    view = look(PREVIEW, workspace, lake)
    with view.on(day_with_features(view, as_of)) as view:
        stored = view.read_day(gold.SEGMENTS, view.as_of).where(
            F.col("scheme").isin(*[scheme.name for scheme, _ in written_schemes()])
        )
        if view.as_of not in view.facts(gold.SEGMENTS).days:
            raise GateClosed(
                f"There are no segments of {view.as_of} to compare with. Run: segspark run daily --as-of {view.as_of}"
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
        segments = [
            written[scheme].segments(definition)
            for scheme in written
            for definition in definitions.by_scheme.get(scheme.name, ())
        ]
        defined = {s.segment_id for of_definition in segments for s in of_definition}
        defined |= {s.segment_id for scheme in written if (s := segment_without(scheme)) is not None}
        alone = {of_definition[0].segment_id: of_definition[0] for of_definition in segments if len(of_definition) == 1}
        rows_of_plan = [_planned(row.asDict(), row["segment_id"] in defined) for row in rows]
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
            asdict(Planned(s.scheme, s.name[workspace.language], "new"))
            for s in alone.values()
            if s.segment_id not in met and not _is_registered(view, s.segment_id)
        ]
        return sorted(
            changed, key=lambda r: (r["scheme"], not r["is_breaking"], -r["entered"] - r["left"], r["segment"])
        )


def _planned(row: dict[str, Any], is_defined: bool) -> dict[str, Any]:
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


def plan_definitions(config: Path, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's definitions would change."""
    workspace = open_workspace(config)
    check_workspace(workspace, as_of or date.today())
    session = session_for(workspace, f"segspark {workspace.name} plan")
    return plan_segments(workspace, with_session(workspace, session), as_of)
