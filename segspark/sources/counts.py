"""How many records a file holds, counted apart from the readers: nothing here parses, and nothing there counts.

A reader that swallows lines is found by the difference. Lines of CSV are counted by their line feeds, elements of JSON
by brackets and commas, rows of Parquet by the file's metadata.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from segspark.sources.csv_strict import blanks
from segspark.sources.files import BrokenFile, InputFile, read_blocks
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
        blocks = read_blocks(file.path, max_bytes)
        return count_lines(blocks, source.csv) if mapped and source.format == "csv" else count_json(blocks)
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


def count_lines(blocks: Iterator[bytes], spec: Csv) -> int:
    """Lines that are not blank, without the header.

    Args:
        blocks: content in pieces that end at line feeds.
    """
    if "\n".encode(spec.encoding) == b"\n":
        counted = sum(_n_lines(block, blanks(spec).encode()) for block in blocks)
    else:
        counted = _n_wide_lines(b"".join(blocks), spec)
    return max(0, counted - 1) if spec.header else counted


def _n_lines(block: bytes, blank: bytes) -> int:
    if b"\n" not in block:
        # An old Macintosh ends lines by carriage returns alone.
        block = block.replace(b"\r", b"\n")
    ends = np.frombuffer(block.translate(None, blank) + b"\n", np.uint8) == ord("\n")
    # A line ends where a line feed follows anything else.
    return int(np.count_nonzero(ends[1:] & ~ends[:-1]))


def _n_wide_lines(content: bytes, spec: Csv) -> int:
    try:
        text = content.decode(spec.encoding, errors="surrogatepass")
    except UnicodeError:
        raise BrokenFile("file_encoding") from None
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return sum(1 for line in text.split("\n") if line.strip(blanks(spec)))


# JSON -------------------------------------------------------------------------------------------------------------


def count_json(blocks: Iterator[bytes]) -> int:
    """Records as ``json_records`` defines them: lines, elements of arrays in lines, or of arrays over several lines.

    Args:
        blocks: content in pieces that end at line feeds.
    """
    head = next((block for block in blocks if block.strip(_BLANK)), b"").lstrip(_BLANK)
    if head.startswith(b"[") and n_elements(head.partition(b"\n")[0].strip(_BLANK)) is None:
        content = b"".join([head, *blocks]).strip(_BLANK)
        n = n_elements(content)
        return sum(_in_broken(line) for line in content.split(b"\n")) if n is None else n
    return _in_lines(head) + sum(map(_in_lines, blocks))


def _in_lines(block: bytes) -> int:
    bare = block.translate(None, b" \t\r")
    if not bare.startswith(b"[") and b"\n[" not in bare:
        return _n_lines(block, b" \t\r") if b"\n" in block else bool(bare)
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
    of = np.frombuffer(text, np.uint8)
    is_quote = of == ord('"')
    if np.count_nonzero(is_quote) % 2:
        return None
    outside = np.cumsum(is_quote, dtype=np.int32) % 2 == 0
    opens = outside & ((of == ord("[")) | (of == ord("{")))
    closes = outside & ((of == ord("]")) | (of == ord("}")))
    depth: Any = np.cumsum(opens.astype(np.int8) - closes.astype(np.int8), dtype=np.int32)
    is_blank = np.isin(of, np.frombuffer(_BLANK, np.uint8))
    first, last = opens & (depth == 1), closes & (depth == 0)
    if depth[-1] != 0 or depth.min() < 0 or np.any((depth == 0) & ~last & ~is_blank) or np.any(of[first] != ord("[")):
        return None
    n_commas = np.count_nonzero(outside & (of == ord(",")) & (depth == 1))
    written = np.cumsum(~is_blank, dtype=np.int32)
    n_empty = np.count_nonzero(written[last] - written[first] == 1)
    return int(n_commas + np.count_nonzero(first) - n_empty)
