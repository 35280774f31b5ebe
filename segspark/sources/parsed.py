"""The output of the gateway: one kind of staged rows per kind of content (events, orders, consents, ...).

``record`` numbers a record within its run (number of the file, then position in it), so that rows of different kinds
join on an integer. ``n_says`` is the number of events, lines, profiles and consents in the record.
"""

import pyarrow as pa

from segspark.tables.contracts import silver
from segspark.tables.contracts.contract import Column
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.tables.staging import Kind

FILE_BITS = 32
# Columns of every row of these kinds; the other columns are those of the silver table.
OF_THE_RECORD = {
    "record": "bigint",
    "no": "bigint",
    "n_says": "int",
    "received_at": "timestamp",
    "known_as_of": "date",
}


def record_number(file_number: int, position: int) -> int:
    """The number of a record; position -1 (the file as a whole) sorts first."""
    return (file_number << FILE_BITS) + position + 1


def _schema(columns: dict[str, str]) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])


def _item(columns: tuple[Column, ...]) -> pa.Schema:
    return _schema({**{c.name: c.type for c in columns if c.name != "run_id"}, **OF_THE_RECORD})


_RAW = {
    "source": "string", "file_id": "string", "file_name": "string", "position": "bigint", "record": "bigint",
    "received_at": "timestamp", "received_date": "date", "record_hash": "string", "flags": "array<string>",
    "sealed": "binary", "kept_until": "date",
}  # fmt: skip
KINDS = {
    "records": Kind(_schema({**_RAW, "kept": "string", "is_ignored": "boolean"}), "received_date"),
    "refused": Kind(
        _schema({**_RAW, "length": "bigint", "stage": "string", "reasons": "array<string>"}), "received_date"
    ),
    "events": Kind(_item(silver.EVENTS.columns), "event_date"),
    "orders": Kind(_item(silver.ORDERS.columns), "order_date"),
    "lines": Kind(_item(silver.ORDER_LINES.columns), "order_date"),
    "profiles": Kind(_item(silver.PROFILES.columns)),
    "consents": Kind(_item(silver.CONSENTS.columns)),
    "links": Kind(
        _schema(
            {
                "left_id": "string", "left_is_anonymous": "boolean", "right_id": "string",
                "right_is_anonymous": "boolean", "rule": "string", "effective_at": "timestamp",
                "recorded_at": "timestamp", "known_as_of": "date",
            }
        )
    ),
    # Where each task first saw every identifier, and where a record first introduced it; the links above likewise.
    "first_seen": Kind(
        _schema(
            {
                "identifier_id": "string", "is_anonymous": "boolean", "introduces": "boolean", "known_as_of": "date",
                "effective_at": "timestamp", "recorded_at": "timestamp",
            }
        )
    ),
    # A copy of the events that forbid writing to an address.
    "objections": Kind(
        _schema({**{c.name: c.type for c in silver.OBJECTIONS.columns if c.name != "run_id"}, "no": "bigint"})
    ),
    "identities": Kind(
        _schema(
            {
                "identifier_id": "string", "kind": "string", "sealed": "binary", "key_epoch": "int",
                "mailbox_provider": "string",
            }
        )
    ),
    # Derived by the run from the kinds above.
    "joined": Kind(_schema({c.name: c.type for c in silver.IDENTITY_LINKS.columns if c.name != "run_id"})),
    "unintroduced": Kind(_schema({c.name: c.type for c in silver.UNINTRODUCED.columns if c.name != "run_id"})),
    # These two say of which file they are: the number in the run of the row's or the record's file. Whoever writes rows
    # of some files reads what is about these.
    "dispositions": Kind(_schema({"record": "bigint", "disposition": "string", "file": "int"}), "file"),
    "exceptions": Kind(
        _schema(
            {"kind": "string", "no": "bigint", "record": "bigint", "n_says": "int", "verdict": "string", "file": "int"}
        ),
        "file",
    ),
}  # fmt: skip

# Kind -> its texts that records fill, each with the shape that its column declares.
TEXTS = {
    kind: tuple((c.name, c.shape) for c in contract.columns if c.shape is not None)
    for kind, contract in (
        ("events", silver.EVENTS),
        ("orders", silver.ORDERS),
        ("lines", silver.ORDER_LINES),
        ("profiles", silver.PROFILES),
        ("consents", silver.CONSENTS),
    )
}
