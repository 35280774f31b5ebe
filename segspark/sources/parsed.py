"""The shape in which every record leaves the door: one row per record, with all that it says in lists."""

from typing import Any

import pyarrow as pa

from segspark.tables import silver
from segspark.tables.contract import Column
from segspark.tables.schema import struct_ddl

# What a run decides, not the record.
_OF_THE_RUN = {"source", "received_at", "event_date", "order_date", "known_as_of", "run_id"}


def _says(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return tuple(c for c in columns if c.name not in _OF_THE_RUN)


EVENT = _says(silver.EVENTS.columns)
ORDER = _says(silver.ORDERS.columns)
LINE = _says(silver.ORDER_LINES.columns)
PROFILE = _says(silver.PROFILES.columns)
CONSENT = _says(silver.CONSENTS.columns)
LINK = (
    Column("left_id", "string", "Pseudonym"),
    Column("left_is_anonymous", "boolean", "Cookie or device"),
    Column("right_id", "string", "Pseudonym"),
    Column("right_is_anonymous", "boolean", "Cookie or device"),
    Column("rule", "string", "Where the link comes from"),
    Column("effective_at", "timestamp", "When the source saw it"),
)
IDENTITY = (
    Column("identifier_id", "string", "Pseudonym"),
    Column("kind", "string", "Kind of identifier"),
    Column("sealed", "binary", "Encrypted identifier"),
)
LISTS = {
    "events": EVENT,
    "orders": ORDER,
    "lines": LINE,
    "profiles": PROFILE,
    "consents": CONSENT,
    "links": LINK,
    "identities": IDENTITY,
}
SCALARS = {
    "source": "string",
    "file_id": "string",
    "file_name": "string",
    "position": "bigint",
    "received_at": "timestamp",
    "stage": "string",
    "reasons": "array<string>",
    "is_ignored": "boolean",
    "flags": "array<string>",
    "fingerprint": "string",
    "text": "string",
}
DDL = ", ".join([*(f"{n} {t}" for n, t in SCALARS.items()), *(f"{n} array<{struct_ddl(c)}>" for n, c in LISTS.items())])

_ARROW = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "int": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "decimal(18,6)": pa.decimal128(18, 6),
    "array<string>": pa.list_(pa.string()),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
ARROW = pa.schema(
    [
        *((n, _ARROW[t]) for n, t in SCALARS.items()),
        *((n, pa.list_(pa.struct([(c.name, _ARROW[c.type]) for c in cols]))) for n, cols in LISTS.items()),
    ]
)


def to_batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """Rows with any of the columns above (times as microseconds) to one Arrow batch."""
    return pa.RecordBatch.from_arrays(
        [pa.array([row.get(f.name) for row in rows], type=f.type) for f in ARROW], schema=ARROW
    )
