"""The records of a mapped source: the columns that its mapping names, as texts, and each record as it was received."""

from collections.abc import Iterator
from itertools import count, repeat
from typing import Any, Protocol

import orjson
import pyarrow as pa

from segspark.pseudonyms import Key
from segspark.sources import json_strict
from segspark.sources.content import opened
from segspark.sources.csv_strict import CsvReader, Plain, csv_records
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.gateway import no_cyclic_collection
from segspark.sources.mapping import Mapping
from segspark.sources.parquet_rows import parquet_records
from segspark.sources.plan import GatewayPlan, Limits
from segspark.sources.records import RawRecord, flatten, json_records, nested_names
from segspark.sources.sealed_records import opened_records
from segspark.sources.vocabulary import Rejected

BATCH = 5_000
# No column of an Arrow batch may hold more than 2 GB.
BATCH_BYTES = 64_000_000
# The column of a record itself.
_RAW = 3
# A record, its texts or the reason why it is refused, and what the strict decoder repaired in it.
_Read = tuple[RawRecord, dict[str, str | None] | Rejected, list[str] | None]


class Reading(Protocol):
    """What of a plan the readers need."""

    @property
    def limits(self) -> Limits: ...
    @property
    def key(self) -> Key: ...


def read_raw(plan: GatewayPlan, mapping: Mapping, group: int) -> Iterator[pa.RecordBatch]:
    """Records of one group of files: the columns named by the mapping and the record itself; ``file`` is its number."""
    schema = mapping.raw_schema
    rows: list[tuple[Any, ...]] = []
    size = 0
    with no_cyclic_collection():
        for file in plan.groups[group]:
            try:
                for row in rows_of(plan, mapping, file):
                    rows.append(row)
                    size += len(row[_RAW])
                    if len(rows) >= BATCH or size >= BATCH_BYTES:
                        yield _raw_batch(rows, schema)
                        rows, size = [], 0
            except BrokenFile as error:
                # Nothing was read of it: every reader looks at the whole file before it gives a record.
                rows.append((file.number, -1, error.reasons, b"", None, *(None for _ in mapping.columns)))
    if rows:
        yield _raw_batch(rows, schema)


def rows_of(plan: Reading, mapping: Mapping, file: InputFile) -> Iterator[tuple[Any, ...]]:
    """The records of a file, each as a row of ``mapping.raw_schema``.

    Raises:
        BrokenFile: the file cannot be read.
    """
    number, columns = file.number, mapping.columns
    if mapping.source.format == "csv" and not file.is_sealed:
        yield from _csv_rows(plan, mapping, file)
        return
    nothing = (None,) * len(columns)
    for record, fields, flags in _records(plan, mapping, file):
        if isinstance(fields, Rejected):
            yield number, record.position, fields.reasons, record.raw, flags, *nothing
        else:
            yield number, record.position, None, record.raw, flags, *map(fields.get, columns)


def _csv_rows(plan: Reading, mapping: Mapping, file: InputFile) -> Iterator[tuple[Any, ...]]:
    number, columns, limits = file.number, mapping.columns, plan.limits
    with opened(file, limits.max_inflated_bytes) as content:
        reader = CsvReader(content, mapping.source.csv, mapping.needed, limits.max_record_bytes)
        # Of two columns of one name the last.
        places = {name: at for at, name in enumerate(reader.columns)}
        for read in reader.read():
            if isinstance(read, Plain):
                texts = (read.columns[places[name]] if name in places else repeat(None) for name in columns)
                yield from zip(
                    repeat(number), count(read.position), repeat(None), read.raw, repeat(None), *texts, strict=False
                )
                continue
            record, cells = read
            if isinstance(cells, Rejected):
                yield number, record.position, cells.reasons, record.raw, None, *repeat(None, len(columns))
            else:
                yield number, record.position, None, record.raw, None, *map(cells.get, columns)


def _raw_batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


def _records(plan: Reading, mapping: Mapping, file: InputFile) -> Iterator[_Read]:
    source = mapping.source
    if file.is_sealed:
        yield from _sealed_records(plan, mapping, file)
        return
    if source.format == "parquet":
        # Only to see that it is the file that was listed.
        with opened(file, plan.limits.max_inflated_bytes):
            for record, row, fields in parquet_records(file.path, mapping.needed):
                yield record, _scalars_checked(mapping, row, fields), None
        return
    with opened(file, plan.limits.max_inflated_bytes) as content:
        for position, (raw, known) in enumerate(json_records(content, plan.limits.max_record_bytes)):
            yield _decoded(plan, mapping, position, raw, known)


def _decoded(plan: Reading, mapping: Mapping, position: int, raw: bytes, known: Any) -> _Read:
    limits = plan.limits
    record = RawRecord(position, raw[: limits.max_record_bytes], "json")
    try:
        value, flags = json_strict.decode(
            raw, max_bytes=limits.max_record_bytes, max_depth=limits.max_depth, known=known
        )
        if not isinstance(value, dict):
            raise Rejected("type")
        return record, _scalars_checked(mapping, value, flatten(value)), flags or None
    except Rejected as error:
        return record, error, None


def _sealed_records(plan: Reading, mapping: Mapping, file: InputFile) -> Iterator[_Read]:
    """The same of the quarantine's records, each with its place in its original file."""
    for position, record in opened_records(file, plan.key):
        if record.form == "csv":
            spec = mapping.source.csv.model_copy(update={"columns": record.header, "header": False})
            for again, cells in csv_records(record.raw, spec, mapping.needed, plan.limits.max_record_bytes):
                yield again._replace(position=position), cells, None  # type: ignore[misc]
        elif record.form == "row":
            fields = orjson.loads(record.raw)
            yield RawRecord(position, record.raw, "row"), _scalars_checked(mapping, fields, flatten(fields)), None
        else:
            yield _decoded(plan, mapping, position, record.raw, None)


def _scalars_checked(
    mapping: Mapping, value: dict[str, Any], fields: dict[str, str | None] | Rejected
) -> dict[str, str | None] | Rejected:
    """The fields, or why they are refused: a column that is taken as it is must hold no object or list."""
    if isinstance(fields, Rejected):
        return fields
    nested = nested_names(value, mapping.taken_as_they_are)
    return Rejected(*(f"type:{mapping.taken_as_they_are[name]}" for name in nested)) if nested else fields
