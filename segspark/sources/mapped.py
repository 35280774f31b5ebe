"""Any table as a source, by YAML alone: read as text, mapped by Spark SQL, typed by strict converters.

Three steps in one lazy plan: ``read_raw`` (Arrow tasks give each record's named columns as texts, and its scrubbed
text to keep), ``evaluate`` (the mapping's expressions as Spark columns, text in, text out), ``convert`` (Arrow tasks:
types and pseudonyms).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from segspark import address
from segspark.errors import ConfigError
from segspark.pseudonyms import Pseudonymiser
from segspark.sources import json_strict
from segspark.sources.convert import COLUMNS, REQUIRED, Notation
from segspark.sources.expressions import ExpressionError, parse_expression
from segspark.sources.files import (
    BrokenFile,
    InputFile,
    csv_records,
    flatten,
    json_records,
    parquet_records,
    read_bytes,
)
from segspark.sources.gateway import KEPT_TEXT, no_cyclic_collection
from segspark.sources.plan import GatewayPlan
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.spec import ColumnSpec, RecordSpec, Source
from segspark.sources.targets import Maker, make_maker
from segspark.sources.vocabulary import Produced, Rejected

BATCH = 5_000

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_OF_RECORD = [
    ("file", pa.int32()),
    ("position", pa.int64()),
    ("reasons", pa.list_(pa.string())),
    ("text", pa.string()),
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

    @property
    def raw_schema(self) -> pa.Schema:
        """Schema of ``read_raw``: a record's position, why it is refused, its text, and its named columns by number,
        because source columns may have any name."""
        return pa.schema([*_OF_RECORD, *((f"column_{n}", pa.string()) for n in range(len(self.columns)))])


def compile_mapping(source: Source) -> Mapping:
    """Check every expression and column name of a mapped source.

    Raises:
        ConfigError: all errors of the source at once.
    """
    issues: list[str] = []
    outputs: list[Output] = []
    identifying: dict[str, str] = {}

    def add(name: str, text: str, where: str, kind: str | None = None) -> None:
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            issues.append(f"{where}: {error}")
            return
        outputs.append(Output(name, text, expression.columns))
        if kind:
            identifying.update(dict.fromkeys(expression.columns, kind))

    for at, record in enumerate(source.records):
        where = f"source {source.name}, records[{at}] ({record.target})"
        if record.where:
            add(f"r{at}__where", record.where, f"{where}.where")
        if record.identifier:
            add(f"r{at}__id", record.identifier.value, f"{where}.identifier", record.identifier.kind)
        if record.anonymous:
            add(f"r{at}__anonymous", record.anonymous, f"{where}.anonymous", "anonymous")
        for n, link in enumerate(record.links):
            add(f"r{at}__link{n}", link.value, f"{where}.links[{n}]", link.kind)
        for name, text in _texts(record):
            add(f"r{at}_{name}", text, f"{where}.columns.{name}")
        issues += _column_faults(record, where)
    if source.received.how == "column":
        add("received", source.received.column or "", f"source {source.name}, received.column")
    plain = {c for o in outputs for c in o.columns}
    for column in plain:
        if any(other.startswith(column + ".") for other in plain):
            issues.append(f"source {source.name}: use either {column} or its fields ({column}.…), not both")
    if issues:
        raise ConfigError("\n".join(issues))
    return Mapping(source, tuple(outputs), tuple(sorted(identifying.items())))


def _texts(record: RecordSpec) -> Iterator[tuple[str, str]]:
    for name, spec in record.columns.items():
        if name == "attributes" and isinstance(spec, dict):
            yield from ((f"attributes__{key}", text) for key, text in spec.items())
        elif isinstance(spec, ColumnSpec):
            yield name, spec.value
        elif isinstance(spec, str):
            yield name, spec


def _column_faults(record: RecordSpec, where: str) -> list[str]:
    allowed = COLUMNS[record.target]
    issues = []
    for name, spec in record.columns.items():
        if name == "attributes":
            if not isinstance(spec, dict):
                issues.append(f"{where}.columns.attributes: a mapping of name: expression is needed")
        elif name not in allowed:
            near = get_close_matches(name, allowed, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            issues.append(f"{where}.columns.{name}: no such column; {hint}allowed: {', '.join(sorted(allowed))}")
        elif isinstance(spec, dict):
            issues.append(f"{where}.columns.{name}: an expression, or {{value: …, times: …, decimal_mark: …}}")
    for name in REQUIRED[record.target]:
        if name not in record.columns:
            issues.append(f"{where}.columns lacks {name}")
    owner = record.identifier or (record.anonymous if record.target == "events" else None)
    if owner is None and record.target in ("profiles", "consents"):
        issues.append(f"{where} lacks an identifier")
    return issues


def check_header(mapping: Mapping, file: InputFile, limits_bytes: int) -> None:
    """Check that the file's header has the columns named by the mapping (CSV only; JSON keys may be absent).

    Raises:
        ConfigError: lists the missing columns, those of the file, and similar names.
    """
    if mapping.source.format != "csv" or mapping.source.csv.columns:
        return
    first = next(iter(csv_records(read_bytes(file.path, limits_bytes), mapping.source.csv)), None)
    if not isinstance(first, dict):
        return
    missing = [c for c in mapping.columns if c not in first]
    if missing:
        near = get_close_matches(missing[0], first, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(
            f"source {mapping.source.name}: {file.name} lacks {missing}; it has {list(first)}.{hint} "
            f"Correct the expressions under `records` of the source's YAML."
        )


# Step 1 --------------------------------------------------------------------------------------------------------


def read_raw(plan: GatewayPlan, mapping: Mapping, group: int) -> Iterator[pa.RecordBatch]:
    """Records of one group of files: the columns named by the mapping and the text to keep; ``file`` is its number."""
    source, text_of = mapping.source, Scrubber(plan, mapping).text_of
    columns, schema = mapping.columns, mapping.raw_schema
    nothing = (None,) * len(columns)
    rows: list[tuple[Any, ...]] = []
    with no_cyclic_collection():
        for file in plan.groups[group]:
            number = file.number
            try:
                for position, (fields, reasons, text) in enumerate(_records(plan, source, file)):
                    if fields is None:
                        rows.append((number, position, reasons, text, *nothing))
                    else:
                        rows.append((number, position, None, text_of(fields), *map(fields.get, columns)))
                    if len(rows) >= BATCH:
                        yield _raw_batch(rows, schema)
                        rows = []
            except BrokenFile as error:
                # Records read so far are dropped: the file is refused as a whole, and a repaired one has another hash.
                rows = [r for r in rows if r[0] != number]
                rows.append((number, -1, [error.reason], "", *nothing))
    if rows:
        yield _raw_batch(rows, schema)


def _raw_batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


def _records(
    plan: GatewayPlan, source: Source, file: InputFile
) -> Iterator[tuple[dict[str, str | None] | None, list[str] | None, str | None]]:
    """Each record's texts by name; for a refused record None, the reason, and its own text."""
    if source.format == "parquet":
        for fields in parquet_records(file.path):
            yield fields, None, None
        return
    content = read_bytes(file.path, plan.limits.max_inflated_bytes)
    if source.format == "csv":
        for row in csv_records(content, source.csv):
            if isinstance(row, Rejected):
                yield None, row.reasons, str(row.args[0])
            elif _is_undecodable(row):
                yield None, ["encoding"], json.dumps(row)
            else:
                yield row, None, None  # type: ignore[misc]
        return
    limits = plan.limits
    for raw, known in json_records(content):
        try:
            value, _ = json_strict.decode(
                raw, max_bytes=limits.max_record_bytes, max_depth=limits.max_depth, known=known
            )
            if not isinstance(value, dict):
                raise Rejected("type")
        except Rejected as error:
            yield None, error.reasons, raw[:KEPT_TEXT].decode(errors="replace").replace("\x00", "\ufffd")
        else:
            yield flatten(value), None, None


