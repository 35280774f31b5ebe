"""Any table as a source, by YAML alone: read as text, mapped by Spark SQL, typed by strict converters.

Three steps in one lazy plan: ``read_raw`` (Arrow tasks give each record and its named columns as texts), ``evaluate`` (the mapping's expressions as Spark columns, text in, text out), ``convert`` (Arrow tasks:
types and pseudonyms).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard

import pyarrow as pa

from segspark.errors import ConfigError
from segspark.sources.column_names import told_names
from segspark.sources.convert import COLUMNS, Notation, shape_of
from segspark.sources.counts import count_records
from segspark.sources.empty_columns import EmptyColumns
from segspark.sources.files import InputFile
from segspark.sources.gateway import no_cyclic_collection, over_groups, without_values
from segspark.sources.headers import Headers, keys_of_first, keys_of_most, known_headers
from segspark.sources.mapping import OF_RECORD, Mapping, compile_mapping, mapping_issues
from segspark.sources.name_hints import lacking
from segspark.sources.plan import GatewayPlan
from segspark.sources.provider import NoOptions, Provider
from segspark.sources.raw import read_raw
from segspark.sources.receipt import of_content, of_file, of_record
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.shapes import Kept
from segspark.sources.spec import Source
from segspark.sources.targets import Maker, failed_name, make_maker, notation_of
from segspark.sources.trial import columns_of, try_out
from segspark.sources.vocabulary import Produced, Rejected
from segspark.tables.staging import NAMED_DDL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Of a source's files -> of its records in their envelopes (sealing.py).
FORMS = {"csv": "csv", "json": "json", "parquet": "row"}


def stage(tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    """The rows of a mapped source.

    Raises:
        ConfigError: no file of a new source has all columns that the mapping names, or Spark refuses an expression.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    mapping = compile_mapping(plan.source)
    if not plan.is_proven:
        check_header(mapping, [file for group in plan.groups for file in group if not file.is_sealed])
    try_out(tasks.sparkSession, mapping)
    raw = tasks.mapInArrow(over_groups(partial(read_raw, plan, mapping)), from_arrow_schema(mapping.raw_schema))
    return evaluate(raw, mapping).mapInArrow(lambda batches: without_values(convert(plan, mapping, batches)), NAMED_DDL)


def check_header(mapping: Mapping, files: Sequence[InputFile]) -> None:
    """Check that some file has the columns that the mapping names: in its header, its schema, or the keys of its first
    records. If one has them, files without are no matter of the mapping: they are refused one by one.

    Raises:
        ConfigError: lists the missing columns, those of the file that lacks fewest, and similar names.
    """
    source = mapping.source
    if source.format == "csv" and source.csv.columns:
        # Compared with the mapping before any file is looked for.
        return
    headers = keys_of_first(files, source) if source.format == "json" else known_headers(files, source)
    lacks = {
        name: [c for c in mapping.columns if c not in header and c not in source.optional]
        for name, header in headers.items()
    }
    if not lacks or not all(lacks.values()):
        return
    # The one that fits best: another may be no header at all.
    name = min(lacks, key=lambda name: len(lacks[name]))
    there = told_names(keys_of_most(files, source) if source.format == "json" else headers[name], mapping.columns)
    hint = " If records may lack it, name it under `optional`." if source.format == "json" else ""
    raise ConfigError(f"source {source.name}, {name}: {lacking(lacks[name], there)}{hint}")


def evaluate(raw: "DataFrame", mapping: Mapping) -> "DataFrame":
    """The mapping's expressions over the raw texts.

    Args:
        raw: columns of ``mapping.raw_schema``.
        mapping: a checked mapping.

    Returns:
        The columns known of each record, one text column per expression (``…__where`` is boolean), and for those that
        can fail a boolean column that is true where one did.
    """
    known = [name for name, _ in OF_RECORD]
    results = [columns_of(output, failed_name(output.name)) for output in mapping.outputs]
    return raw.select(*known, *chain.from_iterable(results))


