"""Raw records as they were received, scrubbed of direct identifiers, and the records that were refused."""

from segspark.tables.contracts.contract import Contract, optional, personal, required

RECORDS = Contract(
    name="bronze.records",
    grain="one received record",
    key=("source", "file_id", "position"),
    partition_by=("received_date",),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Hash of the file's content"),
        required("position", "bigint", "Place of the record in its file, from 0"),
        required("received_at", "timestamp", "When the record was received (UTC)"),
        required("received_date", "date", "UTC date of received_at"),
        required("fingerprint", "string", "Hash of the scrubbed text"),
        personal("text", "string", "Payload as received, identifiers replaced by pseudonyms"),
        required("disposition", "string", "accepted, duplicate, expired or ignored"),
        optional("flags", "array<string>", "What was noticed or mended while parsing"),
        required("run_id", "string", "Run that took the record in"),
    ),
)

QUARANTINE = Contract(
    name="bronze.quarantine",
    grain="one rejected record",
    key=("source", "file_id", "position"),
    partition_by=("received_date",),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Hash of the file's content"),
        optional("file_name", "string", "File name, without its folder"),
        required("position", "bigint", "Place of the record in its file, from 0; -1 is the whole file"),
        required("received_at", "timestamp", "When the record was received (UTC)"),
        required("received_date", "date", "UTC date of received_at"),
        required("stage", "string", "Where it was refused: read, parse or convert"),
        required("reasons", "array<string>", "Reason codes, each `code` or `code:column`"),
        personal("text", "string", "Payload as received, identifiers replaced by pseudonyms"),
        required("run_id", "string", "Run that refused the record"),
    ),
)

TABLES = (RECORDS, QUARANTINE)
