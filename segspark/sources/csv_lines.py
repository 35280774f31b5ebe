"""The physical lines of a CSV file, some at a time: their bytes, and their texts where they can be decoded together."""

from codecs import lookup
from collections.abc import Iterator
from typing import NamedTuple

from segspark.sources.content import BOM, HELD, Content, LongLine, beginning, lines_of, texts_of
from segspark.sources.spec import Csv

# Bytes of lines that are decoded together: what cannot be decoded makes no more lines slow.
_TOGETHER = 1 << 18
# Encodings in which a line's text does not depend on the lines before it.
_BY_LINE = ("utf-8", "ascii", "iso8859", "cp125", "cp85", "cp437", "koi8", "mac-")


class Lines(NamedTuple):
    """
    Attributes:
        raw: bytes of each line, without its line feed.
        texts: the same decoded; None if each must be decoded by itself.
        encoding: of the bytes.
    """

    raw: list[bytes]
    texts: list[str] | None
    encoding: str

    def between(self, start: int, end: int) -> "Lines":
        return Lines(self.raw[start:end], self.texts[start:end] if self.texts is not None else None, self.encoding)

    def text(self, at: int) -> str | None:
        """One line; None if it cannot be decoded."""
        if self.texts is not None:
            return self.texts[at]
        try:
            return self.raw[at].decode(self.encoding)
        except UnicodeError:
            return None


def lines_of_csv(content: Content, spec: Csv, longest: int) -> Iterator[Lines]:
    """All lines, blank ones too; of a line beyond the limit at least the first byte beyond, and not all of it.

    Raises:
        BrokenFile: ``file_encoding`` where lines can be told apart in decoded text only, and it cannot be decoded.
    """
    most = max(longest + 1, HELD)
    if "\n".encode(spec.encoding) != b"\n":
        yield from _of_text(content, spec.encoding, most)
        return
    is_lone = not any(b"\n" in block for block in content.blocks())
    # A file of an old Macintosh ends its lines by carriage returns alone.
    blocks = (block.replace(b"\r", b"\n") for block in content.blocks()) if is_lone else content.blocks()
    together = lookup(spec.encoding).name.startswith(_BY_LINE)
    for piece in lines_of(blocks, b"\n", HELD):
        if isinstance(piece, LongLine):
            yield Lines([beginning(piece, most, b" \t\r")], None, spec.encoding)
            continue
        start = 0
        while start < len(piece):
            end = piece.rfind(b"\n", start, start + _TOGETHER) + 1 or piece.find(b"\n", start + _TOGETHER) + 1
            part = piece[start : end or None]
            start = end or len(piece)
            raw = part.removesuffix(b"\n").split(b"\n")
            yield Lines(raw, _decoded(part, spec.encoding) if together else None, spec.encoding)


def _decoded(part: bytes, encoding: str) -> list[str] | None:
    if BOM in part:
        # Encodings that leave it out do so at the beginning of what they decode.
        return None
    try:
        return part.decode(encoding).removesuffix("\n").split("\n")
    except UnicodeError:
        return None


def _of_text(content: Content, encoding: str, most: int) -> Iterator[Lines]:
    # All of it is decoded before any of it is given.
    is_lone = sum("\n" in text for text in texts_of(content, encoding)) == 0
    texts = (
        (text.replace("\r", "\n") for text in texts_of(content, encoding)) if is_lone else texts_of(content, encoding)
    )
    for piece in lines_of(texts, "\n", HELD):
        whole = beginning(piece, most, " \t\r") if isinstance(piece, LongLine) else piece.removesuffix("\n")
        lines = whole.split("\n")
        raw = [line.encode(encoding, errors="surrogatepass") for line in lines]
        # Half of a pair of surrogates is no character: its line is refused.
        yield Lines(raw, None if any(map(_has_surrogate, lines)) else lines, encoding)


def _has_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
