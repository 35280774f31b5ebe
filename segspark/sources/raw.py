"""The records of a mapped source as texts: the columns that its mapping names, and the text to keep of each record."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa

from segspark import address
from segspark.pseudonyms import Pseudonymiser
from segspark.sources import json_strict
from segspark.sources.files import BrokenFile, InputFile, read_bytes
from segspark.sources.gateway import no_cyclic_collection, text_of
from segspark.sources.mapping import Mapping
from segspark.sources.plan import GatewayPlan
from segspark.sources.records import csv_records, flatten, json_records, parquet_records
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Rejected

BATCH = 5_000


def read_raw(plan: GatewayPlan, mapping: Mapping, group: int) -> Iterator[pa.RecordBatch]:
    """Records of one group of files: the columns named by the mapping and the text to keep; ``file`` is its number."""
    source, kept_text = mapping.source, Scrubber(plan, mapping).text_of
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
                        rows.append((number, position, None, kept_text(fields), *map(fields.get, columns)))
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
            yield None, error.reasons, text_of(raw)
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
