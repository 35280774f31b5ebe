"""Explain why a person is in each of its segments, with the values of the day."""

import json
from datetime import date
from typing import Any

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pipeline.view import Question, View, look
from segspark.pseudonyms import Pseudonymiser
from segspark.query.explain_scores import explain_scores
from segspark.query.look import stored_condition
from segspark.query.person import read_person
from segspark.reports.labels import feature_label
from segspark.segments.explain import explain as explain_tree
from segspark.segments.fixed_groups import fixed_group
from segspark.segments.lookup import find_segment, newest_day
from segspark.segments.narrative import narrative
from segspark.segments.rules.tree import Node, sequences
from segspark.segments.rules.tree import names as names_in
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.scheme import Conditions, Values
from segspark.sources.resources import EXISTING_KEY
from segspark.tables.contracts import gold, silver
from segspark.tables.open import open_lake

EXPLAIN = Question(
    "explain",
    ("gold.segments", "gold.segment_registry", "gold.definitions", "gold.scores", "silver.identity_links"),
    (EXISTING_KEY,),
)


def explain(
    workspace: Workspace,
    person: str,
    as_of: date | None,
    language: str | None,
    segment: str | None = None,
    may_start_spark: bool = True,
) -> list[dict[str, Any]]:
    """Every membership of a person on a day, with each condition of its definition and the value it had; then each score
    of a model with what moved it most.

    Args:
        person: a person_id, or an e-mail address, which is looked up by its pseudonym and never shown.
        segment: a further segment to explain, even if the person is not in it; if a single condition fails,
            ``would_need`` is that condition.

    Raises:
        ConfigError: the day has no such person, or no single condition describes the segment.
        OnlyBySpark: Spark would have to answer, and may not be started.
    """

    lake = open_lake(workspace)
    view = look(EXPLAIN, workspace, lake)
    day = newest_day(view, as_of)
    person = _person_of(view, person, day) if "@" in person else person
    memberships = view.read_small(gold.SEGMENTS, filters=[("segment_date", "=", day), ("person_id", "=", person)])
    if not memberships.num_rows:
        raise ConfigError(f"Nobody in the segments of {day} has this person_id, which has 32 hexadecimal digits.")
    contents = {
        d["definition_version"]: json.loads(d["content"]) for d in view.read_small(gold.DEFINITIONS).to_pylist()
    }
    asked = _asked_for(view, segment, memberships.to_pylist()) if segment else None
    rows = sorted(memberships.to_pylist(), key=lambda r: (r["scheme"], r["segment_name"]))
    reasons = [_reason(row, contents[row["definition_version"]]) for row in rows]
    looked_at = [reason.tried for reason in reasons if isinstance(reason, Conditions)]
    if asked is not None:
        looked_at.append(asked[1])
    of_person = {name.partition(".")[0] for tree in looked_at for name in names_in(tree)}
    of_person |= {name for reason in reasons if isinstance(reason, Values) for name in reason.names}
    values = read_person(workspace, lake, person, day, of_person, sequences(looked_at), may_start_spark)
    spoken = language or workspace.language
    names = {r["segment_id"]: r[f"name_{spoken}"] for r in view.read_small(gold.SEGMENT_REGISTRY).to_pylist()}

    def say(tree: Node, name: str) -> str:
        return narrative(tree, values, spoken, name, lambda n: feature_label(n, "en" if spoken == "en" else "fr"))

    explanations = []
    for row, reason in zip(rows, reasons, strict=True):
        sentence = None
        if isinstance(reason, Conditions):
            lines = explain_tree(reason.tried, values, spoken).lines
            sentence = say(reason.sentence, names[row["segment_id"]])
        else:
            known = {**values, **reason.told}
            lines = tuple(f"{name} = {known.get(name)}" for name in reason.names)
        explanations.append(
            {
                "scheme": row["scheme"],
                "segment_name": names[row["segment_id"]],
                "segment_id": row["segment_id"],
                "branch_id": row["branch_id"],
                "definition_version": row["definition_version"],
                "sentence": sentence,
                "lines": list(lines),
                "would_need": None,
            }
        )
    if asked is not None:
        registered, wanted = asked
        explanation = explain_tree(wanted, values, spoken)
        explanations.append(
            {
                "scheme": registered["scheme"],
                "segment_name": registered[f"name_{spoken}"],
                "segment_id": registered["segment_id"],
                "branch_id": None,
                "definition_version": None,
                "sentence": say(wanted, registered[f"name_{spoken}"]),
                "lines": list(explanation.lines),
                "would_need": explanation.would_need,
            }
        )
    return [*explanations, *explain_scores(view, person, day, spoken)]


def _person_of(view: View, email: str, day: date) -> str:
    """The person of an address, by the links known on a day."""
    pseudonyms = Pseudonymiser(view.context[EXISTING_KEY])
    identifier = pseudonyms.identifier_id("email", email) or ""
    links = view.read_small(silver.IDENTITY_LINKS, filters=[("identifier_id", "=", identifier)]).to_pylist()
    known = [r for r in links if r["known_as_of"] <= day]
    if not known:
        raise ConfigError(f"The address is not known on {day}: no source brought it before, or with another key.")
    return str(max(known, key=lambda r: (r["known_as_of"], r.get("step") or 0))["person_id"])


def _asked_for(view: View, segment: str, memberships: list[dict[str, Any]]) -> tuple[dict[str, Any], Node] | None:
    """The registry row and the newest condition of the requested segment, unless the person is in it anyway."""
    row = find_segment(view, segment)
    if any(m["segment_id"] == row["segment_id"] for m in memberships):
        return None
    condition = stored_condition(view, row)
    if condition is None:
        raise ConfigError(f"{segment!r} is of the scheme {row['scheme']}; only rules are explained to those outside.")
    return row, condition


def _reason(row: dict[str, Any], content: Any) -> Conditions | Values:
    """Why a person is in a segment; nothing for rows of a scheme that exists no more."""
    if (fixed := fixed_group(row["branch_id"])) is not None:
        return Values((fixed.looks_at,))
    schemes = {scheme.name: scheme for scheme in SCHEMES.all()}
    return schemes[row["scheme"]].explain(row, content) if row["scheme"] in schemes else Values(())
