"""CSV, strictly: one physical line is one record, and a line that is not written as CSV is refused alone.

The readers of pyarrow and polars were tried first. Both let a stray quote swallow the lines up to the next quote
(pyarrow also with ``newlines_in_values=False``) or stop at it, so neither can refuse one line and go on.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from segspark.sources.column_names import clean_names, header_reasons
from segspark.sources.files import BrokenFile
from segspark.sources.records import RawRecord
from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Rejected

# Of a cell with declared line breaks: one that does not end within so many lines is a stray quote.
MOST_LINES = 100
MAX_RECORD_BYTES = 5_000_000
# The whole line, strictly written. Possessive, so that no line takes more than one pass.
_FORM = "(?:{q}(?:[^{q}]++|{q}{q})*+{q}|[^{q}{d}]*+)"


class _Dialect:
    """How lines become cells."""

    def __init__(self, spec: Csv) -> None:
        self.spec = spec
        self._blank = blanks(spec)
        quote, delimiter = spec.quote, spec.delimiter
        q, d = re.escape(quote or "\0"), re.escape(delimiter[:1])
        cell = _FORM.format(q=q, d=d)
        # A whole strict line, and one whose last cell has not ended.
        self._closed = re.compile(f"{cell}(?:{d}{cell})*+", re.DOTALL).fullmatch
        self._open = re.compile(f"(?:{cell}{d})*+{q}(?:[^{q}]++|{q}{q})*+", re.DOTALL).fullmatch
        if quote and delimiter != "whitespace":
            # Lines are far smaller than this: larger ones are refused.
            csv.field_size_limit(2**31 - 1)
            self._line: list[str] = []
            # One line at a time; the reader keeps a line break within a quoted cell.
            self._reader = csv.reader(iter(self._line.pop, None), delimiter=delimiter, quotechar=quote)

    def is_blank(self, line: str | None) -> bool:
        return line is not None and not line.strip(self._blank)

    def cells(self, line: str) -> list[str]:
        """
        Raises:
            Rejected: unclosed_quote (the line ends in a quoted cell), or stray_quote.
        """
        spec = self.spec
        if spec.delimiter == "whitespace":
            return line.split()
        if not spec.quote or spec.quote not in line:
            return line.split(spec.delimiter)
        if not self._closed(line):
            raise Rejected("unclosed_quote" if self._open(line) else "stray_quote")
        self._line.append(line)
        return next(self._reader)


def csv_records(
    content: bytes, spec: Csv, needed: Sequence[str] = (), max_bytes: int = MAX_RECORD_BYTES
) -> Iterator[tuple[RawRecord, dict[str, str] | Rejected]]:
    """Every line that is not blank, with its texts by column or the reason why it is refused.

    A record's position counts the lines that are not blank, without the header; with declared line breaks, a record
    takes as many positions as lines.

    Args:
        needed: columns without which the file cannot be read.

    Raises:
        BrokenFile: the header lacks needed columns, names one twice, or cannot be decoded; or nothing can.
    """
    lines = iter(_Lines(content, spec))
    columns = clean_names(spec.columns)
    dialect = _Dialect(spec)
    if spec.header:
        first = next((line for line in lines if not dialect.is_blank(line[1])), None)
        if first is None:
            return
        header = _read_header(first[1], dialect)
        if reasons := header_reasons(header, spec, needed):
            raise BrokenFile(*reasons)
        columns = columns or header
    yield from _rows(lines, dialect, columns, max_bytes)


def header_of_csv(content: bytes, spec: Csv) -> tuple[str, ...]:
    """The names of a file's columns, from its first bytes; those declared if it has no header."""
    if not spec.header:
        return clean_names(spec.columns)
    dialect = _Dialect(spec)
    first = next((line for line in _Lines(content, spec) if not dialect.is_blank(line[1])), None)
    return _read_header(first[1], dialect) if first else ()


def _read_header(line: str | None, dialect: _Dialect) -> tuple[str, ...]:
    if line is None:
        raise BrokenFile("file_encoding")
    try:
        return clean_names(dialect.cells(line.rstrip("\r")))
    except Rejected:
        raise BrokenFile("header_none") from None


