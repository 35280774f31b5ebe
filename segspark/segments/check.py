"""Check that the values used in definitions exist and are compared with values of their own kind."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from segspark.features.value import Kind, Value
from segspark.segments.definitions import Definitions
from segspark.segments.rules.tree import (
    Always,
    Between,
    Compare,
    Followed,
    In,
    Leaf,
    Missing,
    Scalar,
    constants,
    leaves,
    text_of,
)
from segspark.segments.validation_errors import ValidationIssue, write_instead

_WINDOWED = re.compile(r"(.+)_(\d+)d")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXAMPLE: dict[Kind, str] = {"number": "1", "text": "'x'", "date": "'2026-06-01'", "boolean": "true"}


def issues_in(definitions: Definitions, values: Mapping[str, Value], acts: Mapping[str, str]) -> list[ValidationIssue]:
    """Every condition that uses an unknown value or compares values of different kinds.

    Args:
        values, acts: segments/values.py.
    """
    issues = [
        issue
        for where, node in definitions.nodes()
        for leaf in leaves(node)
        for issue in _of_leaf(leaf, leaf.where or where, values, acts)
    ]
    return list(dict.fromkeys(issues))


def _of_leaf(leaf: Leaf, where: str, values: Mapping[str, Value], acts: Mapping[str, str]) -> Iterator[ValidationIssue]:
    if isinstance(leaf, Always):
        return
    if isinstance(leaf, Followed):
        for act in (leaf.first, leaf.then):
            if act not in acts:
                fix = write_instead(act, acts, f"Acts are {', '.join(sorted(acts))}.")
                yield ValidationIssue("unknown_act", f"{text_of(leaf)}: no act {act!r} is counted.", where, fix)
        return
    unknown = [n for n in _names(leaf) if n not in values and not n.startswith("attributes.")]
    if unknown:
        yield from (_unknown(name, where, values) for name in unknown)
        return
    kind = _kind(leaf.name, values)
    if isinstance(leaf, Compare) and leaf.other is not None:
        yield from _between_values(leaf, kind, _kind(leaf.other, values), where)
    elif isinstance(leaf, Compare):
        yield from _order(leaf, kind, where)
    for constant in constants(leaf):
        yield from _constant(leaf, kind, constant, where)
    if isinstance(leaf, Between) and type(leaf.low) is type(leaf.high) and leaf.low > leaf.high:  # type: ignore[operator]
        turned = text_of(Between(leaf.name, leaf.high, leaf.low))
        yield ValidationIssue(
            "never_true", f"{text_of(leaf)}: the first is above the second.", where, f"Write {turned}."
        )


def _names(leaf: Compare | Between | In | Missing) -> list[str]:
    return [leaf.name, leaf.other] if isinstance(leaf, Compare) and leaf.other is not None else [leaf.name]


def _kind(name: str, values: Mapping[str, Value]) -> Kind | None:
    """The kind of a value; None for a profile attribute, which is text that may be read as a number."""
    return values[name].kind if name in values else None


def _unknown(name: str, where: str, values: Mapping[str, Value]) -> ValidationIssue:
    """The error for an unknown value; suggests another window of the count, a similar name, or how to list values."""
    windowed = _WINDOWED.fullmatch(name)
    others = sorted(int(m[2]) for v in values if windowed and (m := _WINDOWED.fullmatch(v)) and m[1] == windowed[1])
    if windowed and others:
        what = f"there is no {name}: {windowed[1]} is counted over {', '.join(map(str, others))} days."
        nearest = min(others, key=lambda days: abs(days - int(windowed[2])))
        fix = f"Write {windowed[1]}_{nearest}d"
        # Counts with a single window, such as hours over the year, do not follow the workspace's windows.
        fix += f", or add {windowed[2]} to features.windows in segspark.yaml." if len(others) > 1 else "."
        return ValidationIssue("unknown_window", what, where, fix)
    fix = write_instead(name, values, "`segspark features list` shows the features, e.g. n_order_365d.")
    return ValidationIssue("unknown_value", f"there is no value {name!r}.", where, fix)


def _between_values(leaf: Compare, kind: Kind | None, other: Kind | None, where: str) -> Iterator[ValidationIssue]:
    kinds = {kind or "text", other or "text"}
    if len(kinds) > 1:
        what = f"{text_of(leaf)}: {leaf.name} is a {kind or 'text'}, {leaf.other} a {other or 'text'}."
        yield ValidationIssue("wrong_type", what, where, _instead(leaf.name, kind))
    elif leaf.plus and not kinds & {"number", "date"}:
        yield ValidationIssue(
            "wrong_type", f"{text_of(leaf)}: nothing can be added to {leaf.other}.", where, _instead(leaf.name, kind)
        )
    else:
        yield from _order(leaf, kind, where)


def _order(leaf: Compare, kind: Kind | None, where: str) -> Iterator[ValidationIssue]:
    if kind == "boolean" and leaf.op not in ("=", "<>"):
        what = f"{text_of(leaf)}: {leaf.name} is yes or no, none is greater."
        yield ValidationIssue("wrong_type", what, where, f"Write {leaf.name} or not {leaf.name}.")


def _constant(leaf: Leaf, kind: Kind | None, constant: Scalar, where: str) -> Iterator[ValidationIssue]:
    assert not isinstance(leaf, Always)
    if _fits(kind, constant):
        return
    if kind == "date" and isinstance(constant, str):
        fix = f"Write the day as in '2026-06-01', or {leaf.name} >= as_of - 30."
        yield ValidationIssue("no_date", f"{text_of(leaf)}: {constant!r} is no date.", where, fix)
        return
    alone = isinstance(leaf, Compare) and leaf.value is True
    what = f"{leaf.name} alone is no condition: it is a {kind or 'text'}." if alone else (
        f"{text_of(leaf)}: {leaf.name} is a {kind or 'text'}, {constant!r} is none."
    )  # fmt: skip
    yield ValidationIssue("wrong_type", what, where, _instead(leaf.name, kind))


def _fits(kind: Kind | None, constant: Scalar) -> bool:
    if isinstance(constant, bool):
        return kind == "boolean"
    if isinstance(constant, int | float):
        return kind in ("number", None)
    return kind in ("text", None) or (kind == "date" and _is_date(constant))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _instead(name: str, kind: Kind | None) -> str:
    op = ">=" if kind in ("number", "date") else "="
    return f"Write e.g. {name} {op} {_EXAMPLE[kind or 'text']}."
