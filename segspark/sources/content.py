"""What an input file holds, inflated, in blocks: read as often as it is asked for, and never held whole if it is large.

A file is read as it was listed: no further than it reached then, since what has been added is the next run's, and only
if its content is still the same. All of it is looked at before any of it is handed on: what stops before its end is
refused whole.
"""

import gzip
import hashlib
import sys
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder, lookup
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import AnyStr, BinaryIO, Generic, NamedTuple

import pyarrow as pa

from segspark.errors import GateClosed
from segspark.sources.files import CHANGED, BrokenFile, InputFile
from segspark.store import stream_url

BOM, GZIP = b"\xef\xbb\xbf", b"\x1f\x8b"
_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF32_LE, BOM_UTF32_BE)
_ORDER = "le" if sys.byteorder == "little" else "be"
_UNMARKED = {"utf-16": f"utf-16-{_ORDER}", "utf-32": f"utf-32-{_ORDER}"}
BLOCK = 4 << 20
# Of content and of lines: no more is held at once.
HELD = 8 << 20


class Content(NamedTuple):
    """
    Attributes:
        blocks: begins to read it again; joined, the blocks are the content without a byte order mark.
        whole: the content itself, where it is small.
    """

    blocks: Callable[[], Iterator[bytes]]
    whole: bytes | None = None

    @staticmethod
    def of(content: "bytes | Content") -> "Content":
        return content if isinstance(content, Content) else Content(lambda: iter([content]), content)


@contextmanager
def opened(file: InputFile, max_inflated: int) -> Iterator[Content]:
    """A file's content.

    Args:
        max_inflated: bytes; a larger one is refused.

    Raises:
        BrokenFile: ``file_unreadable``, ``file_truncated``, ``file_too_large``, or ``file_changed`` (it is not the file
            that was listed any more, or has gone).
        GateClosed: it changes while it is read for the second time.
    """
    with _readable(file):
        handle = stream_url(file.path)
    with handle:
        held: list[bytes] = []
        size = 0
        for block in _blocks(handle, file, max_inflated):
            size += len(block)
            held.append(block)
            if size > HELD:
                held.clear()
        if size <= HELD:
            yield Content.of(b"".join(held))
        else:
            yield Content(lambda: _again(handle, file, max_inflated))


def _again(handle: pa.NativeFile, file: InputFile, max_inflated: int) -> Iterator[bytes]:
    try:
        yield from _blocks(handle, file, max_inflated)
    except BrokenFile:
        raise GateClosed(
            f"source {file.source}: {file.name} was changed while it was read. Nothing was written; run again when "
            "nothing writes to it."
        ) from None


def _blocks(handle: pa.NativeFile, file: InputFile, max_inflated: int) -> Iterator[bytes]:
    delivered = _Delivered(handle, file)
    size = 0
    try:
        with _readable(file):
            stream: BinaryIO = delivered  # type: ignore[assignment]
            if delivered.is_gzip:
                stream = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]
            while block := stream.read(BLOCK):
                if size == 0:
                    block = block.removeprefix(BOM)
                size += len(block)
                if size > max_inflated:
                    raise BrokenFile("file_too_large")
                yield block
    except BrokenFile:
        with _readable(file):
            delivered.check()
        raise
    delivered.check()


class _Delivered:
    """The bytes of a file that were there when it was listed, and whether they are still the same."""

    def __init__(self, handle: pa.NativeFile, file: InputFile) -> None:
        with _readable(file):
            handle.seek(0)
            self.is_gzip = handle.read(2) == GZIP
            handle.seek(0)
        self._handle, self._expected = handle, file.digest
        self._left = file.size_bytes if file.digest else None
        self._digest = hashlib.sha256()

    def read(self, n: int = -1) -> bytes:
        n = n if n >= 0 else BLOCK
        block: bytes = self._handle.read(n if self._left is None else min(n, self._left))
        if self._left is not None:
            self._left -= len(block)
            self._digest.update(block)
        return block

    def check(self) -> None:
        """
        Raises:
            BrokenFile: ``file_changed``.
        """
        if self._expected:
            while self.read(BLOCK):
                pass
            if self._digest.hexdigest() != self._expected:
                raise BrokenFile(CHANGED)


