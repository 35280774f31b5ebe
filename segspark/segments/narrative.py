"""Explain in one French or English sentence why a person is, or is not, in a segment."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from segspark.segments.rules.evaluate import holds, value_of
from segspark.segments.rules.tree import (
    AS_OF,
    Always,
    And,
    Between,
    Compare,
    Followed,
    In,
    Missing,
    Node,
    Not,
    Or,
    text_of,
)

Label = Callable[[str], str]
WORDS = {
    "fr": {"in": "Est dans «\u00a0{}\u00a0»", "out": "N'est pas dans «\u00a0{}\u00a0»", "colon": "\u00a0: ", "and": " et ",
           "not": "pas {}", "always": "tout le monde", "today": "aujourd'hui", "yesterday": "hier", "ago": "il y a {} jours",
           "never": "jamais", "unknown": "inconnu", "known": "connu", "yes": "oui", "no": "non",
           "between": "entre {} et {}", "among": "parmi {}", "on": "{} le {}", "then": ", puis {} (en moins de {} jours)",
           "without": ", sans {} dans les {} jours", "none": "pas de {}"},
    "en": {"in": "Is in “{}”", "out": "Is not in “{}”", "colon": ": ", "and": " and ",
           "not": "not {}", "always": "everybody", "today": "today", "yesterday": "yesterday", "ago": "{} days ago",
           "never": "never", "unknown": "unknown", "known": "known", "yes": "yes", "no": "no",
           "between": "between {} and {}", "among": "one of {}", "on": "{} on {}", "then": ", then {} (within {} days)",
           "without": ", without {} within {} days", "none": "no {}"},
}  # fmt: skip
ACTS = {
    "fr": {"order": "achat", "cart_add": "panier", "click": "clic", "open": "ouverture", "visit": "visite",
           "sent": "e-mail", "delivered": "e-mail reçu", "refund": "remboursement"},
    "en": {"cart_add": "cart", "sent": "mail", "delivered": "delivered mail"},
}  # fmt: skip
ASKED = {
    "fr": {"=": "{}", "<>": "autre que {}", "<": "moins de {}", "<=": "au plus {}", ">": "plus de {}", ">=": "au moins {}"},
    "en": {"=": "{}", "<>": "other than {}", "<": "less than {}", "<=": "at most {}", ">": "more than {}", ">=": "at least {}"},
}  # fmt: skip
OF_DATES = {
    "fr": {"=": "le {}", "<>": "pas le {}", "<": "avant le {}", "<=": "jusqu'au {}", ">": "après le {}", ">=": "depuis le {}"},
    "en": {"=": "on {}", "<>": "not on {}", "<": "before {}", "<=": "until {}", ">": "after {}", ">=": "since {}"},
}  # fmt: skip
_SINCE = re.compile(r"(?:Jours depuis (?:la |le |l')?|Days since )", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def narrative(node: Node, values: Mapping[str, Any], language: str, name: str, label: Label = lambda name: name) -> str:
    """The deciding conditions, each with its value and the required one, such as
    ``Est dans « Actifs 30 jours » : dernière activité il y a 3 jours (au plus 30)``.

    If all must hold and the tree fails, only the failing conditions are named; if one is enough, the first that holds.

    Args:
        values: the values used by the tree, by name.
        name: of the segment.
        label: the reader's name of a value.
    """
    words, speaker = WORDS[language], _Speaker(language, label)
    deciding = _deciding(node, values) or [(Always(), False)]
    *others, last = [speaker.clause(leaf, is_negated, values) for leaf, is_negated in deciding]
    text = words["and"].join(filter(None, [", ".join(others), last]))
    return words["in" if holds(node, values) else "out"].format(name) + words["colon"] + text


def value_in_words(name: str, value: Any, language: str, label: Label = lambda name: name) -> str:
    """A value as sentences have it: ``dernière activité il y a 3 jours``, ``commandes, 365 j : 2``."""
    speaker = _Speaker(language, label)
    return speaker.said(name, speaker.value(name, value))


def _deciding(node: Node, values: Mapping[str, Any], is_negated: bool = False) -> list[tuple[Node, bool]]:
    if isinstance(node, Not):
        return _deciding(node.part, values, not is_negated)
    if not isinstance(node, And | Or):
        return [(node, is_negated)]
    parts: Sequence[Node] = node.parts
    alike = [p for p in parts if holds(p, values) == isinstance(node, Or)]
    # One condition decides an `or` that holds, or an `and` that fails; for the latter all failing ones are listed.
    chosen = alike[:1] if alike and isinstance(node, Or) else alike or parts
    return [leaf for part in chosen for leaf in _deciding(part, values, is_negated)]


@dataclass(frozen=True)
class _Speaker:
    language: str
    label: Label

    def clause(self, leaf: Node, is_negated: bool, values: Mapping[str, Any]) -> str:
        words = WORDS[self.language]
        match leaf:
            case Always():
                return words["always"]
            case Missing(name):
                missing = self.value(name, None) if not is_negated else words["known"]
                shown = self.value(name, value_of(name, values))
                return self.said(name, shown, None if (shown == missing or is_negated) else missing)
            case Compare(name, op, _, other, plus) if other is not None:
                asked = self._asked(name, op, _shifted(value_of(other, values), plus))
                asked += "" if other == AS_OF else f", {self._name(other)}"
            case Compare(name, "=", bool()):
                return self.said(name, self.value(name, value_of(name, values)), None)
            case Compare(name, op, wanted):
                asked = self._asked(name, op, wanted)
            case Between(name, low, high):
                asked = words["between"].format(self._constant(name, low), self._constant(name, high))
            case In(name, wanted_values):
                asked = words["among"].format(", ".join(self._constant(name, v) for v in wanted_values))
            case Followed():
                return self._followed(leaf, values)
            case _:
                return text_of(leaf)  # type: ignore[arg-type]
        asked = words["not"].format(asked) if is_negated else asked
        return self.said(name, self.value(name, value_of(name, values)), asked)

    def _followed(self, leaf: Followed, values: Mapping[str, Any]) -> str:
        words, (first, then) = WORDS[self.language], (ACTS[self.language].get(a, a) for a in (leaf.first, leaf.then))
        day, after = (values.get(name) for name in (leaf.name, leaf.then_name))
        start = words["on"].format(first, self._constant("", day)) if day else words["none"].format(first)
        if not leaf.is_followed:
            return start + words["without"].format(then, leaf.days)
        return start + words["then"].format(
            words["on"].format(then, self._constant("", after)) if day else then, leaf.days
        )

    def said(self, name: str, shown: str, asked: str | None = None) -> str:
        # `last order 3 days ago` needs no colon.
        joint = " " if name.startswith("days_since_") else WORDS[self.language]["colon"]
        return f"{self._name(name)}{joint}{shown}" + (f" ({asked})" if asked else "")

    def _name(self, name: str) -> str:
        if name.startswith("last_") and name.endswith("_date"):
            name = f"days_since_{name.removeprefix('last_').removesuffix('_date')}"
        label = self.label(name)
        text = _SINCE.sub("", label)
        return text if label == name else text[:1].lower() + text[1:]

    def _asked(self, name: str, op: str, wanted: Any) -> str:
        is_date = isinstance(wanted, date) or (isinstance(wanted, str) and bool(_DAY.fullmatch(wanted)))
        return (OF_DATES if is_date else ASKED)[self.language][op].format(self._constant(name, wanted))

    def value(self, name: str, value: Any) -> str:
        words = WORDS[self.language]
        if value is None:
            return words["never" if name.startswith("days_since_") or name.endswith("_date") else "unknown"]
        if name.startswith("days_since_"):
            return {0: words["today"], 1: words["yesterday"]}.get(value, words["ago"].format(self._number(value, 0)))
        return self._constant(name, value)

    def _constant(self, name: str, value: Any) -> str:
        words = WORDS[self.language]
        if value is None:
            return words["unknown"]
        if isinstance(value, bool):
            return words["yes" if value else "no"]
        if isinstance(value, int | float):
            if "_cents" in name:
                return self._number(value / 100, 2)
            if "_rate" in name or "_share" in name:
                return self._number(value * 100, 1) + ("\u00a0%" if self.language == "fr" else "%")
            return self._number(value, 0 if isinstance(value, int) or value == int(value) else 2)
        if isinstance(value, str) and _DAY.fullmatch(value):
            value = date.fromisoformat(value)
        if isinstance(value, date):
            return value.strftime("%d/%m/%Y") if self.language == "fr" else value.isoformat()
        return str(value)

    def _number(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}"
        return text.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else text


def _shifted(value: Any, plus: int) -> Any:
    if value is None or not plus:
        return value
    return value + (timedelta(days=plus) if isinstance(value, date) else plus)
