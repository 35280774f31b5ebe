"""What a definition would give, before it is published: sizes, overlaps, who would move. Nothing is written."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.flows.catalogue import load_catalogue
from segspark.flows.flow import Run
from segspark.flows.segments import SEGMENTS, definitions_of, needed_columns, people_for_segments, sequences_in
from segspark.models.tracking import load_champion
from segspark.segments.check import faults_in
from segspark.segments.definitions import Definitions, Levels, Rule
from segspark.segments.faults import raise_faults
from segspark.segments.load import load_rules, resolve_rules
from segspark.segments.membership import assign_segments, read_path_sizes, roll_up, rule_segments
from segspark.segments.registry import mint
from segspark.segments.rules.compile import to_column
from segspark.segments.values import acts_of, values_of
from segspark.tables import gold
from segspark.tables.delta import Lake

N_SAMPLED = 5
# Pairs of segments are counted in one pass, an expression each.
MOST_PREVIEWED = 40
EDITABLE = ("levels", "rules")


def rules_named(run: Run, target: str) -> tuple[Rule, ...]:
    """The workspace's rule of a name, or all rules of a YAML or Python file.

    Raises:
        ConfigError: neither, or wrong definitions.
    """
    path = Path(target)
    if path.suffix in (".yaml", ".yml", ".py"):
        # From where the command is given, or within the workspace.
        here = path if path.exists() else run.workspace.folder / path
        rules = tuple(resolve_rules(load_rules(here), definitions_of(run).rules))
    else:
        known = definitions_of(run).rules
        rules = tuple(r for r in known if target in (r.key, *r.name.values()))
        if not rules:
            names = ", ".join(r.key for r in known)
            raise ConfigError(f"There is no rule {target!r} and no such file. Rules of the workspace: {names}.")
    if len(rules) > MOST_PREVIEWED:
        raise ConfigError(f"{target} holds {len(rules)} segments; at most {MOST_PREVIEWED} are previewed together.")
    catalogue = load_catalogue(run.workspace)
    raise_faults(faults_in(Definitions(None, rules), values_of(catalogue), acts_of(catalogue)))
    return rules


def preview(workspace: Workspace, lake: Lake, target: str, as_of: date | None) -> list[dict[str, Any]]:
    """Sizes of rules on a day, from its stored features and scores.

    Args:
        target: name of a rule of the workspace, or a file with ``segments``.
        as_of: a day with features; the newest by default.

    Returns:
        One row per rule: name, as_of, people, contactable, left_out (reason -> people), among_previewed (name ->
        people in both), overlaps (stored segments of the day with people in both, the largest first) and sample
        (some person_ids).
    """
    run = Run(workspace, lake, _day(lake, as_of), SEGMENTS)
    rules = rules_named(run, target)
    columns = [f"in_{at}" for at in range(len(rules))]
    everybody = _people(run, Definitions(None, rules))
    flags = [to_column(rule.when).alias(c) for rule, c in zip(rules, columns, strict=True)]
    inside = everybody.select("person_id", "not_contactable_reason", *flags)
    people = inside.where(" or ".join(columns)).localCheckpoint()
    both = [
        F.sum((F.col(a) & F.col(b)).cast("int")).alias(f"{a}_{b}") for i, a in enumerate(columns) for b in columns[i:]
    ]
    by_reason = people.groupBy(F.coalesce("not_contactable_reason", F.lit("contactable")).alias("reason"))
    counted = by_reason.agg(*both).collect()
    overlaps = _overlaps(run, people, columns)

    def shared(i: int, j: int) -> int:
        return sum(row[f"in_{min(i, j)}_in_{max(i, j)}"] for row in counted)

    found = []
    for at, (rule, column) in enumerate(zip(rules, columns, strict=True)):
        of_reason = {r["reason"]: r[f"{column}_{column}"] for r in counted if r[f"{column}_{column}"]}
        sample = people.where(column).orderBy("person_id").select("person_id").limit(N_SAMPLED).collect()
        others = {r.key: shared(at, other) for other, r in enumerate(rules) if other != at}
        found.append(
            {
                "name": rule.key,
                "as_of": run.as_of,
                "people": sum(of_reason.values()),
                "contactable": of_reason.pop("contactable", 0),
                "left_out": dict(sorted(of_reason.items())),
                "among_previewed": others,
                "overlaps": overlaps[column],
                "sample": [r["person_id"] for r in sample],
            }
        )
    return found


def plan_segments(workspace: Workspace, lake: Lake, as_of: date | None) -> list[dict[str, Any]]:
    """What publishing the workspace's definitions, as they are now, would change on a day that is stored.

    Returns:
        One row per segment of levels and rules that is new, gone, redefined or would move somebody: scheme, segment,
        change (``new``, ``gone``, ``redefined``, or ``same`` where only its people move), before, after, entered,
        left, is_breaking (whoever names the segment will not find it any more).

    Raises:
        GateClosed: the day has no segments to compare with.
    """
    run = Run(workspace, lake, _day(lake, as_of), SEGMENTS)
    stored = run.read_day(gold.SEGMENTS, run.as_of).where(F.col("scheme").isin(*EDITABLE))
    if run.as_of not in lake.days(gold.SEGMENTS):
        raise GateClosed(
            f"There are no segments of {run.as_of} to compare with. Run: segspark run daily --as-of {run.as_of}"
        )
    definitions = definitions_of(run)
    people = _people(run, definitions).localCheckpoint()
    placed = None
    if definitions.levels is not None:
        placed = roll_up(read_path_sizes(people, definitions.levels), workspace.segments.least_people)
    today = assign_segments(people, definitions, placed, [], run.as_of, workspace.language)
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
    found = [_planned(row.asDict(), row["segment_id"] in defined) for row in rows]
    met = {row["segment_id"] for row in rows}
    # A rule that nobody fulfils has no rows.
    found += [
        {"scheme": "rules", "segment": r.name[workspace.language], "change": "new", "before": 0, "after": 0,
         "entered": 0, "left": 0, "is_breaking": False}
        for r in definitions.rules
        if mint("rules", r.key) not in met and not _is_registered(lake, mint("rules", r.key))
    ]  # fmt: skip
    # All levels are one definition: of a change of it those groups are told that people enter or leave.
    changed = [
        r
        for r in found
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
    """Ids of every segment that the levels can give: each path of groups, and each beginning of one."""
    keys = [[g.key for g in level.groups] for level in levels.levels] if levels else []
    paths = (path for depth in range(1, len(keys) + 1) for path in product(*keys[:depth]))
    return {mint("levels", "/".join(path)) for path in paths}


def _is_registered(lake: Lake, segment_id: str) -> bool:
    return segment_id in lake.read_small(gold.SEGMENT_REGISTRY, columns=["segment_id"])["segment_id"].to_pylist()


def _day(lake: Lake, as_of: date | None) -> date:
    days = lake.days(gold.FEATURES)
    if not days:
        raise GateClosed(f"The lake at {lake.root} has no features yet. Run: segspark run daily --as-of DATE")
    if as_of is not None and as_of not in days:
        raise ConfigError(f"There are no features of {as_of}; stored days are {days[0]} to {days[-1]}.")
    return as_of or days[-1]


def _people(run: Run, definitions: Definitions) -> DataFrame:
    """Everybody with what the definitions look at."""
    needed = needed_columns(definitions)
    behaviour = load_champion(run.workspace.mlflow, f"{run.workspace.name}_behaviour", run.as_of)
    people = people_for_segments(run, behaviour, needed, sequences_in(definitions))
    return people.select(*[c for c in people.columns if c in needed])


def _overlaps(run: Run, people: DataFrame, columns: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Per flag column, the day's stored segments that hold some of its people: at most as many rows as segments."""
    stored = run.read_day(gold.SEGMENTS, run.as_of)
    sums = [F.sum(F.col(c).cast("int")).alias(c) for c in columns]
    joined = stored.join(people.select("person_id", *columns), on="person_id", how="inner")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in joined.groupBy("scheme", "segment_name").agg(*sums).collect():
        for column in columns:
            if row[column]:
                found[column].append({"scheme": row["scheme"], "segment": row["segment_name"], "people": row[column]})
    return {c: sorted(found[c], key=lambda r: (-r["people"], r["scheme"], r["segment"])) for c in columns}