def _is_undecodable(row: dict[str, str]) -> bool:
    """Whether it holds a byte that the file's encoding cannot decode, kept as a lone surrogate."""
    if all(map(str.isascii, row.values())):
        return False
    try:
        "".join(row.values()).encode()
    except UnicodeEncodeError:
        return True
    return False


class Scrubber:
    """Writes a record's fields as JSON, without the scrubbed columns and with identifiers replaced by pseudonyms."""

    def __init__(self, plan: GatewayPlan, mapping: Mapping) -> None:
        self._pseudonyms = Pseudonymiser(plan.key)
        self._kinds = dict(mapping.identifying)
        self._scrubbed = frozenset(mapping.source.scrub)
        self._decided: dict[str, tuple[bool, str | None]] = {}

    def text_of(self, fields: dict[str, str | None]) -> str:
        kept: dict[str, str | None] = {}
        for name, value in fields.items():
            decided = self._decided.get(name)
            is_kept, kind = self._decide(name) if decided is None else decided
            if is_kept:
                kept[name] = value if kind is None or value is None else self._pseudonyms.mask(kind, value)
        text = orjson.dumps(kept).decode()
        return address.replace_addresses(text, self._pseudonyms.mask_address)

    def _decide(self, name: str) -> tuple[bool, str | None]:
        """Whether a column is kept, and the kind of identifier it holds."""
        is_scrubbed = name in self._scrubbed or name.split(".")[0] in self._scrubbed
        # An object is also present as a whole, including its identifying fields.
        holds = name not in self._kinds and any(k.startswith(name + ".") for k in self._kinds)
        self._decided[name] = decided = (not is_scrubbed and not holds, self._kinds.get(name))
        return decided


