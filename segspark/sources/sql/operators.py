"""Operators, CASE and casts of an expression, compiled."""

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from segspark.sources.sql.combine import Compiler, aligned, bounded, cast_to, choose, ordered, small
from segspark.sources.sql.functions import CASTS, INTERVALS
from segspark.sources.sql.patterns import check_like
from segspark.sources.sql.tree import ExpressionError, quoted, text_value
from segspark.sources.sql.values import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    NUMERIC,
    TEXT,
    Part,
    any_of,
    converted,
    lost,
)  # fmt: skip


def _compare(sign: str) -> Callable[[Compiler, Any], Part]:
    def compare(compiler: Compiler, node: Any) -> Part:
        sides = [compiler.part(node.this), compiler.part(node.expression)]
        left, right = (ordered if sign in (">", ">=", "<", "<=") else aligned)(compiler, sides)
        return Part(f"({left.sql} {sign} {right.sql})", BOOLEAN, any_of((left.failed, right.failed)))

    return compare


def _arithmetic(function: str) -> Callable[[Compiler, Any], Part]:
    def calculate(compiler: Compiler, node: Any) -> Part:
        if isinstance(node.expression, exp.Interval):
            return _shift(compiler, function, node.this, node.expression)
        sides = [compiler.part(node.this), compiler.part(node.expression)]
        if {p.kind for p in sides} & {DATE, MOMENT}:
            raise ExpressionError("days are added by date_add(date, days), and compared by datediff(end, start)")
        left, right = (converted(p, NUMBER, compiler.writing) for p in sides)
        sql = f"{function}({left.sql}, {right.sql})"
        return Part(sql, NUMBER, any_of((left.failed, right.failed, lost(sql, left, right))))

    return calculate


def _shift(compiler: Compiler, function: str, of: exp.Expression, interval: exp.Interval) -> Part:
    base = compiler.part(of)
    base = base if base.kind == DATE else converted(base, MOMENT, compiler.writing)
    number, unit = str(interval.this.name if interval.this else ""), str(interval.unit or "").lower().removesuffix("s")
    if function not in ("try_add", "try_subtract") or unit not in INTERVALS or not re.fullmatch(r"\d{1,4}", number):
        raise ExpressionError(f"an interval is written like interval 7 days; units: {', '.join(INTERVALS)}")
    sql = f"{function}({base.sql}, interval {number} {unit})"
    kind = DATE if base.kind == DATE and unit in ("year", "quarter", "month", "week", "day") else MOMENT
    return Part(
        f"cast({sql} as {'date' if kind == DATE else 'timestamp'})", kind, any_of((base.failed, lost(sql, base)))
    )


def _negative(compiler: Compiler, node: Any) -> Part:
    part = compiler.part(node.this)
    if part.value is not None and part.kind in NUMERIC:
        return Part(f"(-{part.value})", part.kind, value=f"-{part.value}")
    number = converted(part, NUMBER, compiler.writing)
    return Part(f"(-{number.sql})", NUMBER, number.failed)


def _both(compiler: Compiler, node: Any) -> Part:
    left, right = compiler.to(node.this, BOOLEAN), compiler.to(node.expression, BOOLEAN)
    is_and = isinstance(node, exp.And)
    # The second side counts only where the first does not decide.
    reached = f"coalesce({left.sql}, true)" if is_and else f"not coalesce({left.sql}, false)"
    later = f"({reached} and {right.failed})" if right.failed else None
    return Part(f"({left.sql} {'and' if is_and else 'or'} {right.sql})", BOOLEAN, any_of((left.failed, later)))


def _not(compiler: Compiler, node: Any) -> Part:
    part = compiler.to(node.this, BOOLEAN)
    return Part(f"(not {part.sql})", BOOLEAN, part.failed)


def _is(compiler: Compiler, node: Any) -> Part:
    if isinstance(node.expression, exp.Null):
        part = compiler.part(node.this)
        return Part(f"({part.sql} is null)", BOOLEAN, part.failed)
    if not isinstance(node.expression, exp.Boolean):
        raise ExpressionError("write IS NULL, IS NOT NULL, IS TRUE or IS FALSE")
    part = compiler.to(node.this, BOOLEAN)
    return Part(f"({part.sql} <=> {'true' if node.expression.this else 'false'})", BOOLEAN, part.failed)


def _in(compiler: Compiler, node: Any) -> Part:
    if not node.expressions or node.args.get("query") or node.args.get("field") or node.args.get("unnest"):
        raise ExpressionError("IN needs a list of values in parentheses; a subquery is not allowed in a mapping")
    part, *values = aligned(compiler, [compiler.part(node.this), *map(compiler.part, node.expressions)])
    failed = any_of(p.failed for p in (part, *values))
    return Part(f"({part.sql} in ({', '.join(v.sql for v in values)}))", BOOLEAN, failed)


def _between(compiler: Compiler, node: Any) -> Part:
    parts = [compiler.part(node.this), compiler.part(node.args["low"]), compiler.part(node.args["high"])]
    part, low, high = ordered(compiler, parts)
    failed = any_of(p.failed for p in (part, low, high))
    return Part(f"({part.sql} between {low.sql} and {high.sql})", BOOLEAN, failed)


