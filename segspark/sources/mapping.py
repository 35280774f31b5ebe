"""The mapping of a source: its expressions and columns, checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import pyarrow as pa

from segspark.config.yaml_lines import Place
from segspark.errors import ConfigError
from segspark.sources.convert import COLUMNS, REQUIRED
from segspark.sources.expressions import ExpressionError, parse_expression
from segspark.sources.provider import Issue
from segspark.sources.spec import ColumnSpec, RecordSpec, Source

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
    """One expression to evaluate; ``name`` is the column of its result, a text."""

    name: str
    expression: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """A checked mapped source: its expressions, and which source columns hold identifiers."""

    source: Source
    outputs: tuple[Output, ...]
    identifying: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c for o in self.outputs for c in o.columns))

    @cached_property
    def taken_as_they_are(self) -> dict[str, str]:
        """Source column -> the output that is this column and nothing else, so that it must hold one value."""
        return {o.columns[0]: o.name.split("_", 1)[1].strip("_") for o in self.outputs if _is_column(o)}

    @property
    def raw_schema(self) -> pa.Schema:
        """Schema of ``read_raw``: a record's position, why it is refused, itself, and its named columns by number,
        because source columns may have any name."""
        return pa.schema([*OF_RECORD, *((f"column_{n}", pa.string()) for n in range(len(self.columns)))])


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
    outputs: list[Output] = []
    identifying: dict[str, str] = {}

    def add(name: str, text: str, place: Place, kind: str | None = None) -> None:
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            issues.append(Issue(place, f"{error}."))
            return
        outputs.append(Output(name, text, expression.columns))
        if kind:
            identifying.update(dict.fromkeys(expression.columns, kind))

    if not source.records:
        issues.append(Issue(("records",), "a mapped source needs at least one entry."))
    for at, record in enumerate(source.records):
        place: Place = ("records", at)
        if record.where:
            add(f"r{at}__where", record.where, (*place, "where"))
        if record.identifier:
            add(f"r{at}__id", record.identifier.value, (*place, "identifier", "value"), record.identifier.kind)
        if record.anonymous:
            add(f"r{at}__anonymous", record.anonymous, (*place, "anonymous"), "anonymous")
        for n, link in enumerate(record.links):
            add(f"r{at}__link{n}", link.value, (*place, "links", n, "value"), link.kind)
        for name, text in _texts(record):
            add(f"r{at}_{name}", text, (*place, "columns", *name.split("__", 1)))
        issues += _column_issues(record, place)
    if source.received.how == "column":
        add("received", source.received.column or "", ("received", "column"))
    plain = {c for o in outputs for c in o.columns}
    for column in sorted(plain):
        if any(other.startswith(column + ".") for other in plain):
            issues.append(Issue(("records",), f"use either {column} or its fields ({column}.…), not both."))
    return Mapping(source, tuple(outputs), tuple(sorted(identifying.items()))), issues


def _texts(record: RecordSpec) -> Iterator[tuple[str, str]]:
    for name, spec in record.columns.items():
        if name == "attributes" and isinstance(spec, dict):
            yield from ((f"attributes__{key}", text) for key, text in spec.items())
        elif isinstance(spec, ColumnSpec):
            yield name, spec.value
        elif isinstance(spec, str):
            yield name, spec


def _column_issues(record: RecordSpec, place: Place) -> list[Issue]:
    allowed = COLUMNS[record.target]
    below: Place = (*place, "columns")
    issues = []
    for name, spec in record.columns.items():
        if name == "attributes":
            if not isinstance(spec, dict):
                issues.append(Issue((*below, name), "a mapping of name: expression is needed."))
        elif name not in allowed:
            near = get_close_matches(name, allowed, 1)
            hint = f"Did you mean {near[0]}? " if near else ""
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
