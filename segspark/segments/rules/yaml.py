"""The YAML form: converts text, lists and mappings to the tree; reports all errors of a definition at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from segspark.segments.rules import keys
from segspark.segments.rules.functions import WordError, followed, never
from segspark.segments.rules.size import FIX, MAX_LEVELS, TOO_LARGE, check_size
from segspark.segments.rules.tree import Always, And, Condition, Member, Node, Not, Or
from segspark.segments.validation_errors import ValidationIssue, write_instead

Place = tuple[str | int, ...]
Where = Callable[[Place], str]
WORDS = ("all", "any", "not", keys.MEMBER, "never", "did")
_FIX = (
    "Write text, or one of `all: [...]`, `any: [...]`, `not: ...`, `segment: buyers`, `never: order`, "
    "`{did: cart_add, not_then: order, days: 7}`."
)


def read_condition(spec: Any, where: Where, issues: list[ValidationIssue]) -> Node:
    """The tree of the condition at a place; an invalid condition adds an issue and is replaced by ``Always``.

    A condition is text, or a mapping with one of ``all``, ``any`` (lists of conditions), ``not``, ``segment``,
    ``never``, ``did``; a tree is returned as it is.

    Args:
        where: file and line of a place below the condition, such as ("all", 1).
    """

    node = _read(spec, where, issues, (), 1)
    try:
        check_size(node)
    except WordError as error:
        issues.append(ValidationIssue(error.code, f"the condition is too large: {error.what}", where(()), error.fix))
        return Always()
    return node


def _read(spec: Any, where: Where, issues: list[ValidationIssue], place: Place, level: int) -> Node:
    def each(parts: list[Any], *below: str) -> tuple[Node, ...]:
        return tuple(_read(part, where, issues, (*place, *below, at), level + 1) for at, part in enumerate(parts))

    here = where(place)
    if level > MAX_LEVELS:
        what = f"the condition is too large: it is more than {MAX_LEVELS} levels deep."
        issues.append(ValidationIssue(TOO_LARGE, what, here, FIX))
        return Always()
    try:
        match spec:
            case True:
                return Always()
            case Condition():
                return spec  # type: ignore[return-value]
            case str():
                # What reads no text does without the parser, whose import takes a tenth of a second.
                from segspark.segments.rules.sql import parse_text

                return parse_text(spec, here)
            case [one]:
                return _read(one, where, issues, (*place, 0), level + 1)
            case [_, *_]:
                return And(each(spec))
            case {"all": [_, *_] as parts, **rest} if not rest:
                return And(each(parts, "all"))
            case {"any": [_, *_] as parts, **rest} if not rest:
                return Or(each(parts, "any"))
            case {"not": part, **rest} if not rest:
                return Not(_read(part, where, issues, (*place, "not"), level + 1))
            case {keys.MEMBER: str(key), **rest} if not rest:
                return Member(key, where=here)
            case {"never": str(act), **rest} if not rest:
                return replace(never(act), where=here)
            case {"did": str(first), "then": str(then), keys.DAYS: days, **rest} if not rest.keys() - {"within"}:
                return replace(followed(first, then, days, rest.get("within"), is_followed=True), where=here)
            case {"did": str(first), "not_then": str(then), keys.DAYS: days, **rest} if not rest.keys() - {"within"}:
                return replace(followed(first, then, days, rest.get("within"), is_followed=False), where=here)
    except WordError as error:
        issues.append(ValidationIssue(error.code, error.what, here, error.fix))
        return Always()
    unknown = [str(k) for k in spec if k not in WORDS] if isinstance(spec, dict) and len(spec) == 1 else []
    fix = write_instead(unknown[0], WORDS, _FIX) if unknown else _FIX
    issues.append(ValidationIssue("no_condition", f"{spec!r} is no condition.", here, fix))
    return Always()