def _like(compiler: Compiler, node: Any, escape: str = "\\") -> Part:
    pattern = text_value(node.expression)
    if pattern is None:
        raise ExpressionError("LIKE needs a pattern in quotes")
    check_like(pattern, escape)
    part = compiler.to(node.this, TEXT)
    word = "ilike" if isinstance(node, exp.ILike) else "like"
    ending = "" if escape == "\\" else f" escape {quoted(escape)}"
    return Part(f"({part.sql} {word} {quoted(pattern)}{ending})", BOOLEAN, part.failed)


def _escape(compiler: Compiler, node: Any) -> Part:
    return _like(compiler, node.this, text_value(node.expression) or "")


def _rlike(compiler: Compiler, node: Any) -> Part:
    pattern = text_value(node.expression)
    if pattern is None:
        raise ExpressionError("RLIKE needs a regular expression in quotes")
    part = bounded(compiler.to(node.this, TEXT), pattern)
    return Part(f"({part.sql} rlike {quoted(pattern)})", BOOLEAN, part.failed)


def _joined(compiler: Compiler, node: Any) -> Part:
    left, right = compiler.to(node.this, TEXT), compiler.to(node.expression, TEXT)
    return Part(f"concat({left.sql}, {right.sql})", TEXT, any_of((left.failed, right.failed)))


def _case(compiler: Compiler, node: Any) -> Part:
    conditions: list[Part] = []
    for branch in node.args["ifs"]:
        if node.this is None:
            conditions.append(compiler.to(branch.this, BOOLEAN))
        else:
            conditions.append(_compare("=")(compiler, exp.EQ(this=node.this, expression=branch.this)))
    default = node.args.get("default") or exp.Null()
    return choose(compiler, conditions, [*(b.args["true"] for b in node.args["ifs"]), default])


def _if(compiler: Compiler, node: Any) -> Part:
    condition = compiler.to(node.this, BOOLEAN)
    return choose(compiler, [condition], [node.args["true"], node.args.get("false") or exp.Null()])


def _cast(compiler: Compiler, node: Any) -> Part:
    spark_type = node.to.sql(dialect="spark").lower()
    kind = CASTS.get("decimal" if spark_type.startswith("decimal") else spark_type)
    if kind is None:
        raise ExpressionError(f"a cast to {spark_type} is not allowed; there are {', '.join(CASTS)}")
    return cast_to(compiler, compiler.part(node.this), kind, spark_type, strict=not isinstance(node, exp.TryCast))


def _bracket(compiler: Compiler, node: Any) -> Part:
    of = compiler.part(node.this)
    if of.kind != LIST or len(node.expressions) != 1:
        raise ExpressionError("[n] takes an element of a list, such as split(column, ';')[0]; a column is a text")
    at = small(compiler, compiler.part(node.expressions[0]))
    return Part(f"get({of.sql}, {at.sql})", TEXT, any_of((of.failed, at.failed)))


def _trim(compiler: Compiler, node: Any) -> Part:
    part = compiler.to(node.this, TEXT)
    if node.args.get("expression") is None and not node.args.get("position"):
        return Part(f"trim({part.sql})", TEXT, part.failed, part.is_column)
    signs = compiler.to(node.expression, TEXT) if node.args.get("expression") else Part("' '", TEXT)
    position = str(node.args.get("position") or "BOTH").upper()
    return Part(f"trim({position} {signs.sql} from {part.sql})", TEXT, any_of((part.failed, signs.failed)))


def _extract(compiler: Compiler, node: Any) -> Part:
    unit = str(node.this).lower()
    if unit not in ("year", "quarter", "month", "day", "hour", "minute", "second", "week"):
        raise ExpressionError(f"extract takes year, quarter, month, week, day, hour, minute or second, not {unit}")
    part = compiler.to(node.expression, MOMENT)
    return Part(f"cast(extract({unit} from {part.sql}) as int)", INTEGER, part.failed)


def _whole(compiler: Compiler, node: Any) -> Part:
    part = _arithmetic("try_divide")(compiler, node)
    sql = f"try_cast({part.sql} as decimal(20,0))"
    return Part(f"try_cast(if({part.sql} < 0, ceil({part.sql}), floor({part.sql})) as {DECIMAL})", NUMBER,
                any_of((part.failed, lost(sql, part))))  # fmt: skip


OPERATORS: dict[type, Callable[[Any, Any], Part]] = {
    exp.EQ: _compare("="), exp.NEQ: _compare("<>"), exp.GT: _compare(">"), exp.GTE: _compare(">="),
    exp.LT: _compare("<"), exp.LTE: _compare("<="), exp.NullSafeEQ: _compare("<=>"),
    exp.Add: _arithmetic("try_add"), exp.Sub: _arithmetic("try_subtract"), exp.Mul: _arithmetic("try_multiply"),
    exp.Div: _arithmetic("try_divide"), exp.Mod: _arithmetic("try_mod"), exp.IntDiv: _whole,
    exp.Neg: _negative, exp.And: _both, exp.Or: _both, exp.Not: _not, exp.Is: _is, exp.In: _in,
    exp.Between: _between, exp.Like: _like, exp.ILike: _like, exp.Escape: _escape, exp.RegexpLike: _rlike,
    exp.DPipe: _joined, exp.Case: _case, exp.If: _if, exp.Cast: _cast, exp.TryCast: _cast, exp.Bracket: _bracket,
    exp.Trim: _trim, exp.Extract: _extract,
}  # fmt: skip
