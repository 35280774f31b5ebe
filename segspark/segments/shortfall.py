"""How far a person is from a condition: ``1 click short``, ``12 days too many``."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from segspark.segments.narrative import ACTS
from segspark.segments.rules.evaluate import value_of
from segspark.segments.rules.tree import Compare, Node

_COUNT = re.compile(r"n_(?P<act>[a-z_]+?)_(?:\d+d|lifetime)")
# French, English.
_SHORT, _OVER = ("il manque {}", "{} short"), ("{} de trop", "{} too many")
_DAYS = ("jour", "day")
_ENGLISH = {act: act.replace("_", " ") for act in ("order", "click", "open", "visit", "refund")} | ACTS["en"]


def shortfall(node: Node, row: Mapping[str, Any], language: str) -> str | None:
    """The distance of a person's number from the bound that it misses, in the unit that its name tells; None for other
    conditions and where the number is not known.

    Args:
        row: the values used by the condition, by name.
    """
    if not isinstance(node, Compare) or node.other is not None or not _is_number(node.value):
        return None
    value = value_of(node.name, row)
    if not _is_number(value):
        return None
    # By their decimals: 0.3 is 0.2 more than 0.1.
    has, bound = Decimal(str(value)), Decimal(str(node.value))
    whole = int(isinstance(value, int))
    gaps = {
        ">=": bound - has,
        ">": bound - has + whole,
        "<=": has - bound,
        "<": has - bound + whole,
        "=": abs(bound - has),
    }
    gap = gaps.get(node.op)
    if gap is None or gap <= 0:
        return None
    is_short = node.op in (">=", ">") or (node.op == "=" and has < bound)
    return (_SHORT if is_short else _OVER)[language != "fr"].format(_amount(gap, node.name, language))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _amount(gap: Decimal, name: str, language: str) -> str:
    """A number with the word of what it counts."""
    number = f"{gap.normalize():f}"
    if language == "fr":
        number = number.replace(".", ",")
    if name.startswith("days_"):
        word: str | None = _DAYS[language != "fr"]
    else:
        found = _COUNT.fullmatch(name)
        word = (ACTS["fr"] if language == "fr" else _ENGLISH).get(found["act"]) if found else None
    if word is None:
        return number
    return f"{number} {word}" + ("s" if gap >= 2 and not word.endswith(("s", "x")) else "")
