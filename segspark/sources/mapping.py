"""The mapping of a source: its expressions and columns, checked and compiled."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from segspark.config.yaml_lines import Place
from segspark.errors import ConfigError
from segspark.near import near
from segspark.sources.convert import COLUMNS, REQUIRED
from segspark.sources.name_hints import lacking, maybe_column
from segspark.sources.provider import Issue
from segspark.sources.spec import ColumnSpec, RecordSpec, Source
from segspark.sources.sql.compile import Compiled, columns_of, compile_expression
from segspark.sources.sql.tree import ExpressionError
from segspark.sources.sql.values import BOOLEAN, TEXT, Writing

# The columns of ``Mapping.raw_schema`` that every record has.
OF_RECORD = [
    ("file", pa.int32()),
    ("position", pa.int64()),
    ("reasons", pa.list_(pa.string())),
    ("raw", pa.binary()),
    ("flags", pa.list_(pa.string())),
]


@dataclass(frozen=True)
class Output:
    """One expression to evaluate.

    Attributes:
        name: column of its result, a text (``…__where``: a boolean).
        label: what it fills, as reasons name it.
        compiled: its Spark SQL over the columns of ``Mapping.raw_schema``.
    """

    name: str
    label: str
    expression: str
    columns: tuple[str, ...]
    compiled: Compiled


@dataclass(frozen=True)
class Mapping:
    """A checked mapped source: its expressions, and which source columns hold identifiers."""

    source: Source
    columns: tuple[str, ...]
    outputs: tuple[Output, ...]
    identifying: tuple[tuple[str, str], ...]

    @cached_property
    def taken_as_they_are(self) -> dict[str, str]:
        """Source column -> the output that is this column and nothing else, so that it must hold one value."""
        return {o.columns[0]: o.label for o in self.outputs if _is_column(o)}

    @property
    def raw_schema(self) -> pa.Schema:
        """Schema of ``read_raw``: a record's position, why it is refused, itself, and its named columns by number,
        because source columns may have any name."""
        return pa.schema([*OF_RECORD, *((f"column_{n}", pa.string()) for n in range(len(self.columns)))])

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that no file may lack."""
        return tuple(c for c in self.columns if c not in self.source.optional)

    @property
    def kinds(self) -> dict[str, str]:
        """Output -> what its expression gives."""
        return {o.name: o.compiled.kind for o in self.outputs}


@dataclass(frozen=True)
class _Entry:
    """One expression of the YAML."""

    name: str
    label: str
    text: str
    place: Place
    writing: Writing
    identifies: str | None = None


def _is_column(output: Output) -> bool:
    return len(output.columns) == 1 and output.expression.strip().replace("`", "") == output.columns[0]


def compile_mapping(source: Source) -> Mapping:
    """The checked mapping of a mapped source.

    Raises:
        ConfigError: all errors of the source at once.
    """
    mapping, issues = _examined(source)
    if issues:
        raise ConfigError("\n".join(f"source {source.name}, {issue}" for issue in issues))
    return mapping


def mapping_issues(source: Source) -> list[Issue]:
    """What is wrong with every expression and column name of a mapped source."""
    return _examined(source)[1]


def _examined(source: Source) -> tuple[Mapping, list[Issue]]:
    issues: list[Issue] = []
    if not source.records:
        issues.append(Issue(("records",), "a mapped source needs at least one entry."))
    read: list[tuple[_Entry, tuple[str, ...]]] = []
    for entry in _entries(source):
        try:
            read.append((entry, columns_of(entry.text)))
        except ExpressionError as error:
            issues.append(Issue(entry.place, f"{error}.{maybe_column(entry.text)}"))
    number: dict[str, int] = {}
    for _, columns in read:
        for column in columns:
            number.setdefault(column, len(number))
    outputs: list[Output] = []
    identifying: dict[str, str] = {}
    for entry, columns in read:
        kind = BOOLEAN if entry.name.endswith("__where") else TEXT
        try:
            compiled = compile_expression(entry.text, entry.writing, lambda c: f"column_{number[c]}", kind)
        except ExpressionError as error:
            issues.append(Issue(entry.place, f"{error}.{maybe_column(entry.text)}"))
            continue
        outputs.append(Output(entry.name, entry.label, entry.text, columns, compiled))
        if entry.identifies:
            identifying.update(dict.fromkeys(columns, entry.identifies))
    for at, record in enumerate(source.records):
        issues += _column_issues(record, ("records", at))
    for column in sorted(number):
        if any(other.startswith(column + ".") for other in number):
            issues.append(Issue(("records",), f"use either {column} or its fields ({column}.…), not both."))
    issues += _unnamed_columns(source, tuple(number))
    return Mapping(source, tuple(number), tuple(outputs), tuple(sorted(identifying.items()))), issues


