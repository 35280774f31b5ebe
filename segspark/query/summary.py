"""One segment in a few sentences for a marketer: what it is, how many, what it is worth, and what sets it apart."""

import re
from collections.abc import Mapping
from typing import Any

from segspark.config.models import Workspace
from segspark.measure.kpi import Kpi, Unit
from segspark.measure.registry import KPIS
from segspark.measure.shop import NET_SPENDING_365D
from segspark.reports.data import Language
from segspark.reports.formats import Formats
from segspark.reports.texts import Texts
from segspark.segments.fixed_groups import is_no_audience
from segspark.segments.rules.tree import And, Member, Node, Not, Or, text_of

N_DIFFERENCES = 3
# A difference is told where it is this unlikely to be chance, over all comparisons of the scheme.
SURE = 0.05
_WINDOW = re.compile(r"_\d+[dh](?:_\d+d)?$")
# French, English.
_TITLE = ("{name} ({scheme}), {day}", "{name} ({scheme}), {day}")
_CONDITION = ("Condition : {text}", "Condition: {text}")
_NOT_MEASURED = (
    "Sans leur accord, rien de ce qu'elles font n'est mesuré.",
    "Without their permission nothing that they do is measured.",
)
_NOBODY = ("Personne ce jour-là.", "Nobody on that day.")
_SIZE = (
    "{people} personnes, dont {contactable} à qui vous pouvez écrire ({share}).",
    "{people} people, {contactable} of whom may be written to ({share}).",
)
_ONE = ("1 personne, à qui vous {may} écrire.", "1 person, who {may} be written to.")
_MAY = (("ne pouvez pas", "pouvez"), ("may not", "may"))
_VALUE = (
    "Dépense nette des {days} derniers jours : {total}, soit {each} par personne, contre {rest} ailleurs.",
    "Net spending of the last {days} days: {total}, which is {each} a person, against {rest} elsewhere.",
)
_MEASURED = ("Mesuré sur les membres du {day}.", "Measured on the members of {day}.")
_APART = ("Ce qui le distingue le plus :", "What sets it apart most:")
_NOTHING_APART = (
    "Rien ne le distingue nettement du reste de la liste.",
    "Nothing sets it clearly apart from the rest of the list.",
)
_DIFFERENCE = ("{title}{days} : {value}, contre {rest} ailleurs", "{title}{days}: {value}, against {rest} elsewhere")
_DAYS = (" ({n} j)", " ({n} days)")


def summarise(workspace: Workspace, details: Mapping[str, Any], language: Language | None = None) -> list[str]:
    """The lines that say a segment in short.

    Args:
        details: of ``describe_segment``; counts and profile are exact, or those that are published.
        language: the workspace's by default.
    """
    language = language or workspace.language
    texts, formats = Texts(language), Formats(language, workspace.currency)
    day = formats.day(details["segment_date"])
    lines = [texts.say(_TITLE, name=details[f"name_{language}"], scheme=details["scheme"], day=day)]
    lines += _about(details, texts)
    lines.append(_size(details, texts, formats))
    if details["people"] and is_no_audience(details["segment_key"]):
        lines.append(texts.say(_NOT_MEASURED))
    elif details["people"]:
        rows = {row["measure"]: row for row in details["profile"]}
        lines += _value(rows, details, texts, formats)
        lines += _apart(rows, texts, formats)
    return lines


def condition_text(node: Node) -> str:
    """A condition in one line, as people write it."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            word = " and " if isinstance(node, And) else " or "
            return word.join(f"({condition_text(p)})" if isinstance(p, And | Or) else condition_text(p) for p in parts)
        case Not(part=part):
            return f"not ({condition_text(part)})"
    assert not isinstance(node, Member), "members are resolved where definitions are stored"
    return text_of(node)


def _about(details: Mapping[str, Any], texts: Texts) -> list[str]:
    if description := details["description"]:
        return [f"{description[0].upper()}{description[1:].rstrip('.')}."]
    return [texts.say(_CONDITION, text=details["condition"])] if details["condition"] else []


def _size(details: Mapping[str, Any], texts: Texts, formats: Formats) -> str:
    people, contactable = details["people"], details["contactable"]
    if not people:
        return texts.say(_NOBODY)
    if people == 1:
        return texts.say(_ONE, may=_MAY[0 if texts.language == "fr" else 1][contactable])
    return texts.say(
        _SIZE,
        people=formats.number(people),
        contactable=formats.number(contactable),
        share=formats.share(contactable / people, 0),
    )


def _value(
    rows: Mapping[str, Mapping[str, Any]], details: Mapping[str, Any], texts: Texts, formats: Formats
) -> list[str]:
    """What the segment has spent; the members may be those of an earlier day, before the days of the measure."""
    row = rows.get(NET_SPENDING_365D.key)
    if row is None or row["value"] is None:
        return []
    said = texts.say(
        _VALUE,
        days=NET_SPENDING_365D.words.days,
        total=formats.money(row["value"] * row["n_people"], 0),
        each=formats.money(row["value"], 0),
        rest=formats.money(row["rest_value"], 0),
    )
    of = row["members_date"]
    measured = [texts.say(_MEASURED, day=formats.day(of))] if of not in (None, details["segment_date"]) else []
    return [" ".join([said, *measured])]


def _apart(rows: Mapping[str, Mapping[str, Any]], texts: Texts, formats: Formats) -> list[str]:
    """The measures that are furthest from the rest, one of each kind; its spending has been told."""
    told: dict[str, str] = {}
    known = [(kpi, rows[kpi.key]) for kpi in KPIS.all() if kpi.key in rows and kpi is not NET_SPENDING_365D]
    for kpi, row in sorted(known, key=lambda one: -abs(one[1]["z_score"] or 0)):
        if _is_sure(row) and len(told) < N_DIFFERENCES:
            told.setdefault(_WINDOW.sub("", kpi.key), f"  {_difference(kpi, row, texts, formats)}")
    return [texts.say(_APART), *told.values()] if told else [texts.say(_NOTHING_APART)]


def _is_sure(row: Mapping[str, Any]) -> bool:
    """Whether a difference from the rest is more than chance. A measure that defines the segment has no p-value: its
    difference is so by definition."""
    values = [row[name] for name in ("value", "low", "high", "rest_value", "z_score")]
    if any(value is None for value in values):
        return False
    _, low, high, rest, _ = values
    return not low <= rest <= high and (row["p_value"] is None or row["p_value"] < SURE)


def _difference(kpi: Kpi, row: Mapping[str, Any], texts: Texts, formats: Formats) -> str:
    days = texts.say(_DAYS, n=kpi.words.days) if kpi.words.days else ""
    value, rest = (_shown(row[of], kpi.words.unit, formats) for of in ("value", "rest_value"))
    return texts.say(_DIFFERENCE, title=texts.say(kpi.words.title), days=days, value=value, rest=rest)


def _shown(value: float, unit: Unit, formats: Formats) -> str:
    # Of a large share the tenths say nothing.
    return formats.unit(value, unit, 0 if unit == "share" and value >= 0.1 else None)
