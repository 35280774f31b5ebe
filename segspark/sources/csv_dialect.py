"""How the lines of a CSV file become cells, strictly."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from segspark.sources.spec import Csv
from segspark.sources.vocabulary import Rejected

# Of a cell with declared line breaks: one that does not end within so many lines is a stray quote.
MOST_LINES = 100
# Of a file in which lines of a text are told from rows by their number of cells.
LEAST_COLUMNS = 4
# The whole line, strictly written. Possessive, so that no line takes more than one pass.
_FORM = "(?:{q}(?:[^{q}]++|{q}{q})*+{q}|[^{q}{d}]*+)"


class Dialect:
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
        within = _FORM.format(q=q, d=d).replace("[^", "[^\n")
        # Lines that are strict each by itself.
        self.are_rows = re.compile(f"{within}(?:[{d}\n]{within})*+").fullmatch
        if quote and delimiter != "whitespace":
            # Lines are far smaller than this: larger ones are refused.
            csv.field_size_limit(2**31 - 1)
            self._line: list[str] = []
            # One line at a time; the reader keeps a line break within a quoted cell.
            self._reader = self.reader(iter(self._line.pop, None))

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of strict lines."""
        return csv.reader(lines, delimiter=self.spec.delimiter, quotechar=self.spec.quote)

    def is_blank(self, line: str | None) -> bool:
        return line is not None and not line.strip(self._blank)

    def cells(self, line: str) -> list[str]:
        """
        Raises:
            Rejected: unclosed_quote (the line ends in a quoted cell), stray_quote, or line_break.
        """
        spec = self.spec
        if spec.delimiter == "whitespace":
            return line.split()
        if not spec.quote or spec.quote not in line:
            return line.split(spec.delimiter)
        if not self._closed(line):
            raise Rejected("unclosed_quote" if self._open(line) else "stray_quote")
        self._line.append(line)
        try:
            return next(self._reader)
        except csv.Error:
            # A carriage return outside of quotes.
            raise Rejected("line_break") from None


def blanks(spec: Csv) -> str:
    """The characters that a blank line may hold; a line of empty cells is not blank."""
    return "".join(c for c in " \t\r" if c != spec.delimiter)


def joined_record(
    dialect: Dialect, first: tuple[bytes, str], ahead: Sequence[tuple[bytes, str | None]], n_columns: int, most: int
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
        if len(cells) != n_columns or _are_rows(dialect, text, n_columns):
            return None
        return b"\n".join(raw), cells, n
    return None


def _are_rows(dialect: Dialect, lines: Sequence[str], n_columns: int) -> bool:
    """Whether lines that two quotes join have each the file's number of cells, but for these quotes: then the quotes
    are stray ones. In files of few columns a text of several lines may look so by chance."""
    n = n_columns - 1
    return n_columns >= LEAST_COLUMNS and all(
        line.count(dialect.spec.delimiter) == n for line in lines if not dialect.is_blank(line)
    )