# Step 2 --------------------------------------------------------------------------------------------------------


def evaluate(raw: "DataFrame", mapping: Mapping) -> "DataFrame":
    """The mapping's expressions over the raw texts.

    Args:
        raw: columns of ``mapping.raw_schema``.
        mapping: a checked mapping.

    Returns:
        The columns known of each record, and one text column per expression (``…__where`` is boolean). Dotted columns
        become structs, so ``value.amount`` works as in a nested table.
    """
    from pyspark.sql import functions as F

    number = {column: f"column_{n}" for n, column in enumerate(mapping.columns)}
    tree: dict[str, Any] = {}
    for column in mapping.columns:
        *parents, leaf = column.split(".") if f"`{column}`" not in _all_text(mapping) else [column]
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = column

    def build(node: Any) -> "Column":
        if isinstance(node, str):
            return F.col(number[node])
        return F.struct(*[build(child).alias(name) for name, child in node.items()])

    # Kept apart from the record's own columns: a source column may be called `text`.
    record = F.struct(*[build(node).alias(name) for name, node in tree.items()]) if tree else F.lit(None)
    flat = raw.select(F.struct(*[name for name, _ in _OF_RECORD]).alias("_raw"), record.alias("_record"))
    named = flat.select("_raw", *([F.col("_record.*")] if tree else []))
    outputs = [
        F.expr(o.expression).cast("boolean" if o.name.endswith("__where") else "string").alias(o.name)
        for o in mapping.outputs
    ]
    return named.select("_raw", *outputs).select("_raw.*", *[o.name for o in mapping.outputs])


def _all_text(mapping: Mapping) -> str:
    return " ".join(o.expression for o in mapping.outputs)


# Step 3 --------------------------------------------------------------------------------------------------------


def convert(plan: GatewayPlan, mapping: Mapping, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Convert and stage the evaluated texts; a record that fails in any column is quarantined with all its reasons."""
    finish = Sanitizer(plan)
    files = {file.number: file for group in plan.groups for file in group}
    makers = [make_maker(mapping.source, at, plan.context.currency) for at in range(len(mapping.source.records))]
    with no_cyclic_collection():
        for batch in batches:
            names = batch.schema.names
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                row = dict(zip(names, values, strict=True))
                _convert_one(finish, mapping, makers, files[row["file"]], row)
        yield from finish.close()


def _convert_one(
    finish: Sanitizer, mapping: Mapping, makers: list[Maker], file: InputFile, row: dict[str, Any]
) -> None:
    position, text = row["position"], row["text"] or ""
    if row["reasons"]:
        stage = "read" if position < 0 else "parse"
        finish.rejected(file, position, text, row["reasons"], [], stage)
        return
    produced, reasons = Produced(), []
    for maker in makers:
        try:
            maker(row, file, produced)
        except Rejected as error:
            reasons += error.reasons
    if mapping.source.received.how == "column":
        produced.received_at, reason = _received(mapping.source, row)
        reasons += [reason] if reason else []
    if reasons:
        finish.rejected(file, position, text, reasons, [], "convert")
        return
    produced.ignored = not (
        produced.events or produced.orders or produced.lines or produced.profiles or produced.consents
    )
    finish.accepted(file, position, text, produced, [], is_scrubbed=True)


def _received(source: Source, row: dict[str, Any]) -> tuple[int | None, str | None]:
    text = row.get("received")
    if not text:
        return None, "missing:received"
    try:
        return COLUMNS["events"]["occurred_at"](text, Notation(source.times, source.time_zone)), None
    except Rejected as error:
        return None, f"{error.reasons[0]}:received"