def read_start(path: str, n_bytes: int) -> bytes:
    """The first bytes of a file's content.

    Raises:
        BrokenFile: ``file_unreadable`` or ``file_truncated``.
    """
    with _readable(), stream_url(path) as handle:
        is_gzip = handle.read(2) == GZIP
        handle.seek(0)
        start: bytes = gzip.GzipFile(fileobj=handle).read(n_bytes) if is_gzip else handle.read(n_bytes)
    return start.removeprefix(BOM)


@contextmanager
def _readable(file: InputFile | None = None) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BrokenFile("file_truncated") from None
    except OSError:
        # No permission, a folder, a file that went away: the error's text names the path only, and so does the run.
        # One that was read when it was listed is another file once it can be read again.
        raise BrokenFile(CHANGED if file is not None and file.digest else "file_unreadable") from None


# Lines ------------------------------------------------------------------------------------------------------------


class LongLine(Generic[AnyStr]):
    """A line that is too long to be held, in pieces; it is read once, before what follows it."""

    def __init__(self, start: AnyStr, blocks: Iterator[AnyStr], line_feed: AnyStr) -> None:
        self._rest: AnyStr = start[:0]
        self._pieces: Iterator[AnyStr] = self._read(start, blocks, line_feed)

    def __iter__(self) -> Iterator[AnyStr]:
        return self._pieces

    def _read(self, start: AnyStr, blocks: Iterator[AnyStr], line_feed: AnyStr) -> Iterator[AnyStr]:
        yield start
        for block in blocks:
            piece, end, rest = block.partition(line_feed)
            yield piece
            if end:
                self._rest = rest
                return

    def after(self) -> AnyStr:
        """What was read of the lines behind it."""
        for _ in self._pieces:
            pass
        return self._rest


def lines_of(blocks: Iterator[AnyStr], line_feed: AnyStr, most: int) -> Iterator[AnyStr | LongLine[AnyStr]]:
    """The content in pieces that are whole lines, with their line feeds; a line longer than so many is by itself."""
    rest = line_feed[:0]
    for block in blocks:
        if rest:
            block = rest + block
        end = block.rfind(line_feed) + 1
        if end:
            yield block[:end]
        rest = block[end:]
        if len(rest) > most:
            line = LongLine(rest, blocks, line_feed)
            yield line
            rest = line.after()
    if rest:
        yield rest


def beginning(line: LongLine[AnyStr], most: int, blank: AnyStr) -> AnyStr:
    """The first part of a line; where this is blank and the line is not, also what is written next."""
    found = blank[:0]
    is_blank = True
    for piece in line:
        room = max(most - len(found), 0)
        found += piece[:room]
        if is_blank and not found.strip(blank):
            found += piece[room:].strip(blank)[:1]
        is_blank = is_blank and not found.strip(blank)
    return found


def texts_of(content: Content, encoding: str) -> Iterator[str]:
    """The content decoded, in pieces; half of a pair of surrogates stays.

    Raises:
        BrokenFile: ``file_encoding``.
    """
    start = b""
    for block in content.blocks():
        start += block[:4]
        if len(start) >= 4:
            break
    if start[:2] not in _MARKS and start[:4] not in _MARKS:
        # As Python reads a whole text without a mark; it refuses one in pieces.
        encoding = _UNMARKED.get(lookup(encoding).name, encoding)
    decoder = getincrementaldecoder(encoding)(errors="surrogatepass")
    try:
        for block in content.blocks():
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
    except UnicodeError:
        raise BrokenFile("file_encoding") from None