def _rows(
    lines: Iterator[tuple[bytes, str | None]],
    dialect: _Dialect,
    columns: tuple[str, ...],
    max_bytes: int,
) -> Iterator[tuple[RawRecord, dict[str, str] | Rejected]]:
    n_columns, breaks = len(columns), dialect.spec.line_breaks
    ahead: list[tuple[bytes, str | None]] = []
    position = 0
    while True:
        taken = ahead.pop(0) if ahead else next(lines, None)
        if taken is None:
            return
        raw, line = taken
        if breaks and dialect.is_blank(line):
            continue
        n_lines = 1
        try:
            cells = _strict(dialect, raw, line, max_bytes)
            if len(cells) != n_columns:
                raise Rejected("columns")
        except Rejected as error:
            joined = None
            if breaks and error.reasons == ["unclosed_quote"]:
                ahead += islice(lines, MOST_LINES - 1 - len(ahead))
                joined = _joined(dialect, (raw, line or ""), ahead, n_columns, max_bytes)
            if joined is None:
                yield RawRecord(position, raw[:max_bytes], "csv", columns), error
                position += 1
                continue
            raw, cells, n_ahead = joined
            # A blank line within a cell takes no position, as between records.
            n_lines += sum(1 for _, more in ahead[:n_ahead] if not dialect.is_blank(more))
            del ahead[:n_ahead]
        yield RawRecord(position, raw, "csv", columns), dict(zip(columns, cells, strict=True))
        position += n_lines


def _strict(dialect: _Dialect, raw: bytes, line: str | None, max_bytes: int) -> list[str]:
    if len(raw) > max_bytes:
        raise Rejected("too_large")
    if line is None:
        raise Rejected("encoding")
    if "\0" in line:
        raise Rejected("nul")
    line = line.rstrip("\r")
    if "\r" in line and not dialect.spec.line_breaks:
        raise Rejected("line_break")
    return dialect.cells(line)


def _joined(
    dialect: _Dialect, first: tuple[bytes, str], ahead: Sequence[tuple[bytes, str | None]], n_columns: int, most: int
) -> tuple[bytes, list[str], int] | None:
    """The record that begins in the first line and ends in one of the next ones: raw, cells and how many of them. None
    if its quote is a stray one, because what follows does not close it as CSV would or gives other columns."""
    raw, text = [first[0]], [first[1]]
    size = len(first[0])
    for n, (more, line) in enumerate(ahead, 1):
        size += len(more) + 1
        if line is None or "\0" in line or size > most:
            return None
        raw.append(more)
        text.append(line)
        if dialect.spec.quote not in line:
            continue
        try:
            cells = dialect.cells("\n".join(text).rstrip("\r"))
        except Rejected as error:
            if error.reasons == ["unclosed_quote"]:
                continue
            return None
        return (b"\n".join(raw), cells, n) if len(cells) == n_columns else None
    return None


class _Lines:
    """The physical lines: their bytes, and their text if it can be decoded. Blank ones are left out unless they may
    belong to a cell.

    Raises:
        BrokenFile: ``file_encoding`` where lines can be told apart in decoded text only, and it cannot be decoded.
    """

    def __init__(self, content: bytes, spec: Csv) -> None:
        self._encoding = spec.encoding
        self._blank = blanks(spec)
        self._keeps_blank = spec.line_breaks
        newline = "\n".encode(spec.encoding)
        self._source: Callable[[], Iterator[tuple[bytes, str | None]]]
        if newline == b"\n":
            # A file of an old Macintosh ends its lines by carriage returns alone.
            lone = b"\n" not in content and b"\r" in content
            self._source = lambda: self._of_bytes(content.replace(b"\r", b"\n") if lone else content)
        else:
            self._source = lambda: self._of_text(content)

    def __iter__(self) -> Iterator[tuple[bytes, str | None]]:
        return self._source()

    def _of_bytes(self, content: bytes) -> Iterator[tuple[bytes, str | None]]:
        encoding, blank = self._encoding, self._blank.encode()
        for line in io.BytesIO(content):
            raw = line.removesuffix(b"\n")
            if not self._keeps_blank and not raw.strip(blank):
                continue
            try:
                yield raw, raw.decode(encoding)
            except UnicodeError:
                yield raw, None

    def _of_text(self, content: bytes) -> Iterator[tuple[bytes, str | None]]:
        try:
            text = content.decode(self._encoding, errors="surrogatepass")
        except UnicodeError:
            raise BrokenFile("file_encoding") from None
        if "\n" not in text:
            text = text.replace("\r", "\n")
        for line in io.StringIO(text, newline="\n"):
            bare = line.removesuffix("\n")
            if self._keeps_blank or bare.strip(self._blank):
                raw = bare.encode(self._encoding, errors="surrogatepass")
                yield raw, None if _has_surrogate(bare) else bare


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def blanks(spec: Csv) -> str:
    """The characters that a blank line may hold; a line of empty cells is not blank."""
    return "".join(c for c in " \t\r" if c != spec.delimiter)
