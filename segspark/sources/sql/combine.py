"""Parts brought together: of one kind, chosen among, cast, bounded."""

import re
from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from segspark.sources.sql.regexes import longest_for
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import (
    DATE,
    INTEGER,
    MOMENT,
    NOTHING,
    NUMBER,
    NUMERIC,
    TEXT,
    Part,
    Writing,
    any_of,
    as_written,
    converted,
    lost,
)  # fmt: skip

_DECIMAL = re.compile(r"decimal\((\d+)(?:, ?(\d+))?\)")


class Compiler(Protocol):
    writing: Writing

    def part(self, node: exp.Expression) -> Part: ...
    def to(self, node: exp.Expression, kind: str) -> Part: ...


def aligned(compiler: Compiler, parts: Sequence[Part]) -> list[Part]:
    """Parts as the one kind in which they can be compared or take each other's place; texts follow the others.

    Raises:
        ExpressionError: there is no such kind.
    """
    kinds = {p.kind for p in parts} - {NOTHING}
    others = kinds - {TEXT}
    if others == {INTEGER, NUMBER} or (others == {INTEGER} and TEXT in kinds):
        kind = NUMBER
    elif others == {DATE, MOMENT}:
        kind = MOMENT
    elif len(others) > 1:
        raise ExpressionError(f"{' and '.join(sorted(others))} do not go together; cast one of them")
    else:
        kind = next(iter(others or kinds), TEXT)
    return [p if p.kind == kind else converted(p, kind, compiler.writing) for p in parts]


def ordered(compiler: Compiler, parts: Sequence[Part]) -> list[Part]:
    """Aligned parts of which one may be smaller than another.

    Raises:
        ExpressionError: two are columns of the file, and nothing says what their texts are.
    """
    if sum(p.is_column for p in parts) > 1 and all(p.kind in (TEXT, NOTHING) for p in parts):
        raise ExpressionError(
            "two columns are texts, and as texts 10 is smaller than 9; say what they are, as in a::decimal > b::decimal "
            "or to_date(a) > to_date(b)"
        )
    return aligned(compiler, parts)


def choose(compiler: Compiler, conditions: Sequence[Part], results: Sequence[exp.Expression]) -> Part:
    """The result of the first condition that is true, else the last; only what is reached can fail."""
    parts = aligned(compiler, [compiler.part(r) for r in results])
    pairs = list(zip(conditions, parts, strict=False))
    whens = " ".join(f"when {c.sql} then {p.sql}" for c, p in pairs)
    failed = parts[-1].failed
    for condition, part in reversed(pairs):
        if part.failed or failed:
            failed = f"(case when {condition.sql} then {part.failed or 'false'} else {failed or 'false'} end)"
        failed = any_of((condition.failed, failed))
    return Part(f"(case {whens} else {parts[-1].sql} end)", parts[0].kind, failed, as_written(parts))


def cast_to(compiler: Compiler, part: Part, kind: str, spark_type: str, *, strict: bool) -> Part:
    """A cast that the user wrote; try_cast is not strict, and its nulls are no failures."""
    own = _DECIMAL.fullmatch(spark_type)
    if own and (int(own[1]) > 38 or int(own[2] or 0) > int(own[1])):
        raise ExpressionError(f"there is no {spark_type}")
    # Spark's bare `decimal` has no digits after the point, and double is not exact.
    exact = spark_type if own or spark_type in ("bigint", "smallint", "tinyint") else None
    made = converted(part, kind, compiler.writing, exact if kind in NUMERIC else None)
    return made if strict else Part(made.sql, made.kind, part.failed)


def small(compiler: Compiler, part: Part) -> Part:
    """A number of days or of signs: with larger ones Spark's own arithmetic overflows."""
    if part.value is not None and part.kind == INTEGER and abs(int(part.value)) < 2**15:
        return part
    return converted(part, INTEGER, compiler.writing, "smallint")


def bounded(part: Part, pattern: str) -> Part:
    """A text for a regular expression; one so long that matching could end the run is a failure."""
    sql = f"if(length({part.sql}) <= {longest_for(pattern)}, {part.sql}, null)"
    return Part(sql, TEXT, any_of((part.failed, lost(sql, part))))
