"""Which comparison of a rule a curve moves: its own with the curve's value, on the curve's side."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from segspark.query.curve import Direction
from segspark.segments.definitions import Rule
from segspark.segments.rules.tree import Always, And, Between, Compare, Node

_SIDES: Mapping[str, Direction] = {">": "at_least", ">=": "at_least", "<": "at_most", "<=": "at_most"}


def own_direction(rule: Rule, along: str) -> Direction | None:
    """The side on which the rule's own comparison with a value has its people; None without one."""
    return next((side for part in _parts(rule.when) if (side := _side(part, along)) is not None), None)


def widened(rule: Rule, along: str, direction: Direction) -> Rule:
    """The rule without its threshold on one side of a value, alone or joined by ``and``; one on the other side stays."""
    parts = tuple(_without(rule.when, along, direction))
    return replace(rule, when=parts[0] if len(parts) == 1 else And(parts) if parts else Always())


def _parts(node: Node) -> tuple[Node, ...]:
    """What must hold together."""
    return node.parts if isinstance(node, And) else (node,)


def _side(part: Node, along: str) -> Direction | None:
    """On which side of a threshold of the value the people of a comparison are; None of what is no threshold of it."""
    if not isinstance(part, Compare) or part.name != along or part.other is not None:
        return None
    return _SIDES.get(part.op)


def _without(node: Node, along: str, direction: Direction) -> Iterator[Node]:
    for part in _parts(node):
        if isinstance(part, Between) and part.name == along:
            yield Compare(along, "<=", part.high) if direction == "at_least" else Compare(along, ">=", part.low)
        elif _side(part, along) != direction:
            yield part
