"""A compiled part of an expression: its Spark SQL, its kind, and when it failed; and the conversions between kinds.

Every column of a mapped source is a text. Conversions give null for a text that does not fit, and say so in
``failed``: the record is then refused. An empty text is no failure: it converts to null.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from segspark.sources.sql.patterns import names_offset, spark_form
from segspark.sources.sql.tree import ExpressionError, quoted

TEXT, NUMBER, INTEGER, BOOLEAN, DATE, MOMENT, LIST, NOTHING = (
    "text", "number", "integer", "boolean", "date", "moment", "list", "nothing",
)  # fmt: skip
NUMERIC = (NUMBER, INTEGER)
# Exact, unlike double: 0.1 + 0.2 is 0.3, and large numbers are not written as 1.0E7.
DECIMAL = "decimal(30,10)"
SPARK_TYPES = {
    TEXT: "string", NUMBER: DECIMAL, INTEGER: "int", BOOLEAN: "boolean", DATE: "date", MOMENT: "timestamp",
    LIST: "array<string>",
}  # fmt: skip
_NUMBER = r"^\s*[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,2})?\s*$"
# As money.py reads it: blanks stand between groups of three digits.
_BLANKS = " \u00a0\u2009\u202f"
_NUMBER_COMMA = f"^\\s*[+-]?([0-9]+|[0-9]{{1,3}}([{_BLANKS}][0-9]{{3}})+)(,[0-9]+)?\\s*$"
_OFFSET = r"(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_ISO = rf"^\s*[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,9}})?)?\s*{_OFFSET}?)?\s*$"
_HAS_OFFSET = rf":[0-9]{{2}}([.][0-9]+)?\s*{_OFFSET}\s*$"
_ISO_DATE = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}(?=\s*$|[T ][0-9])"
# Seconds since 1970 of the years 1 to 9999: beyond, Spark's arithmetic of times overflows.
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}


@dataclass(frozen=True)
class Writing:
    """How the texts of a file's columns are written: forms of times, zone of naive times, decimal mark."""

    times: tuple[str, ...] = ("iso",)
    time_zone: str | None = None
    decimal_mark: str = "."


@dataclass(frozen=True)
class Part:
    """A compiled part.

    Attributes:
        failed: Spark SQL that is true where a conversion of a non-empty value failed; None if none can.
        is_column: whether it is a column as it stands in the file, written as the source writes.
        value: of a literal.
    """

    sql: str
    kind: str
    failed: str | None = None
    is_column: bool = False
    value: str | None = None


def as_written(parts: Iterable[Part]) -> bool:
    """Whether a choice among the parts is still written as the source writes."""
    left = [p for p in parts if p.value is None and p.kind != NOTHING]
    return bool(left) and all(p.is_column for p in left)


def any_of(failed: Iterable[str | None]) -> str | None:
    """True where any of the conditions is."""
    conditions = list(dict.fromkeys(f for f in failed if f))
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return f"({' or '.join(conditions)})"


def lost(result: str, *inputs: Part) -> str:
    """True where the result is null and no input is null or an empty text."""
    there = [f"{p.sql} is not null" + (f" and trim({p.sql}) <> ''" if p.kind == TEXT else "") for p in inputs]
    return f"({' and '.join(there)} and {result} is null)"


def converted(part: Part, kind: str, writing: Writing, spark_type: str | None = None) -> Part:
    """A part as another kind, as ``cast`` would make it.

    Raises:
        ExpressionError: no such conversion exists.
    """
    if part.kind == kind and spark_type is None:
        return part
    if part.kind == NOTHING:
        return Part(f"cast(null as {spark_type or SPARK_TYPES[kind]})", kind, part.failed)
    if part.kind == LIST or kind == LIST:
        raise ExpressionError(f"a {part.kind} cannot be read as a {kind}")
    if kind == TEXT:
        return _as_text(part, writing)
    if part.kind == TEXT:
        sql = _from_text(part, kind, writing, spark_type)
    elif kind in NUMERIC and part.kind in (*NUMERIC, BOOLEAN):
        sql = f"try_cast({part.sql} as {spark_type or SPARK_TYPES[kind]})"
        if part.kind == INTEGER and spark_type is None:
            # Every whole number fits.
            return Part(f"cast({part.sql} as decimal(20,0))", kind, part.failed)
    elif (part.kind, kind) in ((DATE, MOMENT), (MOMENT, DATE), (INTEGER, BOOLEAN), (NUMBER, BOOLEAN)):
        return Part(f"cast({part.sql} as {SPARK_TYPES[kind]})", kind, part.failed)
    else:
        raise ExpressionError(f"a {part.kind} cannot be read as a {kind}")
    return Part(sql, kind, any_of((part.failed, lost(sql, part))))


