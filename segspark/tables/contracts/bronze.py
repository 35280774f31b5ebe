"""What is kept of the records that were received, and the records that were refused."""

from segspark.tables.contracts.contract import Contract, optional, personal, required

RECORDS = Contract(
    name="bronze.records",
    grain="one received record",
    key=("source", "file_id", "position"),
    partition_by=("received_date",),
    version=2,
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Keyed hash of the file's content"),
        required("position", "bigint", "Place of the record in its file, from 0"),
        required("received_at", "timestamp", "When the record was received (UTC)"),
        required("received_date", "date", "UTC date of received_at"),
        required("record_hash", "string", "Keyed hash of the record as received"),
        personal("kept", "string", "The fields that the adapter or the mapping declares as kept, as JSON"),
        required("disposition", "string", "accepted, duplicate, expired or ignored"),
        optional("flags", "array<string>", "What was noticed or mended while parsing"),
        personal("sealed", "binary", "The record as received, encrypted; only with keep_raw: sealed, until kept_until"),
        optional("kept_until", "date", "As-of day on which sealed is removed at the latest"),
        required("run_id", "string", "Run that took the record in"),
    ),
)

QUARANTINE = Contract(
    name="bronze.quarantine",
    grain="one rejected record",
    key=("source", "file_id", "position"),
    partition_by=("received_date",),
    version=2,
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Keyed hash of the file's content"),
        optional("file_name", "string", "File name, without its folder"),
        required("position", "bigint", "Place of the record in its file, from 0; -1 is the whole file"),
        required("received_at", "timestamp", "When the record was received (UTC)"),
        required("received_date", "date", "UTC date of received_at"),
        required("stage", "string", "Where it was refused: read, parse or convert"),
        required("reasons", "array<string>", "Reason codes, each `code` or `code:field`; never a value"),
        required("record_hash", "string", "Keyed hash of the record as received"),
        required("length", "bigint", "Bytes of the record as received"),
        personal("sealed", "binary", "The record as received, encrypted, so that it can be taken again or erased"),
        optional("kept_until", "date", "As-of day on which sealed is removed at the latest"),
        required("run_id", "string", "Run that refused the record"),
        optional("replayed_by", "string", "Run that took the record in after all; null while it is refused"),
    ),
)

TABLES = (RECORDS, QUARANTINE)
