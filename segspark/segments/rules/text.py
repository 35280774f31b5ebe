"""The text form: a condition as in a SQL WHERE clause, parsed to the tree; nothing of the text ever runs."""

from typing import Any

import sqlglot
from sqlglot import exp

from segspark.segments.rules.tree import (
    Always,
    And,
    Between,
    Compare,
    Condition,
    In,
    Member,
    Missing,
    Node,
    Not,
    Or,
    Scalar,
)

_COMPARE = {exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_TURNED = {"=": "=", "<>": "<>", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
HINT = (
    "Conditions compare a value with a constant or another value, or name a segment: n_click_30d >= 1 and country in "
    "('FR', 'BE') and not in_segment('buyers')."
)


class ConditionError(ValueError):
    """The text is no condition; it says why and what to write."""


def parse_condition(said: Any) -> Node:
    """Text, or a mapping with one of ``all``, ``any``, ``not`` (lists of conditions) or ``segment`` (a name), to the
    tree; a tree is one already.

    Raises:
        ConditionError: anything else.
    """
    if isinstance(said, bool) and said:
        return Always()
    if isinstance(said, Condition):
        return said  # type: ignore[return-value]
    if isinstance(said, str):
        return _parse_text(said)
    if isinstance(said, list):
        return And(tuple(parse_condition(s) for s in said)) if len(said) != 1 else parse_condition(said[0])
    if isinstance(said, dict) and len(said) == 1:
        (word, parts), *_ = said.items()
        if word in ("all", "any") and isinstance(parts, list) and parts:
            nodes = tuple(parse_condition(p) for p in parts)
            return And(nodes) if word == "all" else Or(nodes)
        if word == "not":
            return Not(parse_condition(parts))
        if word == "segment" and isinstance(parts, str):
            return Member(parts)
    raise ConditionError(f"{said!r} is no condition. Write text, or one of all: [...], any: [...], not: .... {HINT}")


def _parse_text(text: str) -> Node:
    try:
        statements = sqlglot.parse(text, read="spark")
    except sqlglot.errors.SqlglotError as error:
        raise ConditionError(f"{text!r} cannot be read: {str(error).splitlines()[0]} {HINT}") from None
    if len(statements) != 1 or statements[0] is None:
        raise ConditionError(f"{text!r} is not one condition. {HINT}")
    return _node(statements[0], text)


def _node(tree: Any, text: str) -> Node:
    match tree:
        case exp.Paren():
            return _node(tree.this, text)
        case exp.And():
            return And((*_flat(tree.left, exp.And, text), *_flat(tree.right, exp.And, text)))
        case exp.Or():
            return Or((*_flat(tree.left, exp.Or, text), *_flat(tree.right, exp.Or, text)))
        case exp.Not():
            return Not(_node(tree.this, text))
        case exp.Boolean():
            return Always() if tree.this else Not(Always())
        case exp.Column():
            return Compare(_name(tree), "=", True)
        case exp.Is() if isinstance(tree.expression, exp.Null):
            return Missing(_name(_column(tree.this, text)))
        case exp.Between():
            return Between(
                _name(_column(tree.this, text)), _value(tree.args["low"], text), _value(tree.args["high"], text)
            )
        case exp.Anonymous() if str(tree.this).lower() == "in_segment" and len(tree.expressions) == 1:
            return Member(str(_value(tree.expressions[0], text)))
        case exp.In() if tree.expressions:
            return In(_name(_column(tree.this, text)), tuple(_value(e, text) for e in tree.expressions))
    for kind, op in _COMPARE.items():
        if type(tree) is kind:
            left, right = tree.left, tree.right
            if not isinstance(left, exp.Column):
                left, right, op = right, left, _TURNED[op]
            name = _name(_column(left, text))
            if isinstance(right, exp.Column):
                return Compare(name, op, other=_name(right))
            return Compare(name, op, _value(right, text))
    raise ConditionError(f"{text!r}: {tree.sql()} is not allowed in a condition. {HINT}")


def _flat(tree: Any, kind: type, text: str) -> tuple[Node, ...]:
    if isinstance(tree, kind):
        return (*_flat(tree.left, kind, text), *_flat(tree.right, kind, text))  # type: ignore[attr-defined]
    return (_node(tree, text),)


def _column(tree: Any, text: str) -> exp.Column:
    if not isinstance(tree, exp.Column):
        raise ConditionError(f"{text!r}: {tree.sql()} is no value's name. {HINT}")
    return tree


def _name(column: exp.Column) -> str:
    return ".".join(p.name for p in column.parts)


def _value(tree: Any, text: str) -> Scalar:
    if isinstance(tree, exp.Neg):
        value = _value(tree.this, text)
        if isinstance(value, int | float):
            return -value
    if isinstance(tree, exp.Boolean):
        return bool(tree.this)
    if isinstance(tree, exp.Literal):
        if tree.is_string:
            return str(tree.this)
        return float(tree.this) if any(c in tree.this for c in ".eE") else int(tree.this)
    raise ConditionError(f"{text!r}: {tree.sql()} is no constant. {HINT}")
