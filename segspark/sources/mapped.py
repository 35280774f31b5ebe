"""Any table as a source, by YAML alone: read as text, mapped by Spark SQL, typed by strict converters.

Three steps in one lazy plan: ``read_raw`` (Arrow tasks give each record and its named columns as texts), ``evaluate`` (the mapping's expressions as Spark columns, text in, text out), ``convert`` (Arrow tasks:
types and pseudonyms).
"""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segspark.errors import ConfigError
from segspark.sources.convert import COLUMNS, Notation, shape_of
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.gateway import no_cyclic_collection, over_groups, without_values
from segspark.sources.headers import Headers, header_of
from segspark.sources.mapping import OF_RECORD, Mapping, compile_mapping, mapping_issues
from segspark.sources.plan import GatewayPlan
from segspark.sources.provider import NoOptions, Provider
from segspark.sources.raw import read_raw
from segspark.sources.receipt import of_content, of_file, of_record
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.shapes import Kept
from segspark.sources.spec import Source
from segspark.sources.targets import Maker, make_maker
from segspark.sources.vocabulary import Produced, Rejected
from segspark.tables.staging import NAMED_DDL

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

# Of a source's files -> of its records in their envelopes (sealing.py).
FORMS = {"csv": "csv", "json": "json", "parquet": "row"}


def stage(tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    """The rows of a mapped source.

    Raises:
        ConfigError: the first file's header lacks columns that the mapping names.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    mapping = compile_mapping(plan.source)
    delivered = [file for group in plan.groups for file in group if not file.is_sealed]
    if delivered:
        first = min(delivered, key=lambda file: file.number)
        check_header(mapping, first, plan.limits.max_inflated_bytes)
    raw = tasks.mapInArrow(over_groups(partial(read_raw, plan, mapping)), from_arrow_schema(mapping.raw_schema))
    return evaluate(raw, mapping).mapInArrow(lambda batches: without_values(convert(plan, mapping, batches)), NAMED_DDL)


def check_header(mapping: Mapping, file: InputFile, limits_bytes: int) -> None:
    """Check that the file's header has the columns named by the mapping (CSV only; JSON keys may be absent).

    Raises:
        ConfigError: lists the missing columns, those of the file, and similar names.
    """
    if mapping.source.format != "csv" or mapping.source.csv.columns:
        return
    try:
        first = header_of(file, mapping.source, limits_bytes)
    except BrokenFile:
        return
    if not first:
        return
    missing = [c for c in mapping.columns if c not in first]
    if missing:
        near = get_close_matches(missing[0], first, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(
            f"source {mapping.source.name}: {file.name} lacks {missing}; it has {list(first)}.{hint} "
            f"Correct the expressions under `records` of the source's YAML."
        )


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
    flat = raw.select(F.struct(*[name for name, _ in OF_RECORD]).alias("_raw"), record.alias("_record"))
    named = flat.select("_raw", *([F.col("_record.*")] if tree else []))
    outputs = [
        F.expr(o.expression).cast("boolean" if o.name.endswith("__where") else "string").alias(o.name)
        for o in mapping.outputs
    ]
    return named.select("_raw", *outputs).select("_raw.*", *[o.name for o in mapping.outputs])


def _all_text(mapping: Mapping) -> str:
    return " ".join(o.expression for o in mapping.outputs)


def convert(plan: GatewayPlan, mapping: Mapping, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Convert and stage the evaluated texts; a record that fails in any column is quarantined with all its reasons."""
    finish = Sanitizer(plan)
    files = {file.number: file for group in plan.groups for file in group}
    columns = Headers(mapping.source)
    makers = [make_maker(mapping.source, at, plan.context.currency) for at in range(len(mapping.source.records))]
    with no_cyclic_collection():
        for batch in batches:
            names = batch.schema.names
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                row = dict(zip(names, values, strict=True))
                file = files[row["file"]]
                _convert_one(finish, mapping, makers, file, columns.of(file), row)
        yield from finish.close()


def _convert_one(
    finish: Sanitizer,
    mapping: Mapping,
    makers: list[Maker],
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
        finish.rejected(file, position, raw, reasons, flags, "convert", form, header)
        return
    produced.ignored = not (
        produced.events or produced.orders or produced.lines or produced.profiles or produced.consents
    )
    finish.accepted(file, position, raw, _kept_body(mapping.source, row), produced, flags, form, header)


def _received(source: Source, row: dict[str, Any]) -> tuple[int | None, str | None]:
    text = row.get("received")
    if not text:
        return None, "missing:received"
    try:
        return COLUMNS["events"]["occurred_at"](text, Notation(source.times, source.time_zone)), None
    except Rejected as error:
        return None, f"{error.reasons[0]}:received"


def kept_columns(source: Source) -> Kept:
    """What the mapping makes of a record, but its identifiers: the columns of its targets, each with their shape."""
    kept: dict[str, str] = {}
    for at, record in enumerate(source.records):
        for name, spec in record.columns.items():
            if name == "attributes" and isinstance(spec, dict):
                kept |= {f"{_part(source, at)}.attributes.{key}": "label" for key in spec}
            else:
                kept[f"{_part(source, at)}.{name}"] = shape_of(record.target, name)
    return kept


def _part(source: Source, at: int) -> str:
    """The name under which what a record becomes is kept: its target, numbered where there are several of it."""
    target = source.records[at].target
    before = sum(record.target == target for record in source.records[:at])
    return f"{target}_{before + 1}" if before else target


def _kept_body(source: Source, row: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for at, record in enumerate(source.records):
        if record.where and not row[f"r{at}__where"]:
            continue
        part = body.setdefault(_part(source, at), {})
        for name, spec in record.columns.items():
            if name == "attributes" and isinstance(spec, dict):
                part[name] = {key: row[f"r{at}_attributes__{key}"] for key in spec}
            else:
                part[name] = row[f"r{at}_{name}"]
    return body


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
    check=mapping_issues,
    attributes="label",
    by_line=lines_alone,
)