def _as_text(part: Part, writing: Writing) -> Part:
    sql = f"cast({part.sql} as string)"
    if part.kind == NUMBER:
        # 59.9700000000 -> 59.97
        sql = f"regexp_replace({sql}, {quoted(r'[.]0+$|([.][0-9]*[1-9])0+$')}, '$1')"
    elif part.kind == MOMENT and writing.time_zone is None:
        raise ExpressionError("a calculated time is one of the source's time zone; declare time_zone")
    return Part(sql, TEXT, part.failed)


def _from_text(part: Part, kind: str, writing: Writing, spark_type: str | None) -> str:
    # What functions make of texts is written as SQL writes; only the columns are written as the source writes.
    own = writing if part.is_column else replace(writing, times=("iso",), decimal_mark=".")
    if kind == NUMBER:
        return f"try_cast({_digits(part.sql, own)} as {spark_type or DECIMAL})"
    if kind == DATE:
        if own.times == ("iso",):
            return f"try_cast(regexp_substr({part.sql}, {quoted(_ISO_DATE)}) as date)"
        return f"cast({moment(part.sql, own)} as date)"
    if kind == MOMENT:
        return moment(part.sql, own)
    return f"try_cast({part.sql} as {spark_type or SPARK_TYPES[kind]})"


def _digits(sql: str, writing: Writing) -> str:
    """The text where it is a number, else null: Spark's own cast would also take digits of other scripts."""
    if writing.decimal_mark == ",":
        return f"translate(regexp_substr({sql}, {quoted(_NUMBER_COMMA)}), ',{_BLANKS}', '.')"
    return f"regexp_substr({sql}, {quoted(_NUMBER)})"


def moment(sql: str, writing: Writing) -> str:
    """A text as the wall-clock time in the source's zone (UTC where none is declared)."""
    forms = []
    for form in writing.times:
        if form == "iso":
            forms.append(_iso(sql, writing))
        elif form in EPOCH_UNITS:
            forms.append(
                in_zone(seconds(f"try_cast({_digits(sql, writing)} as {DECIMAL})", EPOCH_UNITS[form]), writing)
            )
        else:
            spark = spark_form(form)
            if spark is None:
                raise ExpressionError(
                    f"times written as {form!r} must be read by try_to_timestamp(column, 'dd/MM/yyyy …')"
                )
            forms.append(f"try_to_timestamp({sql}, {quoted(spark)})")
    return forms[0] if len(forms) == 1 else f"coalesce({', '.join(forms)})"


def _iso(sql: str, writing: Writing) -> str:
    text = f"regexp_substr({sql}, {quoted(_ISO)})"
    instant = f"try_cast({text} as timestamp)"
    if writing.time_zone in (None, "UTC"):
        return instant
    return f"if({sql} rlike {quoted(_HAS_OFFSET)}, {in_zone(instant, writing)}, {instant})"


def seconds(number: str, unit: int) -> str:
    """The instant that is so many units after 1970, null beyond the calendar."""
    scaled = number if unit == 1 else f"try_divide({number}, {unit})"
    bounded = f"if({scaled} between {FIRST_SECOND} and {LAST_SECOND}, {scaled}, null)"
    return f"timestamp_seconds(cast({bounded} as decimal(20,6)))"


def in_zone(instant: str, writing: Writing) -> str:
    return (
        instant
        if writing.time_zone in (None, "UTC")
        else f"from_utc_timestamp({instant}, {quoted(str(writing.time_zone))})"
    )


def read_moment(part: Part, form: str, writing: Writing) -> str:
    """A text in a form of the expression's own, as wall-clock time in the source's zone."""
    sql = f"try_to_timestamp({part.sql}, {quoted(form)})"
    return in_zone(sql, writing) if names_offset(form) else sql
