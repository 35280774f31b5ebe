"""Explain why a person is, or is not, in a segment: every condition with its actual value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.segments.rules.evaluate import holds, value_of
from segspark.segments.rules.tree import Always, And, Compare, Followed, Member, Node, Not, Or, text_of
from segspark.segments.shortfall import shortfall

WORDS = {
    "fr": {"yes": "oui", "no": "non", "is": "valeur", "none": "inconnue", "always": "groupe par défaut",
           "all": "toutes", "any": "au moins une", "not": "aucune", "change": "il faudrait", "then": "puis"},
    "en": {"yes": "yes", "no": "no", "is": "value", "none": "unknown", "always": "default group",
           "all": "all of", "any": "any of", "not": "none of", "change": "needed", "then": "then"},
}  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """The tree as lines, whether it holds, and if a single condition fails, what would have to change, and by how much."""

    holds: bool
    lines: tuple[str, ...]
    would_need: str | None


def explain(node: Node, row: Mapping[str, Any], language: str) -> Explanation:
    """Evaluate a tree on one person's values and describe every condition.

    Args:
        row: the values used by the tree, by name.
    """
    words = WORDS[language]
    failing = [part for part in _requirements(node) if not holds(part, row)]
    need = _text(failing[0]) if len(failing) == 1 else None
    if need is not None:
        gap = shortfall(failing[0], row, language)
        need = f"{words['change']}: {need}" + (f" ({gap})" if gap else "")
    return Explanation(not failing, tuple(_lines(node, row, words, 0)), need)


def _requirements(node: Node) -> list[Node]:
    """The conditions that must all hold."""
    return [r for part in node.parts for r in _requirements(part)] if isinstance(node, And) else [node]


def _text(node: Node) -> str | None:
    """The text of one condition or its negation; an alternative has no single text."""
    if isinstance(node, Not):
        inner = _text(node.part)
        return f"not ({inner})" if inner is not None else None
    return None if isinstance(node, And | Or | Member) else text_of(node)


def _lines(node: Node, row: Mapping[str, Any], words: Mapping[str, str], depth: int) -> list[str]:
    pad = "  " * depth
    mark = "✓" if holds(node, row) else "✗"
    if isinstance(node, And | Or | Not):
        word = words["all"] if isinstance(node, And) else words["any"] if isinstance(node, Or) else words["not"]
        parts = (node.part,) if isinstance(node, Not) else node.parts
        return [f"{pad}{mark} {word}", *[line for p in parts for line in _lines(p, row, words, depth + 1)]]
    if isinstance(node, Always):
        return [f"{pad}{mark} {words['always']}"]
    assert not isinstance(node, Member), "members are resolved where definitions are read"
    shown = _shown(value_of(node.name, row), words)
    if isinstance(node, Compare) and node.other is not None:
        shown += f" / {node.other} {_shown(value_of(node.other, row), words)}"
    if isinstance(node, Followed):
        shown += f" / {words['then']} {_shown(value_of(node.then_name, row), words)}"
    return [f"{pad}{mark} {text_of(node)}  ({words['is']} {shown})"]


def _shown(value: Any, words: Mapping[str, str]) -> str:
    if value is None:
        return words["none"]
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