def convert(plan: GatewayPlan, mapping: Mapping, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Convert and stage the evaluated texts; a record that fails in any column is quarantined with all its reasons."""
    finish = Sanitizer(plan)
    files = {file.number: file for group in plan.groups for file in group}
    columns, empty = Headers(mapping.source), EmptyColumns(mapping)
    makers = [
        make_maker(mapping.source, at, plan.context.currency, mapping.kinds)
        for at in range(len(mapping.source.records))
    ]
    body = kept_body(mapping.source)
    with no_cyclic_collection():
        for batch in batches:
            names = batch.schema.names
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                row = dict(zip(names, values, strict=True))
                file = files[row["file"]]
                if not row["reasons"] and not file.is_sealed:
                    empty.see(file, row)
                _convert_one(finish, mapping, makers, body, file, columns.of(file), row)
        yield from finish.close()
        yield from empty.named()


def _convert_one(
    finish: Sanitizer,
    mapping: Mapping,
    makers: list[Maker],
    body: Callable[[dict[str, Any]], dict[str, Any]],
    file: InputFile,
    header: tuple[str, ...],
    row: dict[str, Any],
) -> None:
    position, raw, flags = row["position"], row["raw"] or b"", row["flags"] or []
    form = FORMS[mapping.source.format]
    if row["reasons"]:
        stage = "read" if position < 0 else "parse"
        finish.rejected(file, position, raw, row["reasons"], flags, stage, form, header)
        return
    produced, reasons = Produced(), list[str]()
    if mapping.source.received.how == "column":
        produced.received_at, reason = _received(notation_of(mapping.source, mapping.kinds["received"]), row)
        reasons += [reason] if reason else []
    for maker in makers:
        try:
            maker(row, file, produced)
        except Rejected as error:
            reasons += error.reasons
    if reasons:
        finish.rejected(file, position, raw, reasons, flags, "convert", form, header)
        return
    produced.ignored = not (
        produced.events or produced.orders or produced.lines or produced.profiles or produced.consents
    )
    finish.accepted(file, position, raw, body(row), produced, flags, form, header)


def _received(notation: Notation, row: dict[str, Any]) -> tuple[int | None, str | None]:
    text = row.get("received")
    if row.get(failed_name("received")):
        return None, "expression:received"
    if not text:
        return None, "missing:received"
    try:
        return COLUMNS["events"]["occurred_at"](text, notation), None
    except Rejected as error:
        return None, f"{error.reasons[0]}:received"


def kept_columns(source: Source) -> Kept:
    """What the mapping makes of a record, but its identifiers: the columns of its targets, each with their shape."""
    kept: dict[str, str] = {}
    for at, record in enumerate(source.records):
        for name, spec in record.columns.items():
            if _is_attributes(spec, name):
                kept |= {f"{_part(source, at)}.attributes.{key}": "label" for key in spec}
            else:
                kept[f"{_part(source, at)}.{name}"] = shape_of(record.target, name)
    return kept


def _part(source: Source, at: int) -> str:
    """The name under which what a record becomes is kept: its target, numbered where there are several of it."""
    target = source.records[at].target
    before = sum(record.target == target for record in source.records[:at])
    return f"{target}_{before + 1}" if before else target


def kept_body(source: Source) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What the mapping makes of a row, under the names that ``kept_columns`` declares."""
    parts = []
    for at, record in enumerate(source.records):
        plain = [(name, f"r{at}_{name}") for name, spec in record.columns.items() if not _is_attributes(spec, name)]
        nested = [
            (name, [(key, f"r{at}_{name}__{key}") for key in spec])
            for name, spec in record.columns.items()
            if _is_attributes(spec, name)
        ]
        parts.append((_part(source, at), f"r{at}__where" if record.where else None, plain, nested))

    def body(row: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for part, where, plain, nested in parts:
            if where is None or row[where]:
                made[part] = {name: row[column] for name, column in plain}
                for name, keys in nested:
                    made[part][name] = {key: row[column] for key, column in keys}
        return made

    return body


def _is_attributes(spec: object, name: str) -> TypeGuard[dict[str, str]]:
    return name == "attributes" and isinstance(spec, dict)


def lines_alone(source: Source) -> bool:
    return any(record.target == "order_lines" for record in source.records)


MAPPED = Provider(
    name="mapped",
    options=NoOptions,
    # The YAML's expressions give the shared words themselves.
    vocabulary={},
    keeps=kept_columns,
    stage=stage,
    receipt=(of_record, of_file, of_content),
    counts=count_records,
    check=mapping_issues,
    attributes="label",
    by_line=lines_alone,
    # Each of its records says so (targets.py).
    introduces=frozenset(),
)
