"""What to do about each reason for which records are quarantined, for whoever writes a source's YAML."""

from segspark.sources.convert import COLUMNS, OneOf

FIXES = {
    "adapter_error": "The adapter fails on this record. Report it with the reason and the provider's name.",
    "address": "The identifier is no e-mail address. Check which column `identifier` names, and its `kind`.",
    "amount_range": "The amount is implausible. Check the column, and whether it is in cents (`amount_cents`).",
    "columns": "The row has another number of cells than the header. Check `csv.delimiter`, `csv.quote` and the file.",
    "currency": "The currency is no ISO 4217 code. Map the column that holds it, or declare `currency`.",
    "dup_key": "A key stands twice in the record. Ask the sender which one holds.",
    "encoding": "Bytes are not in the declared encoding. Set `csv.encoding`, for example latin-1 or cp1252.",
    "expression": "An expression of the mapping fails on this value. `segspark sources check` shows which.",
    "future": "The time lies after the receipt. Check `time_zone`, `times` and `received`.",
    "header_duplicate": "A name stands twice in the header. Name the columns by `csv.columns`.",
    "header_missing": "The file lacks a mapped column. Correct the mapping or the file, and deliver it with other bytes (a blank "
    "line more).",
    "identifier": "The identifier is empty or unusable. Check which column `identifier` names.",
    "json": "The text is not complete JSON. Check `format`, and whether the file was cut.",
    "line_break": "A cell holds a line break. Declare it if the source really writes them.",
    "locale_decimal": "The number has another decimal mark. Set `decimal_mark`.",
    "header_columns": "The header is not the one that `csv.columns` declares. Compare both.",
    "header_none": "The first line holds values and no names. Set `csv: {header: false, columns: [...]}`.",
    "missing:identifier": "The row names nobody. Leave such rows out by `where`, or let `identifier` name another column.",
    "missing": "A value that is needed is absent. Check the expression of that column.",
    "negative": "The amount is below zero. Declare refunds: `order_type: case when total like '-%' then 'refund' else 'sale' end`.",
    "number": "The value is no number. Take out what stands beside it, such as a currency sign: `replace(total, '€', '')`.",
    "range:refunded": "More is refunded than the order's amount. Check which columns are mapped, and their currency.",
    "range": "The number is too large for its column. Check which column is mapped.",
    "scale": "The amount has more decimals than its currency. Set `rounding: half_up` if they may be rounded.",
    "stray_quote": "A quote stands inside a cell. Set `csv.line_breaks: true` if cells hold line breaks, else `csv.quote`.",
    "test_mode": "The sender marked the record as a test. Nothing is to be done.",
    "time_format": 'The time is not in the declared form. Set `times`, for example "%d/%m/%Y".',
    "time_range": "The time is implausible. Check `times` and its unit.",
    "time_unit": "The number of seconds or milliseconds is not declared. Set `times: epoch_s`, epoch_ms or epoch_us.",
    "time_zone": "The time names no zone. Set `time_zone`.",
    "too_large": "The record is larger than `ingest.max_record_bytes`.",
    "type": "The value has another type than expected. Check which column is mapped.",
    "unclosed_quote": "A quote stays open. Set `csv.line_breaks: true` if cells hold line breaks, or `csv.quote: ''` if none is quoted.",
    "value": "The value is none of the allowed words. Translate it, for example by `case … when … then … end`.",
}
# Of these the code itself says all.
FIXES |= dict.fromkeys(
    ("bom", "depth", "empty", "nul", "null", "offset", "trailing"),
    "The record breaks the provider's own format. Look at it at its place in the file, and ask the sender.",
)
# The words that a mapping's column may hold.
_WORDS = {
    name: reader.words for columns in COLUMNS.values() for name, reader in columns.items() if isinstance(reader, OneOf)
}
OF_A_FILE = "The file as a whole cannot be read. Have it delivered again."
OTHERWISE = "Look at the record at its place in the file."


def fix_of(reason: str) -> str:
    """The advice for ``code`` or ``code:field``."""
    code, _, label = reason.partition(":")
    if code.startswith("file_"):
        return OF_A_FILE
    if code == "value" and (words := _WORDS.get(label)):
        return f"The value is none of {', '.join(words)}. Translate it: `case … when … then … end`."
    return FIXES.get(reason) or FIXES.get(code, OTHERWISE)
