"""Any table as a source, by YAML alone: read as text, mapped by Spark SQL, typed by strict converters.

Three steps in one lazy plan: ``read_raw`` (Arrow tasks give each record's named columns as texts, and its scrubbed
text to keep), ``evaluate`` (the mapping's expressions as Spark columns, text in, text out), ``convert`` (Arrow tasks:
types and pseudonyms).
"""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segspark.errors import ConfigError
from segspark.sources.convert import COLUMNS, Notation
from segspark.sources.files import InputFile, read_bytes
from segspark.sources.gateway import no_cyclic_collection, over_groups
from segspark.sources.mapping import OF_RECORD, Mapping, compile_mapping, mapping_issues
from segspark.sources.plan import GatewayPlan
from segspark.sources.provider import NoOptions, Provider
from segspark.sources.raw import read_raw
from segspark.sources.receipt import of_content, of_file, of_record
from segspark.sources.records import csv_records
from segspark.sources.sanitizer import Sanitizer
from segspark.sources.spec import Source
from segspark.sources.targets import Maker, make_maker
from segspark.sources.vocabulary import Produced, Rejected
from segspark.tables.staging import NAMED_DDL

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def stage(tasks: "DataFrame", plan: GatewayPlan) -> "DataFrame":
    """The rows of a mapped source.

    Raises:
        ConfigError: the first file's header lacks columns that the mapping names.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    mapping = compile_mapping(plan.source)
    first = min((file for group in plan.groups for file in group), key=lambda file: file.number)
    check_header(mapping, first, plan.limits.max_inflated_bytes)
    raw = tasks.mapInArrow(over_groups(partial(read_raw, plan, mapping)), from_arrow_schema(mapping.raw_schema))
    return evaluate(raw, mapping).mapInArrow(lambda batches: convert(plan, mapping, batches), NAMED_DDL)


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


def named_columns(source: Source) -> tuple[str, ...]:
    """The columns that the mapping names, but those that hold identifiers or are to be scrubbed."""
    mapping = compile_mapping(source)
    identifying, scrubbed = dict(mapping.identifying), frozenset(source.scrub)
    return tuple(c for c in mapping.columns if c not in identifying and not scrubbed & {c, c.split(".")[0]})


def lines_alone(source: Source) -> bool:
    return any(record.target == "order_lines" for record in source.records)


MAPPED = Provider(
    name="mapped",
    options=NoOptions,
    # The YAML's expressions give the shared words themselves.
    vocabulary={},
    keeps=named_columns,
    stage=stage,
    receipt=(of_record, of_file, of_content),
    check=mapping_issues,
    by_line=lines_alone,
)
