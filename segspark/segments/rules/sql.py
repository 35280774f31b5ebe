"""The text form: a condition as in a SQL WHERE clause, parsed to the tree; the text itself never runs."""

from dataclasses import dataclass, replace
from typing import Any

import sqlglot
from sqlglot import exp

from segspark.config.text_limits import why_too_large
from segspark.segments.rules.functions import TODAY, USAGE, WordError, count_name, followed, member, never, within
from segspark.segments.rules.size import FIX, TOO_LARGE, check_size
from segspark.segments.rules.tree import (
    AS_OF,
    Always,
    And,
    Between,
    Compare,
    In,
    Leaf,
    Member,
    Missing,
    Node,
    Not,
    Or,
    Scalar,
    map_leaves,
)
from segspark.segments.validation_errors import write_instead

_COMPARE = {exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_TURNED = {"=": "=", "<>": "<>", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
ALLOWED = (
    "Allowed: and, or, not, = <> < <= > >=, between, in (...), is null, a value + or - days, and "
    f"{', '.join(sorted(USAGE))}."
)


@dataclass(frozen=True)
class _Side:
    """One side of a comparison: a value's name plus a number of days or units, or a constant."""

    name: str | None = None
    plus: int = 0
    constant: Scalar | None = None


def parse_text(text: str, where: str = "") -> Node:
    """The tree of one condition, each leaf with its location.

    Raises:
        WordError: the text is not a condition; tells why and what to write.
    """
    if (too_large := why_too_large(text)) is not None:
        raise WordError(TOO_LARGE, f"{_short(text)!r} is too large: {too_large}.", FIX)
    try:
        node = _parsed(text)
        check_size(node)
    except RecursionError:
        raise WordError(TOO_LARGE, f"{_short(text)!r} is too deep.", FIX) from None

    def placed(leaf: Leaf | Member) -> Node:
        return replace(leaf, where=where)

    return map_leaves(node, placed) if where else node


def _parsed(text: str) -> Node:
    try:
        statements = sqlglot.parse(text, read="spark")
    except sqlglot.errors.SqlglotError as error:
        message = str(error).splitlines()[0]
        raise WordError("unreadable_condition", f"{text!r} cannot be read: {message}", _example()) from None
    if len(statements) != 1 or statements[0] is None:
        raise WordError("unreadable_condition", f"{text!r} is not one condition.", _example())
    return _node(statements[0], text)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _example() -> str:
    return f"Write e.g. n_click_30d >= 1 and country in ('FR', 'BE'). {ALLOWED}"


def _node(tree: Any, text: str) -> Node:
    match tree:
        case exp.Paren():
            return _node(tree.this, text)
        case exp.And():
            return And(tuple(_node(part, text) for part in _flat(tree, exp.And)))
        case exp.Or():
            return Or(tuple(_node(part, text) for part in _flat(tree, exp.Or)))
        case exp.Not():
            return Not(_node(tree.this, text))
        case exp.Boolean():
            return Always() if tree.this else Not(Always())
        case exp.Column():
            return Compare(_name(tree), "=", True)
        case exp.Is() if isinstance(tree.expression, exp.Null):
            return Missing(_named(tree.this, text))
        case exp.Is() if isinstance(tree.expression, exp.Boolean):
            return Compare(_named(tree.this, text), "=", bool(tree.expression.this))
        case exp.Between():
            return _between(tree, text)
        case exp.In() if tree.expressions:
            return In(_named(tree.this, text), tuple(_constant(e, text) for e in tree.expressions))
        case exp.Anonymous():
            return _word(tree, text)
    if type(tree) in _COMPARE:
        return _compare(_side(tree.left, text), _COMPARE[type(tree)], _side(tree.right, text), text)
    raise WordError("not_allowed", f"{text!r}: {tree.sql()} is not allowed in a condition.", ALLOWED)


def _flat(tree: Any, kind: type) -> list[Any]:
    """The parts of a chain from left to right; the parser makes it as deep as it is long."""
    parts, left = [], [tree]
    while left:
        at = left.pop()
        if isinstance(at, kind):
            left += [at.left, at.right]  # type: ignore[attr-defined]
        else:
            parts.append(at)
    return parts[::-1]


def _compare(left: _Side, op: str, right: _Side, text: str) -> Compare:
    if left.name is None:
        left, right, op = right, left, _TURNED[op]
    if left.name is None:
        raise WordError("not_allowed", f"{text!r} compares constants.", _example())
    if right.name is not None:
        return Compare(left.name, op, other=right.name, plus=right.plus - left.plus)
    if left.plus:
        fix = f"Add it to the other side: {left.name} {op} ..."
        raise WordError("not_allowed", f"{text!r} adds to a value that is compared with a constant.", fix)
    return Compare(left.name, op, right.constant)


def _between(tree: Any, text: str) -> Node:
    name, low, high = _named(tree.this, text), _side(tree.args["low"], text), _side(tree.args["high"], text)
    if low.constant is not None and high.constant is not None:
        return Between(name, low.constant, high.constant)
    value = _Side(name)
    return And((_compare(value, ">=", low, text), _compare(value, "<=", high, text)))


def _word(tree: Any, text: str) -> Node:
    """A function call, by name and arguments."""
    word, given = str(tree.this).lower(), tree.expressions
    if word not in USAGE:
        what = f"{text!r}: there is no {word}(...) in conditions."
        raise WordError("not_allowed", what, write_instead(word, USAGE, ALLOWED))
    match word, [type(g) for g in given]:
        case "within", [exp.Column, exp.Literal]:
            return within(_name(given[0]), _argument(given[1]))
        case "in_segment", [exp.Literal] if given[0].is_string:
            return member(given[0].this)
        case "never", [exp.Literal] if given[0].is_string:
            return never(given[0].this)
        case (("did_then" | "did_not_then"), [exp.Literal, exp.Literal, _, *more]) if len(more) <= 1:
            acts, days = given[:2], [_argument(g) for g in given[2:]]
            if all(a.is_string for a in acts):
                return followed(acts[0].this, acts[1].this, *days, is_followed=word == "did_then")
    raise WordError("wrong_argument", f"{text!r}: {tree.sql()} has other arguments than {word} takes.", _usage(word))


def _usage(word: str) -> str:
    return f"Write {USAGE[word]}."


def _argument(tree: Any) -> Any:
    """The value of an argument; the functions check it."""
    if isinstance(tree, exp.Literal) and not tree.is_string and tree.this.isdigit():
        return int(tree.this)
    return tree.sql()


def _side(tree: Any, text: str) -> _Side:
    match tree:
        case exp.Paren():
            return _side(tree.this, text)
        case exp.CurrentDate():
            return _Side(AS_OF)
        case exp.Column():
            return _Side(_name(tree))
        case exp.Count():
            return _Side(_counted(tree, text))
        case exp.Add() | exp.Sub():
            side, more = _side(tree.left, text), _side(tree.right, text).constant
            if side.name is not None and isinstance(more, int) and not isinstance(more, bool):
                return replace(side, plus=side.plus + (more if isinstance(tree, exp.Add) else -more))
            what = f"{text!r}: {tree.sql()} is no value plus or minus a whole number."
            raise WordError("not_allowed", what, "Write e.g. last_click_date >= as_of - 30.")
    return _Side(constant=_constant(tree, text))


def _counted(tree: Any, text: str) -> str:
    given = [tree.this, *tree.expressions]
    if len(given) <= 2 and isinstance(given[0], exp.Literal) and given[0].is_string:
        return count_name(given[0].this, *[_argument(g) for g in given[1:]])
    raise WordError("wrong_argument", f"{text!r}: {tree.sql()} counts no act.", _usage("count"))


def _named(tree: Any, text: str) -> str:
    side = _side(tree, text)
    if side.name is None or side.plus:
        raise WordError("not_allowed", f"{text!r}: {tree.sql()} is no value's name.", _example())
    return side.name


def _name(column: exp.Column) -> str:
    name = ".".join(p.name for p in column.parts)
    return AS_OF if name in TODAY else name


def _constant(tree: Any, text: str) -> Scalar:
    if isinstance(tree, exp.Neg):
        value = _constant(tree.this, text)
        if isinstance(value, int | float):
            return -value
    if isinstance(tree, exp.Boolean):
        return bool(tree.this)
    if isinstance(tree, exp.Cast) and tree.to.is_type("date"):
        return _constant(tree.this, text)
    if isinstance(tree, exp.Literal):
        if tree.is_string:
            return str(tree.this)
        return float(tree.this) if any(c in tree.this for c in ".eE") else int(tree.this)
    fix = "For a missing value write `is null`." if isinstance(tree, exp.Null) else _example()
    raise WordError("not_allowed", f"{text!r}: {tree.sql()} is no constant.", fix)