def _unnamed_columns(source: Source, columns: tuple[str, ...]) -> list[Issue]:
    """Columns that ``csv.columns``, which names all of them, does not name."""
    if source.format != "csv" or not source.csv.columns:
        return []
    missing = [c for c in columns if c not in source.csv.columns and c not in source.optional]
    return [Issue(("csv", "columns"), lacking(missing, source.csv.columns))] if missing else []


def _entries(source: Source) -> Iterator[_Entry]:
    own = writing_of(source)
    for at, record in enumerate(source.records):
        place: Place = ("records", at)
        if record.where:
            yield _Entry(f"r{at}__where", "where", record.where, (*place, "where"), own)
        if (by := record.identifier) is not None:
            yield _Entry(f"r{at}__id", "identifier", by.value, (*place, "identifier", "value"), own, by.kind)
        if record.anonymous:
            yield _Entry(f"r{at}__anonymous", "anonymous", record.anonymous, (*place, "anonymous"), own, "anonymous")
        for n, link in enumerate(record.links):
            yield _Entry(f"r{at}__link{n}", "links", link.value, (*place, "links", n, "value"), own, link.kind)
        for name, spec in record.columns.items():
            here: Place = (*place, "columns", name)
            if isinstance(spec, ColumnSpec):
                yield _Entry(f"r{at}_{name}", name, spec.value, (*here, "value"), writing_of(source, spec))
            elif isinstance(spec, str):
                yield _Entry(f"r{at}_{name}", name, spec, here, own)
            elif name == "attributes":
                for key, text in spec.items():
                    yield _Entry(f"r{at}_attributes__{key}", f"attributes.{key}", text, (*here, key), own)
    if source.received.how == "column":
        yield _Entry("received", "received", source.received.column or "", ("received", "column"), own)


def writing_of(source: Source, spec: ColumnSpec | None = None) -> Writing:
    """How a source writes times and numbers, or one column of it."""
    times = (spec.times if spec else None) or source.times
    mark = (spec.decimal_mark if spec else None) or source.decimal_mark
    return Writing((times,) if isinstance(times, str) else tuple(times), source.time_zone, mark)


def _column_issues(record: RecordSpec, place: Place) -> list[Issue]:
    allowed = COLUMNS[record.target]
    below: Place = (*place, "columns")
    issues = []
    for name, spec in record.columns.items():
        if name == "attributes":
            if not isinstance(spec, dict):
                issues.append(Issue((*below, name), "a mapping of name: expression is needed."))
        elif name not in allowed:
            close = near(name, allowed, 1)
            hint = f"Did you mean {close[0]}? " if close else ""
            issues.append(
                Issue((*below, name), f"there is no such column. {hint}Allowed: {', '.join(sorted(allowed))}.")
            )
        elif isinstance(spec, dict):
            issues.append(Issue((*below, name), "an expression, or {value: …, times: …, decimal_mark: …}, is needed."))
    for name in REQUIRED[record.target]:
        if name not in record.columns:
            issues.append(Issue(below, f"{record.target} need the column {name}."))
    owner = record.identifier or (record.anonymous if record.target == "events" else None)
    if owner is None and record.target in ("profiles", "consents"):
        issues.append(Issue(place, f"{record.target} need an identifier."))
    return issues
