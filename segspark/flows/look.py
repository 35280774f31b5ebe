"""Looking at a lake without Spark: tables, segments, explanations."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.describe import plan_features
from segspark.flows.catalogue import load_catalogue
from segspark.flows.export import find_segment, newest_day
from segspark.flows.flow import Run, finished_runs
from segspark.flows.segments import SEGMENTS, definitions_of, is_provisional_day
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.reports.labels import feature_label
from segspark.segments.explain import explain as explain_tree
from segspark.segments.faults import DefinitionError, Fault
from segspark.segments.rules.tree import Always, And, Node, Not, from_json, sequences
from segspark.segments.sentence import sentence
from segspark.tables import gold, silver
from segspark.tables.catalogue import ALL
from segspark.tables.delta import Lake


def list_tables(workspace: Workspace) -> list[dict[str, Any]]:
    """One row per table of the contracts: rows, Delta version, grain, path."""
    lake = Lake(workspace.lake)
    return [
        {
            "table": c.name,
            "rows": lake.n_rows(c) if lake.exists(c) else None,
            "version": lake.version(c),
            "grain": c.grain,
            "path": lake.path(c),
        }
        for c in ALL
    ]


def segment_sizes(workspace: Workspace, as_of: date | None) -> list[dict[str, Any]]:
    """The segments of a day with their people, from the day's own partition."""
    lake = Lake(workspace.lake)
    day = newest_day(lake, as_of)
    rows = lake.read_small(
        gold.SEGMENTS,
        filters=[("segment_date", "=", day)],
        columns=["scheme", "segment_id", "segment_name", "is_contactable"],
    )
    rows = rows.set_column(3, "is_contactable", pc.cast(rows["is_contactable"], pa.int64()))
    grouped = rows.group_by(["scheme", "segment_id", "segment_name"]).aggregate(
        [("is_contactable", "count"), ("is_contactable", "sum")]
    )
    is_provisional = is_provisional_day(lake, day)
    found = [
        {
            "scheme": r["scheme"],
            "segment_name": r["segment_name"],
            "segment_id": r["segment_id"],
            "people": r["is_contactable_count"],
            "contactable": r["is_contactable_sum"],
            "segment_date": day,
            "is_provisional": is_provisional,
        }
        for r in grouped.to_pylist()
    ]
    return sorted(found, key=lambda r: (r["scheme"], -r["people"], r["segment_name"]))


def describe_segment(workspace: Workspace, name: str, as_of: date | None) -> dict[str, Any]:
    """One segment: names, size, definition, profile of the day."""
    lake = Lake(workspace.lake)
    row = find_segment(lake, name)
    day = newest_day(lake, as_of)
    size = next((r for r in segment_sizes(workspace, day) if r["segment_id"] == row["segment_id"]), None)
    profile = lake.read_small(gold.SEGMENT_PROFILES, filters=[("segment_date", "=", day)]).to_pylist()
    measures = [
        {
            name: p.get(name)
            for name in ("measure", "value", "low", "high", "rest_value", "p_value", "median", "z_score")
        }
        for p in profile
        if p["segment_id"] == row["segment_id"]
    ]
    definition = _definition(lake, row)
    return {
        "segment_id": row["segment_id"],
        "scheme": row["scheme"],
        "name_fr": row["name_fr"],
        "name_en": row["name_en"],
        "description": row[f"description_{workspace.language}"],
        "segment_date": day,
        "people": size["people"] if size else 0,
        "contactable": size["contactable"] if size else 0,
        "definition": json.dumps(definition, ensure_ascii=False) if definition else None,
        "profile": measures,
    }


def _definition(lake: Lake, row: dict[str, Any]) -> Any:
    if row["scheme"] != "rules":
        return None
    stored = lake.read_small(gold.DEFINITIONS).to_pylist()
    found = [d for d in stored if d["scheme"] == "rules" and d["name"] == row["segment_key"]]
    newest = max(found, key=lambda d: d["first_date"], default=None)
    return json.loads(newest["content"])["when"] if newest else None


def explain(
    workspace: Workspace, person: str, as_of: date | None, language: str | None, segment: str | None = None
) -> list[dict[str, Any]]:
    """Every membership of a person on a day, each condition of its definition with the value it had.

    Args:
        person: a person_id, or an e-mail address, which is looked for by its pseudonym and told to nobody.
        segment: a rule to explain besides, also where the person is not in it; where one condition alone fails,
            ``would_need`` is that condition.

    Raises:
        ConfigError: the day holds nobody of this id, or the segment is no rule.
    """
    from segspark.flows.start import read_person

    lake = Lake(workspace.lake)
    day = newest_day(lake, as_of)
    person = _person_of(workspace, lake, person, day) if "@" in person else person
    memberships = lake.read_small(gold.SEGMENTS, filters=[("segment_date", "=", day), ("person_id", "=", person)])
    if not memberships.num_rows:
        raise ConfigError(
            f"There is nobody {person!r} in the segments of {day}; a person_id has 32 hexadecimal digits."
        )
    contents = {
        d["definition_version"]: json.loads(d["content"]) for d in lake.read_small(gold.DEFINITIONS).to_pylist()
    }
    asked = _asked_for(lake, segment, memberships.to_pylist()) if segment else None
    rows = sorted(memberships.to_pylist(), key=lambda r: (r["scheme"], r["segment_name"]))
    trees = [_trees_of(row, contents[row["definition_version"]]) for row in rows]
    looked_at = [tree[0] for tree in trees if tree]
    if asked is not None:
        looked_at.append(from_json(asked[1]["when"]))
    values = read_person(workspace, person, day, sequences(looked_at))
    spoken = language or workspace.language
    names = {r["segment_id"]: r[f"name_{spoken}"] for r in lake.read_small(gold.SEGMENT_REGISTRY).to_pylist()}

    def say(tree: Node, name: str) -> str:
        return sentence(tree, values, spoken, name, lambda n: feature_label(n, "en" if spoken == "en" else "fr"))

    found = []
    for row, tree in zip(rows, trees, strict=True):
        lines = explain_tree(tree[0], values, spoken).lines if tree else _grouped(row, values)
        found.append(
            {
                "scheme": row["scheme"],
                "segment_name": names[row["segment_id"]],
                "segment_id": row["segment_id"],
                "branch_id": row["branch_id"],
                "definition_version": row["definition_version"],
                "sentence": say(tree[1], names[row["segment_id"]]) if tree else None,
                "lines": list(lines),
                "would_need": None,
            }
        )
    if asked is not None:
        registered, content = asked
        wanted = from_json(content["when"])
        said = explain_tree(wanted, values, spoken)
        found.append(
            {
                "scheme": "rules",
                "segment_name": registered[f"name_{spoken}"],
                "segment_id": registered["segment_id"],
                "branch_id": None,
                "definition_version": None,
                "sentence": say(wanted, registered[f"name_{spoken}"]),
                "lines": list(said.lines),
                "would_need": said.would_need,
            }
        )
    return found


