"""The YAML form: text, lists and mappings to the tree; every fault of a definition at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from segspark.segments.rules.functions import WordError, followed, never
from segspark.segments.rules.sql import parse_text
from segspark.segments.rules.tree import Always, And, Condition, Member, Node, Not, Or
from segspark.segments.validation_errors import ValidationIssue, near, raise_issues

Place = tuple[str | int, ...]
Where = Callable[[Place], str]
WORDS = ("all", "any", "not", "segment", "never", "did")
_FIX = (
    "Write text, or one of `all: [...]`, `any: [...]`, `not: ...`, `segment: buyers`, `never: order`, "
    "`{did: cart_add, not_then: order, days: 7}`."
)


def parse_condition(said: Any) -> Node:
    """Text, or a mapping with one of ``all``, ``any`` (lists of conditions), ``not``, ``segment``, ``never``, ``did``,
    to the tree; a tree is one already.

    Raises:
        DefinitionError: anything else.
    """
    issues: list[ValidationIssue] = []
    node = read_condition(said, lambda place: "", issues)
    raise_issues(issues)
    return node


def read_condition(said: Any, where: Where, issues: list[ValidationIssue], place: Place = ()) -> Node:
    """The tree of what is written at a place; what is wrong is added to the faults, and everybody stands for it.

    Args:
        where: file and line of a place below the condition, such as ("all", 1).
    """

    def each(parts: list[Any], *below: str) -> tuple[Node, ...]:
        return tuple(read_condition(part, where, issues, (*place, *below, at)) for at, part in enumerate(parts))

    here = where(place)
    try:
        match said:
            case True:
                return Always()
            case Condition():
                return said  # type: ignore[return-value]
            case str():
                return parse_text(said, here)
            case [one]:
                return read_condition(one, where, issues, (*place, 0))
            case [_, *_]:
                return And(each(said))
            case {"all": [_, *_] as parts, **rest} if not rest:
                return And(each(parts, "all"))
            case {"any": [_, *_] as parts, **rest} if not rest:
                return Or(each(parts, "any"))
            case {"not": part, **rest} if not rest:
                return Not(read_condition(part, where, issues, (*place, "not")))
            case {"segment": str(key), **rest} if not rest:
                return Member(key, where=here)
            case {"never": str(act), **rest} if not rest:
                return replace(never(act), where=here)
            case {"did": str(first), "then": str(then), "days": days, **rest} if not rest.keys() - {"within"}:
                return replace(followed(first, then, days, rest.get("within"), is_followed=True), where=here)
            case {"did": str(first), "not_then": str(then), "days": days, **rest} if not rest.keys() - {"within"}:
                return replace(followed(first, then, days, rest.get("within"), is_followed=False), where=here)
    except WordError as error:
        issues.append(ValidationIssue(error.code, error.what, here, error.fix))
        return Always()
    unknown = [str(k) for k in said if k not in WORDS] if isinstance(said, dict) and len(said) == 1 else []
    fix = near(unknown[0], WORDS, _FIX) if unknown else _FIX
    issues.append(ValidationIssue("no_condition", f"{said!r} is no condition.", here, fix))
    return Always()
