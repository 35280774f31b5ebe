"""How many records a file holds, counted apart from the readers: nothing here parses, and nothing there counts.

A reader that swallows lines is found by the difference. Lines of CSV are counted by their line feeds, elements of JSON
by brackets and commas, rows of Parquet by the file's metadata.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from segspark.sources.content import HELD, Content, lines_of, opened, texts_of
from segspark.sources.csv_dialect import blanks
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.spec import Csv, Source

_BLANK = b" \t\r\n"
_STRUCTURE = b'"[]{},'
_OTHERS = bytes(sorted(set(range(256)) - set(_STRUCTURE)))
# Deeper nesting is counted the slow way, whose time does not grow with it.
_LEVELS = 16
_INNERMOST = re.compile(rb"[\[{],*[\]}]")


def count_records(file: InputFile, source: Source, max_bytes: int) -> int | None:
    """The records of a file; of CSV its lines that are neither blank nor the header, so that a record with line breaks
    counts as many. None if the file cannot be read.

    Args:
        max_bytes: of inflated content; a larger file is refused by the readers.
    """
    mapped = source.is_mapped
    try:
        if mapped and source.format == "parquet":
            return _parquet(file)
        with opened(file, max_bytes) as content:
            return count_lines(content, source.csv) if mapped and source.format == "csv" else count_json(content)
    except BrokenFile:
        return None


def _parquet(file: InputFile) -> int | None:
    from segspark.errors import DamagedFile
    from segspark.store.parquet import open_parquet

    if file.size_bytes == 0:
        return 0
    try:
        with open_parquet(file.path) as opened:
            return int(opened.metadata.num_rows)
    except (DamagedFile, OSError, ValueError):
        return None


# CSV --------------------------------------------------------------------------------------------------------------


def count_lines(content: Content, spec: Csv) -> int:
    """Lines that are not blank, without the header."""
    lines = _Lines(blanks(spec).encode())
    if "\n".encode(spec.encoding) == b"\n":
        for block in content.blocks():
            lines.add(block)
    else:
        for text in texts_of(content, spec.encoding):
            lines.add(text.encode(errors="surrogatepass"))
    return max(0, lines.count() - 1) if spec.header else lines.count()


class _Lines:
    """Counts lines that are not blank, of text in pieces."""

    def __init__(self, blank: bytes) -> None:
        self._blank = blank
        self._n_ends = self._n_returns = 0
        # Where the text ends: behind a line feed; behind a carriage return, for a file that has no line feeds.
        self._ended = self._returned = True
        self._has_line_feed = False

    def add(self, piece: bytes) -> None:
        self._has_line_feed = self._has_line_feed or b"\n" in piece
        if not self._has_line_feed:
            # An old Macintosh ends lines by carriage returns alone.
            of_returns = piece.replace(b"\r", b"\n")
            n, self._returned = self._ends(of_returns, self._returned)
            self._n_returns += n
        n, self._ended = self._ends(piece, self._ended)
        self._n_ends += n

    def _ends(self, piece: bytes, ended: bool) -> tuple[int, bool]:
        written = piece.translate(None, self._blank)
        if not written:
            return 0, ended
        ends = np.frombuffer(written, np.uint8) == ord("\n")
        # A line ends where a line feed follows anything else.
        n = np.count_nonzero(ends[1:] & ~ends[:-1]) + (bool(ends[0]) and not ended)
        return int(n), bool(ends[-1])

    def count(self) -> int:
        if self._has_line_feed:
            return self._n_ends + (not self._ended)
        return self._n_returns + (not self._returned)


# JSON -------------------------------------------------------------------------------------------------------------


def count_json(content: Content) -> int:
    """Records as ``json_records`` defines them: lines, elements of arrays in lines, or of arrays over several lines."""
    start = next((block.lstrip(_BLANK) for block in content.blocks() if block.strip(_BLANK)), b"")
    of_line = _in_line
    if start.startswith(b"[") and _n_elements(_first_line(content)) is None:
        n = _n_elements(content.blocks())
        if n is not None:
            return n
        of_line = _in_broken
    counted = 0
    for piece in lines_of(content.blocks(), b"\n", HELD):
        if not isinstance(piece, bytes):
            counted += _in_long_line(piece, of_line)
        elif of_line is _in_line:
            counted += _in_lines(piece)
        else:
            counted += sum(map(of_line, piece.split(b"\n")))
    return counted


def _first_line(content: Content) -> Iterator[bytes]:
    is_within = False
    for block in content.blocks():
        bare = block if is_within else block.lstrip(_BLANK)
        is_within = is_within or bool(bare)
        line, end, _ = bare.partition(b"\n")
        yield line
        if end and is_within:
            return


def _n_elements(pieces: Iterable[bytes]) -> int | None:
    depths = Depths()
    return depths.count() if all(map(depths.add, pieces)) else None


def _in_long_line(pieces: Iterable[bytes], of_line: Callable[[bytes], int]) -> int:
    """As of a line that is held: an array has its elements, and anything else is one record."""
    depths, start = Depths(), b""
    is_array, is_written = True, False
    for piece in pieces:
        # Enough of it to tell whether it is written, and how it begins.
        start = start or piece.strip(_BLANK)[:1]
        is_array = is_array and start in (b"", b"[") and depths.add(piece)
        is_written = is_written or bool(piece.strip(_BLANK + (b"[]," if of_line is _in_broken else b"")))
    n = depths.count() if is_array and start else None
    return is_written if n is None else n


def _in_lines(block: bytes) -> int:
    bare = block.translate(None, b" \t\r")
    if not bare.startswith(b"[") and b"\n[" not in bare:
        lines = _Lines(b" \t\r")
        lines.add(block if block.endswith(b"\n") else block + b"\n")
        return lines.count()
    return sum(_in_line(line.strip(_BLANK)) for line in block.split(b"\n"))


def _in_line(line: bytes) -> int:
    n = n_elements(line) if line.startswith(b"[") else None
    return bool(line) if n is None else n


def _in_broken(line: bytes) -> int:
    line = line.strip(_BLANK)
    n = n_elements(line) if line.startswith(b"[") else None
    return bool(line.strip(_BLANK + b"[],")) if n is None else n


def n_elements(text: bytes) -> int | None:
    """The elements of arrays with only blanks between them; None if the text is anything else.

    Args:
        text: begins with a bracket; without blanks around it.
    """
    # What is escaped is no structure; as many bytes stay.
    text = text.replace(rb"\\", b"..").replace(rb"\"", b"..")
    quick = _of_one_array(text) if text.endswith(b"]") else None
    return _of_arrays(text) if quick is None else quick


def _of_one_array(text: bytes) -> int | None:
    """By removal: strings first, then every pair of brackets within; None if this leaves more than commas."""
    left = text.translate(None, _OTHERS).replace(b'""', b"").split(b'"')
    if len(left) % 2 == 0:
        return None
    inner = b"".join(left[::2])[1:-1]
    for _ in range(_LEVELS):
        inner, n_pairs = _INNERMOST.subn(b"", inner)
        if not n_pairs:
            break
    if inner.strip(b","):
        return None
    return len(inner) + 1 if inner or text[1:-1].strip(_BLANK) else 0


def _of_arrays(text: bytes) -> int | None:
    """By the depth of every byte."""
    depths = Depths()
    return depths.count() if depths.add(text) else None


class Depths:
    """Counts the elements of arrays by the depth of every byte, of text in pieces."""

    def __init__(self) -> None:
        self._escape = b""
        self._n_quotes = self._depth = self._n_commas = self._n_arrays = self._n_empty = 0
        self._n_within = 0

    def add(self, piece: bytes) -> bool:
        """Whether the text can still be arrays with only blanks between them."""
        text = self._escape + piece
        # What is escaped is no structure; as many bytes stay.
        text = text.replace(rb"\\", b"..").replace(rb"\"", b"..")
        # One backslash at the end escapes what comes next.
        self._escape = b"\\" if text.endswith(b"\\") else b""
        of = np.frombuffer(text[: len(text) - len(self._escape)], np.uint8)
        return not len(of) or self._add(of)

    def _add(self, of: npt.NDArray[np.uint8]) -> bool:
        quotes: Any = np.cumsum(of == ord('"'), dtype=np.int32)
        outside = (quotes + self._n_quotes) % 2 == 0
        opens = outside & ((of == ord("[")) | (of == ord("{")))
        closes = outside & ((of == ord("]")) | (of == ord("}")))
        depth: Any = np.cumsum(opens.astype(np.int8) - closes.astype(np.int8), dtype=np.int32) + self._depth
        is_blank = np.isin(of, np.frombuffer(_BLANK, np.uint8))
        first, last = opens & (depth == 1), closes & (depth == 0)
        if depth.min() < 0 or np.any((depth == 0) & ~last & ~is_blank) or np.any(of[first] != ord("[")):
            return False
        self._n_commas += int(np.count_nonzero(outside & (of == ord(",")) & (depth == 1)))
        self._n_arrays += int(np.count_nonzero(first))
        # What is written within each array that ends here: nothing, but for its own brackets, if it is empty.
        written: Any = np.cumsum(~is_blank, dtype=np.int64)
        starts = written[first]
        if self._depth:
            starts = np.concatenate(([-self._n_within], starts))
        self._n_empty += int(np.count_nonzero(written[last] - starts[: np.count_nonzero(last)] == 1))
        self._n_quotes += int(quotes[-1])
        self._depth = int(depth[-1])
        if self._depth:
            self._n_within = int(written[-1] - starts[-1])
        return True

    def count(self) -> int | None:
        """The elements; None if an array or a text has not ended."""
        if self._depth or self._n_quotes % 2 or self._escape:
            return None
        return self._n_commas + self._n_arrays - self._n_empty
