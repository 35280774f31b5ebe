"""What publishing the current definitions would change. Nothing is written."""

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from segspark.app.run import check_workspace
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.ids import mint
from segspark.pipeline.view import View, look
from segspark.query.preview import PREVIEW, day_with_features, people_of_definitions
from segspark.segments.definitions import Levels
from segspark.segments.membership import assign_segments, read_path_sizes, roll_up, rule_segments
from segspark.segments.resources import DEFINITIONS
from segspark.spark.session import session_for
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

EDITABLE = ("levels", "rules")


def plan_segments(workspace: Workspace, lake: SparkLake, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's current definitions would change on a stored day.

    Returns:
        One row per segment of levels and rules that is new, gone, redefined or would move somebody: scheme, segment,
        change (``new``, ``gone``, ``redefined``, or ``same`` if only its people move), before, after, entered,
        left, is_breaking (references to the segment would no longer work).

    Raises:
        GateClosed: the day has no segments to compare with.
    """
    view = look(PREVIEW, workspace, lake)
    view = view.on(day_with_features(view, as_of))
    stored = view.read_day(gold.SEGMENTS, view.as_of).where(F.col("scheme").isin(*EDITABLE))
    if view.as_of not in view.facts(gold.SEGMENTS).days:
        raise GateClosed(
            f"There are no segments of {view.as_of} to compare with. Run: segspark run daily --as-of {view.as_of}"
        )
    definitions = view.context[DEFINITIONS]
    people = people_of_definitions(view, definitions).localCheckpoint()
    placed = None
    if definitions.levels is not None:
        placed = roll_up(read_path_sizes(people, definitions.levels), workspace.segments.least_people)
    today = assign_segments(people, definitions, placed, [], view.as_of, workspace.language)
    keys = ["person_id", "scheme", "segment_id"]
    now = today.select(*keys, F.col("segment_name").alias("new_name"), F.col("definition_version").alias("new_version"))
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
    defined = {r.segment_id for r in rule_segments(definitions.rules)} | level_ids(definitions.levels)
    rows_of_plan = [_planned(row.asDict(), row["segment_id"] in defined) for row in rows]
    met = {row["segment_id"] for row in rows}
    # A rule that matches nobody has no rows.
    rows_of_plan += [
        {"scheme": "rules", "segment": r.name[workspace.language], "change": "new", "before": 0, "after": 0,
         "entered": 0, "left": 0, "is_breaking": False}
        for r in definitions.rules
        if mint("rules", r.key) not in met and not _is_registered(view, mint("rules", r.key))
    ]  # fmt: skip
    # All levels are one definition: after a change only the groups that people enter or leave are listed.
    changed = [
        r
        for r in rows_of_plan
        if r["entered"]
        or r["left"]
        or r["change"] in ("new", "gone")
        or (r["change"], r["scheme"]) == ("redefined", "rules")
    ]
    return sorted(changed, key=lambda r: (r["scheme"], not r["is_breaking"], -r["entered"] - r["left"], r["segment"]))


def _planned(row: dict[str, Any], is_defined: bool) -> dict[str, Any]:
    change = "same" if row["new_version"] == row["old_version"] else "redefined"
    if row["old_version"] is None:
        change = "new"
    elif not is_defined:
        change = "gone"
    elif row["new_version"] is None:
        change = "redefined"
    return {
        "scheme": row["scheme"],
        "segment": row["new_name"] or row["old_name"],
        "change": change,
        **{n: row[n] for n in ("before", "after", "entered", "left")},
        "is_breaking": change == "gone",
    }


def level_ids(levels: Levels | None) -> set[str]:
    """Ids of all possible segments of the levels: each path of groups, and each prefix of one."""
    keys = [[g.key for g in level.groups] for level in levels.levels] if levels else []
    paths = (path for depth in range(1, len(keys) + 1) for path in product(*keys[:depth]))
    return {mint("levels", "/".join(path)) for path in paths}


def _is_registered(view: View, segment_id: str) -> bool:
    return segment_id in view.read_small(gold.SEGMENT_REGISTRY, columns=["segment_id"])["segment_id"].to_pylist()


def plan_definitions(config: Path, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's definitions would change."""
    workspace = open_workspace(config)
    check_workspace(workspace, as_of or date.today())
    session = session_for(workspace, f"segspark {workspace.name} plan")
    return plan_segments(workspace, SparkLake(workspace.lake, session), as_of)
