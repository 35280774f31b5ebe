"""Explain why a person is in each of its segments, with the values of the day."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pipeline.view import Question, View, look
from segspark.pseudonyms import Pseudonymiser
from segspark.query.look import rule_definition
from segspark.reports.labels import feature_label
from segspark.segments.explain import explain as explain_tree
from segspark.segments.lookup import find_segment, newest_day
from segspark.segments.narrative import narrative
from segspark.segments.rules.tree import Always, And, Followed, Node, Not, from_json, sequences
from segspark.sources.resources import EXISTING_KEY
from segspark.tables.contracts import gold, silver
from segspark.tables.lake import Lake

EXPLAIN = Question(
    "explain",
    ("gold.segments", "gold.segment_registry", "gold.definitions", "silver.identity_links"),
    (EXISTING_KEY,),
)


def explain(
    workspace: Workspace, person: str, as_of: date | None, language: str | None, segment: str | None = None
) -> list[dict[str, Any]]:
    """Every membership of a person on a day, with each condition of its definition and the value it had.

    Args:
        person: a person_id, or an e-mail address, which is looked up by its pseudonym and never shown.
        segment: an additional rule to explain, even if the person is not in it; if a single condition fails,
            ``would_need`` is that condition.

    Raises:
        ConfigError: the day has no such person, or the segment is not a rule.
    """

    view = look(EXPLAIN, workspace, Lake(workspace.lake))
    day = newest_day(view, as_of)
    person = _person_of(view, person, day) if "@" in person else person
    memberships = view.read_small(gold.SEGMENTS, filters=[("segment_date", "=", day), ("person_id", "=", person)])
    if not memberships.num_rows:
        raise ConfigError(
            f"There is nobody {person!r} in the segments of {day}; a person_id has 32 hexadecimal digits."
        )
    contents = {
        d["definition_version"]: json.loads(d["content"]) for d in view.read_small(gold.DEFINITIONS).to_pylist()
    }
    asked = _asked_for(view, segment, memberships.to_pylist()) if segment else None
    rows = sorted(memberships.to_pylist(), key=lambda r: (r["scheme"], r["segment_name"]))
    trees = [_trees_of(row, contents[row["definition_version"]]) for row in rows]
    looked_at = [tree[0] for tree in trees if tree]
    if asked is not None:
        looked_at.append(from_json(asked[1]["when"]))
    values = read_person(workspace, person, day, sequences(looked_at))
    spoken = language or workspace.language
    names = {r["segment_id"]: r[f"name_{spoken}"] for r in view.read_small(gold.SEGMENT_REGISTRY).to_pylist()}

    def say(tree: Node, name: str) -> str:
        return narrative(tree, values, spoken, name, lambda n: feature_label(n, "en" if spoken == "en" else "fr"))

    explanations = []
    for row, tree in zip(rows, trees, strict=True):
        lines = explain_tree(tree[0], values, spoken).lines if tree else _grouped(row, values)
        explanations.append(
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
        explanation = explain_tree(wanted, values, spoken)
        explanations.append(
            {
                "scheme": "rules",
                "segment_name": registered[f"name_{spoken}"],
                "segment_id": registered["segment_id"],
                "branch_id": None,
                "definition_version": None,
                "sentence": say(wanted, registered[f"name_{spoken}"]),
                "lines": list(explanation.lines),
                "would_need": explanation.would_need,
            }
        )
    return explanations


def _person_of(view: View, email: str, day: date) -> str:
    """The person of an address, by the links known on a day."""
    pseudonyms = Pseudonymiser(view.context[EXISTING_KEY])
    identifier = pseudonyms.identifier_id("email", email) or ""
    links = view.read_small(silver.IDENTITY_LINKS, filters=[("identifier_id", "=", identifier)]).to_pylist()
    known = [r for r in links if r["known_as_of"] <= day]
    if not known:
        raise ConfigError(f"The address is not known on {day}: no source brought it before, or with another key.")
    return str(max(known, key=lambda r: (r["known_as_of"], r.get("step") or 0))["person_id"])


def _asked_for(
    view: View, segment: str, memberships: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The registry row and the newest definition of the requested rule, unless the person is in it anyway."""
    row = find_segment(view, segment)
    if any(m["segment_id"] == row["segment_id"] for m in memberships):
        return None
    definition = rule_definition(view, row)
    if definition is None:
        raise ConfigError(f"{segment!r} is of the scheme {row['scheme']}; only rules are explained to those outside.")
    return row, {"when": definition}


def _trees_of(row: dict[str, Any], content: Any) -> tuple[Node, Node] | None:
    """The deciding condition tree, and the part of it for the sentence. For levels the tree holds the groups of the
    person's path and those tried before them; the sentence uses the latter only if there is nothing else."""
    if row["scheme"] == "rules":
        return (tree := from_json(content["when"])), tree
    if row["scheme"] != "levels":
        return None
    whole: list[Node] = []
    shown: list[Node] = []
    n_told = len(row["path"].split("/"))
    for depth, (level, key) in enumerate(
        zip(content, row["branch_id"].removesuffix(":rolled_up").split("/"), strict=True)
    ):
        at = next(at for at, g in enumerate(level["groups"]) if g["key"] == key)
        chosen = from_json(level["groups"][at]["when"])
        failed = [Not(from_json(g["when"])) for g in level["groups"][:at]]
        own = [] if isinstance(chosen, Always) else [chosen]
        whole += [*failed, *own]
        # People who were rolled up are in the group of the level above.
        shown += (own or failed) if depth < n_told else []
    return And(tuple(whole)), And(tuple(shown))


def _grouped(row: dict[str, Any], values: dict[str, Any]) -> list[str]:
    if row["scheme"] == "rfm":
        shown = ("recency", "frequency", "monetary", "days_since_order", "n_order_365d", "net_order_cents_365d")
    else:
        shown = ("cluster", "days_since_order", "n_order_365d", "n_visit_day_90d", "n_click_90d", "tenure_days")
    # Finding a person's neighbours would need all people, so the group is taken from the row.
    shown_values = {**values, "cluster": row["branch_id"]} if row["scheme"] == "rare" else values
    return [f"{name} = {shown_values.get(name)}" for name in shown]


def read_person(workspace: Workspace, person: str, day: date, sequences: Sequence[Followed] = ()) -> dict[str, Any]:
    """All values used by definitions and some sequences, for one person on a stored day, even if its features are no
    longer kept."""
    from pyspark.sql import functions as F

    from segspark.models.resources import BEHAVIOUR_MODEL
    from segspark.query.replay import REPLAY, with_day
    from segspark.segments.people import people_for_segments
    from segspark.spark.session import session_for
    from segspark.tables.io.spark_lake import SparkLake

    lake = SparkLake(workspace.lake, session_for(workspace, "segspark explain", is_short=True))
    with look(REPLAY, workspace, lake, day) as view:
        people = people_for_segments(with_day(view), view.context[BEHAVIOUR_MODEL], sequences=sequences)
        row = people.where(F.col("person_id") == person).first()
    return row.asDict() if row is not None else {}