def _person_of(workspace: Workspace, lake: Lake, email: str, day: date) -> str:
    """The person of an address by the links known on a day."""
    pseudonyms = Pseudonymiser(load_key(workspace.keys.environment, workspace.keys.file, create=False))
    identifier = pseudonyms.identifier_id("email", email) or ""
    links = lake.read_small(silver.IDENTITY_LINKS, filters=[("identifier_id", "=", identifier)]).to_pylist()
    known = [r for r in links if r["known_as_of"] <= day]
    if not known:
        raise ConfigError(f"The address is not known on {day}: no source brought it before, or with another key.")
    return str(max(known, key=lambda r: (r["known_as_of"], r.get("step") or 0))["person_id"])


def _asked_for(
    lake: Lake, segment: str, memberships: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The registry's row and the newest definition of a rule, unless the person is in it anyway."""
    row = find_segment(lake, segment)
    if any(m["segment_id"] == row["segment_id"] for m in memberships):
        return None
    definition = _definition(lake, row)
    if definition is None:
        raise ConfigError(f"{segment!r} is of the scheme {row['scheme']}; only rules are explained to those outside.")
    return row, {"when": definition}


def _trees_of(row: dict[str, Any], content: Any) -> tuple[Node, Node] | None:
    """The condition tree that decided, and what of it a sentence says: of levels, the groups of the person's own path
    and those that were tried before them, of which a sentence tells only where there is nothing else to tell."""
    if row["scheme"] == "rules":
        return (tree := from_json(content["when"])), tree
    if row["scheme"] != "levels":
        return None
    whole: list[Node] = []
    told: list[Node] = []
    n_told = len(row["path"].split("/"))
    for depth, (level, key) in enumerate(
        zip(content, row["branch_id"].removesuffix(":rolled_up").split("/"), strict=True)
    ):
        at = next(at for at, g in enumerate(level["groups"]) if g["key"] == key)
        chosen = from_json(level["groups"][at]["when"])
        failed = [Not(from_json(g["when"])) for g in level["groups"][:at]]
        own = [] if isinstance(chosen, Always) else [chosen]
        whole += [*failed, *own]
        # Who was rolled up stands in the group of the levels above.
        told += (own or failed) if depth < n_told else []
    return And(tuple(whole)), And(tuple(told))


def _grouped(row: dict[str, Any], values: dict[str, Any]) -> list[str]:
    if row["scheme"] == "rfm":
        shown = ("recency", "frequency", "monetary", "days_since_order", "n_order_365d", "net_order_cents_365d")
    else:
        shown = ("cluster", "days_since_order", "n_order_365d", "n_visit_day_90d", "n_click_90d", "tenure_days")
    # Near to whom somebody is would be looked for among all people; the row says what was found.
    found = {**values, "cluster": row["branch_id"]} if row["scheme"] == "rare" else values
    return [f"{name} = {found.get(name)}" for name in shown]


def check_definitions(workspace: Workspace) -> list[Fault]:
    """Every fault of the workspace's levels and rules; nothing is run."""
    try:
        definitions_of(Run(workspace, Lake(workspace.lake), date.min, SEGMENTS))
    except DefinitionError as error:
        return list(error.faults)
    return []


def plan_of_features(workspace: Workspace) -> dict[str, Any]:
    """What the next run does for the features as they are defined now.

    Returns:
        tiles: what happens to the tiles, in words; measures: features.describe.plan_features; columns: new columns of
        gold.features that the stored tiles carry already.
    """
    catalogue, lake = load_catalogue(workspace), Lake(workspace.lake)
    done = finished_runs(lake, "tiles")
    before: dict[str, str] = json.loads(done[-1]["outputs"]).get("measures", {}) if done else {}
    rows = plan_features(catalogue, before)
    days = lake.days(gold.ACTIVITY_DAILY)
    stored = set(lake.columns(gold.FEATURES))
    told = "the tiles carry every feature; nothing is read from silver again"
    if not days:
        told = "there are no tiles yet; the first run makes them"
    elif rows:
        told = f"all tiles, {days[0]} to {days[-1]}, are made again from silver"
    moved = {c for r in rows for c in r["features"].split(", ")}
    new = [c.name for c in catalogue.stored_columns() if stored and c.name not in stored and c.name not in moved]
    return {"tiles": told, "measures": rows if days else [], "columns": new}
