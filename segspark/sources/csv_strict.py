"""CSV, strictly: one physical line is one record, and a line that is not written as CSV is refused alone.

The readers of pyarrow and polars were tried first. Both let a stray quote swallow the lines up to the next quote
(pyarrow also with ``newlines_in_values=False``) or stop at it, so neither can refuse one line and go on.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from segspark.sources.column_names import clean_names, header_reasons
from segspark.sources.content import HELD, Content
from segspark.sources.csv_dialect import MOST_LINES, Dialect, joined_record
from segspark.sources.csv_lines import Lines, lines_of_csv
from segspark.sources.files import BrokenFile
from segspark.sources.records import RawRecord
from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Rejected

MAX_RECORD_BYTES = 5_000_000
# Lines that are read together where they are plain; fewer are tried where some are not.
MOST_AT_ONCE, LEAST_AT_ONCE = 2_048, 8


class Plain(NamedTuple):
    """Records that follow each other, all strictly written: the place of the first, their bytes, and their texts by
    column."""

    position: int
    raw: list[bytes]
    columns: list[Sequence[str]]


_Read = tuple[RawRecord, dict[str, str] | Rejected]


def csv_records(
    content: bytes | Content, spec: Csv, needed: Sequence[str] = (), max_bytes: int = MAX_RECORD_BYTES
) -> Iterator[_Read]:
    """Every line that is not blank, with its texts by column or the reason why it is refused.

    A record's position counts the lines that are not blank, without the header; with declared line breaks, a record
    takes as many positions as lines.

    Args:
        needed: columns without which the file cannot be read.

    Raises:
        BrokenFile: the header lacks needed columns, names one twice, or cannot be decoded; or nothing can.
    """
    reader = CsvReader(content, spec, needed, max_bytes)
    for read in reader.read():
        if isinstance(read, Plain):
            rows = zip(*read.columns, strict=True)
            for at, (raw, cells) in enumerate(zip(read.raw, rows, strict=True), read.position):
                yield RawRecord(at, raw, "csv", reader.columns), dict(zip(reader.columns, cells, strict=True))
        else:
            yield read


def header_of_csv(content: bytes, spec: Csv) -> tuple[str, ...]:
    """The names of a file's columns, from its first bytes; those declared if it has no header."""
    return CsvReader(content, spec).header if spec.header else clean_names(spec.columns)


