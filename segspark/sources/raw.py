"""The records of a mapped source: the columns that its mapping names, as texts, and each record as it was received."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

from segspark.sources import json_strict
from segspark.sources.files import BrokenFile, InputFile, read_bytes
from segspark.sources.gateway import no_cyclic_collection
from segspark.sources.mapping import Mapping
from segspark.sources.plan import GatewayPlan
from segspark.sources.records import csv_records, flatten, json_records, parquet_records
from segspark.sources.sealed_records import opened_records
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Rejected

BATCH = 5_000


def read_raw(plan: GatewayPlan, mapping: Mapping, group: int) -> Iterator[pa.RecordBatch]:
    """Records of one group of files: the columns named by the mapping and the record itself; ``file`` is its number."""
    source = mapping.source
    columns, schema = mapping.columns, mapping.raw_schema
    nothing = (None,) * len(columns)
    rows: list[tuple[Any, ...]] = []
    with no_cyclic_collection():
        for file in plan.groups[group]:
            number = file.number
            try:
                again = _sealed_records(plan, file) if file.is_sealed else None
                for position, (fields, reasons, raw) in again or enumerate(_records(plan, source, file)):
                    if fields is None:
                        rows.append((number, position, reasons, raw, *nothing))
                    else:
                        rows.append((number, position, None, raw, *map(fields.get, columns)))
                    if len(rows) >= BATCH:
                        yield _raw_batch(rows, schema)
                        rows = []
            except BrokenFile as error:
                # Records read so far are dropped: the file is refused as a whole, and a repaired one has another hash.
                rows = [r for r in rows if r[0] != number]
                rows.append((number, -1, [error.reason], b"", *nothing))
    if rows:
        yield _raw_batch(rows, schema)


def _raw_batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


def _records(
    plan: GatewayPlan, source: Source, file: InputFile
) -> Iterator[tuple[dict[str, str | None] | None, list[str] | None, bytes]]:
    """Each record's texts by name (None, and the reason, for a refused one), and the record itself."""
    if source.format == "parquet":
        for fields in parquet_records(file.path):
            yield fields, None, orjson.dumps(fields)
        return
    content = read_bytes(file.path, plan.limits.max_inflated_bytes)
    if source.format == "csv":
        for row in csv_records(content, source.csv):
            if isinstance(row, Rejected):
                yield None, row.reasons, str(row.args[0]).encode()
            elif _is_undecodable(row):
                yield None, ["encoding"], json.dumps(row).encode()
            else:
                yield row, None, orjson.dumps(row)  # type: ignore[misc]
        return
    for raw, known in json_records(content):
        yield _decoded(plan, raw, known)


def _decoded(plan: GatewayPlan, raw: bytes, known: Any) -> tuple[dict[str, str | None] | None, list[str] | None, bytes]:
    limits = plan.limits
    try:
        value, _ = json_strict.decode(raw, max_bytes=limits.max_record_bytes, max_depth=limits.max_depth, known=known)
        if not isinstance(value, dict):
            raise Rejected("type")
    except Rejected as error:
        return None, error.reasons, raw
    return flatten(value), None, raw


def _sealed_records(
    plan: GatewayPlan, file: InputFile
) -> Iterator[tuple[int, tuple[dict[str, str | None] | None, list[str] | None, bytes]]]:
    """The same of the quarantine's records, each with its place in its original file."""
    for position, record in opened_records(file, plan.key):
        if record.form == "row":
            fields = orjson.loads(record.raw)
            yield (
                position,
                ((fields, None, record.raw) if isinstance(fields, dict) else (None, ["columns"], record.raw)),
            )
        else:
            yield position, _decoded(plan, record.raw, None)


def _is_undecodable(row: dict[str, str]) -> bool:
    """Whether it holds a byte that the file's encoding cannot decode, kept as a lone surrogate."""
    if all(map(str.isascii, row.values())):
        return False
    try:
        "".join(row.values()).encode()
    except UnicodeEncodeError:
        return True
    return False
