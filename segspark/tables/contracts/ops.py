"""What ran, what it read, and where every record went."""

from segspark.tables.contracts.contract import Contract, optional, required

RUNS = Contract(
    name="ops.runs",
    grain="one flow that ended, or one ingest batch that began to write",
    key=("run_id", "state", "written_at"),
    columns=(
        required("run_id", "string", "Hash of flow, date and inputs: another attempt has the same id"),
        required("flow", "string", "Name of the flow"),
        optional("as_of_date", "date", "Logical date"),
        required("state", "string", "writing (an ingest batch began to write) or done"),
        required("written_at", "timestamp", "When the row was written (UTC)"),
        optional("duration_s", "double", "Wall time in seconds"),
        optional("config_hash", "string", "Hash of the configuration"),
        optional("inputs", "string", "JSON: files or table versions read, model versions"),
        optional("outputs", "string", "JSON: table versions and rows written, notes"),
    ),
)

FILES = Contract(
    name="ops.files",
    grain="one input file, by content",
    key=("source", "file_id"),
    columns=(
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Keyed hash of the file's content"),
        required("file_name", "string", "File name, without its folder"),
        required("size_bytes", "bigint", "Size as delivered"),
        required("n_records", "bigint", "Records found in it"),
        required("received_at", "timestamp", "When the file was received (UTC)"),
        required("run_id", "string", "Run that consumed it"),
        optional(
            "n_counted", "bigint", "Its records, counted apart from the reader; of CSV its lines without the header"
        ),
        optional(
            "line_hashes",
            "string",
            "Smallest keyed hashes of its records, base64, where these have no key of their own: a file that holds over "
            "half of them is the same export again",
        ),
    ),
)

LEDGER = Contract(
    name="ops.ledger",
    grain="one input file, one disposition",
    key=("run_id", "source", "file_id", "disposition"),
    columns=(
        required("run_id", "string", "Run"),
        required("source", "string", "Name of the source in the workspace"),
        required("file_id", "string", "Keyed hash of the file's content"),
        required("disposition", "string", "accepted, duplicate, expired, ignored, withheld or quarantined"),
        required("n_records", "bigint", "Records"),
    ),
)

TABLES = (RUNS, FILES, LEDGER)
