"""Calls of functions, compiled: arguments as the function takes them, literals checked."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from segspark.sources.sql.combine import Compiler, aligned, bounded, choose, ordered, small
from segspark.sources.sql.functions import INTERVALS, TRUNCATIONS, Function
from segspark.sources.sql.patterns import (
    check_parsing,
    check_printf,
    check_replacement,
    check_writing,
)  # fmt: skip
from segspark.sources.sql.regexes import groups_of
from segspark.sources.sql.tree import ExpressionError, quoted, text_value
from segspark.sources.sql.values import (
    BOOLEAN,
    DATE,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    TEXT,
    Part,
    any_of,
    as_written,
    converted,
    in_zone,
    lost,
    read_moment,
    seconds,
)  # fmt: skip

NUMBER_LITERAL = re.compile(r"\d{1,18}(?:\.\d{1,10})?")
_KINDS = {"T": TEXT, "N": NUMBER, "I": INTEGER, "S": INTEGER, "B": BOOLEAN, "D": DATE, "M": MOMENT, "L": LIST}
Nodes = Sequence[exp.Expression]


def unit_words(call: exp.Anonymous) -> list[exp.Expression]:
    """The first argument of timestampadd(DAY, …) and its like, which is a unit and no column."""
    name, arguments = str(call.this).lower(), call.expressions
    if (
        name in ("timestampadd", "timestampdiff", "dateadd", "datediff", "date_diff", "date_add")
        and len(arguments) == 3
    ):
        return [arguments[0]]
    return []


def call(compiler: Compiler, name: str, function: Function, nodes: Nodes) -> Part:
    """A call of a function of the table.

    Raises:
        ExpressionError: other arguments than it takes.
    """
    letters = _letters(name, function.takes, len(nodes))
    parts: list[Part] = []
    pattern = next((text_value(n) for letter, n in zip(letters, nodes, strict=True) if letter == "r"), None)
    for letter, node in zip(letters, nodes, strict=True):
        parts.append(_argument(compiler, name, letter, node, pattern, len(nodes)))
    if function.takes.startswith("p"):
        kinds = check_printf(str(text_value(nodes[0])), len(nodes) - 1)
        wanted = [INTEGER if kind == "d" else TEXT for kind in kinds]
        parts[1:] = [converted(p, kind, compiler.writing) for p, kind in zip(parts[1:], wanted, strict=True)]
    if pattern is not None and letters[0] == "T":
        parts[0] = bounded(parts[0], pattern)
    own_failures = None if function.silent else any_of(p.failed for p in parts)
    if function.gives == MOMENT and function.form.isdigit():
        sql = in_zone(seconds(parts[0].sql, int(function.form)), compiler.writing)
        return Part(sql, MOMENT, any_of((own_failures, lost(sql, parts[0]))))
    all_of = ", ".join(p.sql for p in parts)
    sql = function.form.format(*(p.sql for p in parts), all=all_of) if function.form else f"{name}({all_of})"
    return Part(sql, function.gives, any_of((own_failures, lost(sql, *parts) if function.may_fail else None)))


def _letters(name: str, takes: str, n: int) -> str:
    """The letter of each argument."""
    if takes.endswith("*"):
        head = takes[:-2]
        if n > len(head):
            return head + takes[-2] * (n - len(head))
        raise ExpressionError(f"{name} needs more arguments")
    letters = takes.replace("?", "")
    fewest = len(letters) - takes.count("?")
    if not fewest <= n <= len(letters):
        wanted = str(fewest) if fewest == len(letters) else f"{fewest} to {len(letters)}"
        raise ExpressionError(f"{name} takes {wanted} argument(s), and is given {n}")
    return letters[:n]


def _argument(compiler: Compiler, name: str, letter: str, node: exp.Expression, pattern: str | None, n: int) -> Part:
    if letter == "A":
        return compiler.part(node)
    if letter in _KINDS:
        part = compiler.part(node)
        return small(compiler, part) if letter == "S" else converted(part, _KINDS[letter], compiler.writing)
    if letter in "ki":
        return _number(compiler, name, letter, node, pattern)
    text = text_value(node)
    if text is None:
        raise ExpressionError(f"{name}: this argument must be a text in quotes, because Spark raises on a wrong one")
    if letter == "r":
        groups_of(text)
    elif letter == "w":
        check_replacement(text, groups_of(pattern or ""))
    elif letter == "F":
        check_writing(text)
    elif letter == "t":
        if text.lower() not in TRUNCATIONS:
            raise ExpressionError(
                f"{name} cuts to {', '.join(sorted(set(map(str.lower, TRUNCATIONS.values()))))}, not {text!r}"
            )
        text = TRUNCATIONS[text.lower()]
    return Part(quoted(text), TEXT, value=text)


def _number(compiler: Compiler, name: str, letter: str, node: exp.Expression, pattern: str | None) -> Part:
    part = compiler.part(node)
    if letter == "i" and part.value is None:
        whole = small(compiler, part)
        return Part(f"nullif({whole.sql}, 0)", INTEGER, whole.failed)
    if part.kind != INTEGER or part.value is None:
        raise ExpressionError(f"{name}: a whole number must be written here")
    value = int(part.value)
    if letter == "i" and value == 0:
        raise ExpressionError(f"{name}: elements are counted from 1")
    if letter == "k" and not (-20 if name in ("round", "bround", "ceil", "floor", "split") else 0) <= value <= 1_000:
        raise ExpressionError(f"{name}: {value} is out of range")
    if name == "regexp_extract" and value > groups_of(pattern or ""):
        raise ExpressionError(f"{name}: the regular expression has no group {value}; write (…) around what is wanted")
    if name == "repeat" and value > 100:
        raise ExpressionError("repeat: at most 100 times")
    if name == "sha2" and value not in (0, 224, 256, 384, 512):
        raise ExpressionError("sha2 takes 224, 256, 384 or 512 bits")
    return Part(str(value), INTEGER, value=str(value))


def _coalesce(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "A*" if name == "coalesce" else "AA", len(nodes))
    parts = aligned(compiler, [compiler.part(n) for n in nodes])
    failed = parts[-1].failed
    for part in reversed(parts[:-1]):
        later = f"({part.sql} is null and {failed})" if failed else None
        failed = any_of((part.failed, later))
    return Part(f"coalesce({', '.join(p.sql for p in parts)})", parts[0].kind, failed, as_written(parts))


def _aligned_call(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "AA" if name == "nullif" else "AA*", len(nodes))
    parts = (aligned if name == "nullif" else ordered)(compiler, [compiler.part(n) for n in nodes])
    if name in ("greatest", "least") and parts[0].kind == BOOLEAN:
        raise ExpressionError(f"{name} takes numbers, texts or dates")
    return Part(
        f"{name}({', '.join(p.sql for p in parts)})", parts[0].kind, any_of(p.failed for p in parts), as_written(parts)
    )


def _nvl2(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "AAA", len(nodes))
    tested = compiler.part(nodes[0])
    return choose(compiler, [Part(f"({tested.sql} is not null)", BOOLEAN, tested.failed)], nodes[1:])


def _is_null(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "A", len(nodes))
    part = compiler.part(nodes[0])
    return Part(f"({part.sql} is {'not ' if name == 'isnotnull' else ''}null)", BOOLEAN, part.failed)


def _if(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "AAA", len(nodes))
    return choose(compiler, [compiler.to(nodes[0], BOOLEAN)], nodes[1:])


def _mod(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "NN", len(nodes))
    return compiler.part(exp.Mod(this=nodes[0], expression=nodes[1]))


def _trimmed(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "T", len(nodes))
    return compiler.part(exp.Trim(this=nodes[0]))


def _to_time(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "Tf?", len(nodes))
    kind = DATE if name.endswith("to_date") else MOMENT
    part = compiler.part(nodes[0])
    silent = name.startswith("try_")
    if len(nodes) == 1:
        made = converted(part, kind, compiler.writing)
        return Part(made.sql, kind, part.failed) if silent else made
    form = text_value(nodes[1])
    if form is None:
        raise ExpressionError(f"{name}: the form of the time must be a text in quotes, such as 'dd/MM/yyyy'")
    check_parsing(form)
    text = converted(part, TEXT, compiler.writing)
    sql = read_moment(text, form, compiler.writing)
    sql = f"cast({sql} as date)" if kind == DATE else sql
    return Part(sql, kind, text.failed if silent else any_of((text.failed, lost(sql, text))))


def _from_unixtime(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "NF?", len(nodes))
    number = compiler.to(nodes[0], NUMBER)
    sql = in_zone(seconds(number.sql, 1), compiler.writing)
    failed = any_of((number.failed, lost(sql, number)))
    if len(nodes) == 1:
        return Part(sql, MOMENT, failed)
    form = text_value(nodes[1]) or ""
    check_writing(form)
    return Part(f"date_format({sql}, {quoted(form)})", TEXT, failed)


def _unit(name: str, node: exp.Expression) -> str:
    word = node.name.lower() if isinstance(node, exp.Column | exp.Literal | exp.Var) else ""
    if word not in INTERVALS:
        raise ExpressionError(f"{name} counts in {', '.join(INTERVALS)}")
    return word


def _added(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "uSM", len(nodes))
    n = small(compiler, compiler.part(nodes[1]))
    base = compiler.to(nodes[2], MOMENT)
    sql = f"try_add({base.sql}, {INTERVALS[_unit(name, nodes[0])].format(n=n.sql)})"
    return Part(sql, MOMENT, any_of((n.failed, base.failed, lost(sql, n, base))))


def _between(compiler: Compiler, name: str, nodes: Nodes) -> Part:
    _letters(name, "uMM", len(nodes))
    first, last = compiler.to(nodes[1], MOMENT), compiler.to(nodes[2], MOMENT)
    sql = f"timestampdiff({_unit(name, nodes[0])}, {first.sql}, {last.sql})"
    return Part(sql, INTEGER, any_of((first.failed, last.failed)))


SPECIAL_CALLS: dict[str, Callable[[Any, str, Nodes], Part]] = {
    **dict.fromkeys(("coalesce", "nvl", "ifnull"), _coalesce), **dict.fromkeys(("nullif", "greatest", "least"), _aligned_call),
    **dict.fromkeys(("isnull", "isnotnull"), _is_null), **dict.fromkeys(("if", "iff"), _if), "nvl2": _nvl2, "mod": _mod,
    **dict.fromkeys(("to_date", "try_to_date", "to_timestamp", "try_to_timestamp"), _to_time),
    **dict.fromkeys(("trim", "btrim"), _trimmed), "from_unixtime": _from_unixtime,
    **dict.fromkeys(("timestampadd", "dateadd", "date_add"), _added),
    **dict.fromkeys(("timestampdiff", "datediff", "date_diff"), _between),
}  # fmt: skip