class CsvReader:
    """Reads a CSV file: many lines at once where all of them are plain, the others one by one.

    Attributes:
        header: the names in the file; empty if it holds nothing.
        columns: the names of the cells.

    Raises:
        BrokenFile: as ``csv_records``.
    """

    def __init__(
        self,
        content: bytes | Content,
        spec: Csv,
        needed: Sequence[str] | None = None,
        max_bytes: int = MAX_RECORD_BYTES,
    ) -> None:
        self._dialect, self._max_bytes = Dialect(spec), max_bytes
        self._ahead = _Ahead(lines_of_csv(Content.of(content), spec, max_bytes))
        self.columns = clean_names(spec.columns)
        self.header: tuple[str, ...] = ()
        if spec.header:
            while (first := self._ahead.take(1)) is not None and self._dialect.is_blank(first.text(0)):
                pass
            if first is None:
                return
            if len(first.raw[0]) >= max(HELD, max_bytes + 1):
                # Not all of it is here.
                raise BrokenFile("header_none")
            self.header = _read_header(first.text(0), self._dialect)
            if needed is not None and (reasons := header_reasons(self.header, spec, needed)):
                raise BrokenFile(*reasons)
            self.columns = self.columns or self.header

    def read(self) -> Iterator[Plain | _Read]:
        """The records of the rest of the file, in its order; once."""
        position, n_at_once = 0, MOST_AT_ONCE
        while (lines := self._ahead.take(n_at_once)) is not None:
            plain = self._plain(lines)
            if plain is not None:
                n_at_once = min(2 * n_at_once, MOST_AT_ONCE)
                if plain[0]:
                    yield Plain(position, *plain)
                position += len(plain[0])
            elif n_at_once > LEAST_AT_ONCE:
                # Which of them is not plain? The fewer are tried, the fewer are slow.
                n_at_once = max(n_at_once // 4, LEAST_AT_ONCE)
                self._ahead.back(len(lines.raw))
            else:
                for at in range(len(lines.raw)):
                    n_joined, n_positions, read = self._slowly(lines, at, position)
                    position += n_positions
                    if read is not None:
                        yield read
                    if n_joined:
                        break

    def _plain(self, lines: Lines) -> tuple[list[bytes], list[Sequence[str]]] | None:
        """Bytes and columns of lines that are strictly written as this file's rows, without the blank ones. None where
        any of them is not, or may not be."""
        spec, n_columns = self._dialect.spec, len(self.columns)
        raw, texts = lines.raw, lines.texts
        if texts is None or not n_columns or spec.delimiter == "whitespace" or len(max(raw, key=len)) > self._max_bytes:
            return None
        text = "\n".join(texts)
        if "\0" in text:
            return None
        if "\r" in text:
            text = (text + "\n").replace("\r\n", "\n")[:-1]
            if "\r" in text:
                return None
            texts = text.split("\n")
        if not all(map(str.strip, texts)):
            written = [at for at, line in enumerate(texts) if not self._dialect.is_blank(line)]
            raw, texts = [raw[at] for at in written], [texts[at] for at in written]
            if not raw:
                return [], []
        if spec.quote and spec.quote in text:
            if not self._dialect.are_rows("\n".join(texts)):
                return None
            rows = list(self._dialect.reader(texts))
            if set(map(len, rows)) != {n_columns}:
                return None
            return raw, list(zip(*rows, strict=True))
        if set(map(str.count, texts, repeat(spec.delimiter))) != {n_columns - 1}:
            return None
        cells = spec.delimiter.join(texts).split(spec.delimiter)
        return raw, [cells[at::n_columns] for at in range(n_columns)]

    def _slowly(self, lines: Lines, at: int, position: int) -> tuple[int, int, _Read | None]:
        """One line: how many of those behind it belong to its record, the positions it takes, and its record if it has
        one."""
        dialect, raw, line = self._dialect, lines.raw[at], lines.text(at)
        if dialect.is_blank(line):
            return 0, 0, None
        n_lines = n_joined = 0
        try:
            cells = _strict(dialect, raw, line, self._max_bytes)
            if len(cells) != len(self.columns):
                raise Rejected("columns")
        except Rejected as error:
            joined = None
            if dialect.spec.line_breaks and error.reasons == ["unclosed_quote"]:
                self._ahead.back(len(lines.raw) - at - 1)
                ahead = self._ahead.look(MOST_LINES - 1, self._max_bytes)
                joined = joined_record(dialect, (raw, line or ""), ahead, len(self.columns), self._max_bytes)
                if joined is None:
                    self._ahead.take(len(lines.raw) - at - 1)
            if joined is None:
                return 0, 1, (RawRecord(position, raw[: self._max_bytes], "csv", self.columns), error)
            raw, cells, n_joined = joined
            # A blank line within a cell takes no position, as between records.
            n_lines = sum(1 for _, more in ahead[:n_joined] if not dialect.is_blank(more))
            self._ahead.take(n_joined)
        record = RawRecord(position, raw, "csv", self.columns)
        return n_joined, 1 + n_lines, (record, dict(zip(self.columns, cells, strict=True)))


class _Ahead:
    """The lines that are still to be read; some can be given back, and looked at before."""

    def __init__(self, lines: Iterator[Lines]) -> None:
        self._lines = lines
        self._now = Lines([], [], "")
        self._at = 0

    def take(self, most: int) -> Lines | None:
        """The next lines, at most so many; None at the end of the file."""
        if self._at >= len(self._now.raw):
            following = next(self._lines, None)
            if following is None:
                return None
            self._now, self._at = following, 0
        taken = self._now.between(self._at, self._at + most)
        self._at += len(taken.raw)
        return taken

    def back(self, n: int) -> None:
        """Give back the last lines of those that were taken last."""
        self._at -= n

    def look(self, most: int, n_bytes: int) -> list[tuple[bytes, str | None]]:
        """The next lines, at most so many and not many more bytes; they stay to be taken."""
        while len(self._now.raw) - self._at < most and sum(map(len, self._now.raw[self._at :])) <= n_bytes:
            following = next(self._lines, None)
            if following is None:
                break
            now = self._now.between(self._at, len(self._now.raw))
            texts = None if now.texts is None or following.texts is None else now.texts + following.texts
            self._now, self._at = Lines(now.raw + following.raw, texts, following.encoding), 0
        return [
            (self._now.raw[at], self._now.text(at)) for at in range(self._at, min(self._at + most, len(self._now.raw)))
        ]


def _read_header(line: str | None, dialect: Dialect) -> tuple[str, ...]:
    if line is None:
        raise BrokenFile("file_encoding")
    try:
        return clean_names(dialect.cells(line.rstrip("\r")))
    except Rejected:
        raise BrokenFile("header_none") from None


def _strict(dialect: Dialect, raw: bytes, line: str | None, max_bytes: int) -> list[str]:
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
