"""What a file itself tells of how it is written, for whoever writes its YAML. No value of a record is told."""

import re
from collections.abc import Sequence
from datetime import datetime

from segspark.sources.column_names import looks_like_data
from segspark.sources.content import read_start
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.headers import header_of
from segspark.sources.name_hints import as_written
from segspark.sources.spec import Source

START = 1 << 18
DELIMITERS = (";", "\t", "|", ",")
# The forms that exports use; where a value fits several, all are told.
FORMS = (
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %H:%M",
    "%d-%m-%Y", "%d-%m-%Y %H:%M", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%Y%m%d", "%d/%m/%y", "%d %B %Y",
)  # fmt: skip
# A number with one sign or code of a currency before or after it.
_SIGNED = re.compile(r"([€$£¥]|[A-Z]{3})?\s?[+-]?\d[\d\s.,]*?\s?([€$£¥]|[A-Z]{3})?")


def csv_hints(file: InputFile, source: Source) -> list[str]:
    """What to change in ``csv:`` so that the file can be read."""
    try:
        content = read_start(file.path, START)
    except BrokenFile as error:
        return [f"{file.name} cannot be read ({error.reasons[0]}); have it delivered again."]
    hints = _encoding_hints(content, source) or []
    try:
        header = header_of(file, source)
    except BrokenFile:
        return hints
    if len(header) == 1 and not source.csv.columns:
        other = max(DELIMITERS, key=header[0].count)
        if header[0].count(other):
            shown = {"\t": "\\t"}.get(other, other)
            hints.append(f'One column was found, and its name holds `{shown}`: write csv: {{delimiter: "{shown}"}}.')
    elif source.csv.header and looks_like_data(header):
        hints.append("The first line holds values and no names: write csv: {header: false, columns: [...]}.")
    return hints


def _encoding_hints(content: bytes, source: Source) -> list[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return [] if source.csv.encoding.lower().startswith("utf-16") else ["Write csv: {encoding: utf-16}."]
    end = content.rfind(b"\n") + 1 or len(content)
    try:
        content[:end].decode(source.csv.encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [
            f"Line {line} is not written in {source.csv.encoding}: write csv: {{encoding: cp1252}} "
            "(Western Europe, Windows and Latin-1), or the encoding that the export names."
        ]
    return []


def forms_of(values: Sequence[str]) -> list[str]:
    """The forms of times that fit every value."""
    given = [value.strip() for value in values if value and value.strip()]
    return [form for form in FORMS if given and all(_fits(value, form) for value in given)]


def _fits(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


def times_advice(source: Source, label: str, column: str, forms: Sequence[str]) -> str:
    """What to declare so that a column's times are read, beside what is declared already."""
    known = [source.times] if isinstance(source.times, str) else list(source.times)
    # What is declared may be right for other columns; by default nothing is.
    together = [*([] if known == ["iso"] else known), *forms]
    written = ", ".join(f'"{form}"' for form in together)
    listed = f"[{written}]" if len(together) > 1 else written
    return (
        f"{column} is written {' or '.join(forms)}: for all columns of the source say `times: {listed}`, for this one "
        f'alone `{label}: {{value: {as_written(column)}, times: "{forms[0]}"}}`.'
    )


def sign_of(values: Sequence[str | None]) -> str | None:
    """The currency sign or code that stands beside every number of a column; None if there is none."""
    given = [value.strip() for value in values if value and value.strip()]
    signs = {found.group(1) or found.group(2) if (found := _SIGNED.fullmatch(value)) else None for value in given}
    return signs.pop() if len(signs) == 1 else None


def kind_of(values: Sequence[str | None]) -> str:
    """What the texts of a column look like."""
    given = [value.strip() for value in values if value and value.strip()]
    if not given:
        return "empty"
    if all("@" in value for value in given):
        return "e-mail address"
    forms = forms_of(given)
    if forms:
        return "date " + " or ".join(forms)
    if all(_fits(value[:10], "%Y-%m-%d") for value in given):
        return "date iso"
    plain = [value.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").lstrip("+-") for value in given]
    if all(value.isascii() and value.isdigit() for value in plain):
        return "whole number"
    for mark in (".", ","):
        if all(value.isascii() and value.replace(mark, "", 1).isdigit() for value in plain):
            return f"number with {mark}"
    return "text"
