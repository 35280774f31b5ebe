"""What ran, what it read, where every record went, and what only the operator may see."""

from dataclasses import replace

from segspark.tables.contracts import gold
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

FILE_HASHES = Contract(
    name="ops.file_hashes",
    grain="one state of a file at its address, whose content was read for its hash",
    key=("place_id", "size_bytes", "stamp", "hashed_at"),
    columns=(
        required("place_id", "string", "Keyed hash of the file's address"),
        required("size_bytes", "bigint", "Size as listed"),
        required("stamp", "string", "What its store says of its last change: a tag, or times and number of the file"),
        optional("ends_hash", "string", "Keyed hash of its first and last bytes, where the stamp alone is not enough"),
        required("file_id", "string", "Keyed hash of its content"),
        required("hashed_at", "timestamp", "When it was read (UTC)"),
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

SCHEMA = Contract(
    name="ops.schema",
    grain="one change of a table by `segspark migrate`, begun or done",
    key=("table_name", "change", "column_name", "written_at", "state"),
    columns=(
        required("table_name", "string", "Table"),
        required("change", "string", "added, widened, relaxed, rewritten or described"),
        optional("column_name", "string", "Column; null where the change is of the whole table"),
        optional("before", "string", "Type or contract version before"),
        optional("after", "string", "Type, contract version or text after"),
        required("state", "string", "begun or done"),
        required("table_version", "bigint", "Version of the Delta table when the row was written"),
        required("written_at", "timestamp", "When the row was written (UTC)"),
        required("program", "string", "Version of segspark"),
    ),
)

# Where gold.segment_profiles says how it is rounded.
_EXACT = {
    "n_people": "People of the segment",
    "numerator": "Sum over the segment, or the rate's numerator",
    "denominator": "People, or the rate's denominator",
    "value": "numerator / denominator",
}

# For whoever runs the workspace: nothing that leaves the lake is made of it. A segment of one person tells that person's
# values, so its rows are kept as long as the memberships and no longer.
SEGMENT_PROFILES = replace(
    gold.SEGMENT_PROFILES,
    name="ops.segment_profiles",
    grain="one segment, one day, one measure; exact, of small groups too: not to be passed on",
    retention_days=gold.SEGMENTS.retention_days,
    columns=tuple(replace(c, comment=_EXACT.get(c.name, c.comment)) for c in gold.SEGMENT_PROFILES.columns),
)

TABLES = (RUNS, FILES, LEDGER, SEGMENT_PROFILES, SCHEMA, FILE_HASHES)
