"""Everything that can be read in a file, in plain text: containers opened, encodings undone.

Written without the program's own decoders, which are what a search is to judge.
"""

import base64
import bz2
import html
import io
import lzma
import quopri
import re
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import category, normalize
from urllib.parse import unquote_to_bytes

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Containers in containers, and encodings of encodings.
DEEPEST = 4
# Less is readable by chance.
SHORTEST = 4
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{10,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_QUOTED = re.compile(r"=[0-9a-fA-F]{2}")
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_ENTITY = re.compile(r"&#?\w+;")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{10})\r\n(?=[A-Za-z0-9+/=])")
_SPELLED = re.compile(r"\s*[(\[]\s*at\s*[)\]]\s*|_at_", re.IGNORECASE)
_ALL_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_OF_LINKS = str.maketrans("-_", "+/")
_BREAKS = dict.fromkeys(map(ord, "\t\r\n"), " ")
_LZ4_BLOCK, _LZ4_HEAD, _LZ4_RAW = b"LZ4Block", 21, 0x10


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a file and of what it contains, encodings undone; each comes once."""
    yield from readings(opened(path.read_bytes()))


# --- Containers -------------------------------------------------------------------------------------------------------


def opened(content: bytes, deep: int = 0) -> Iterator[str]:
    """The texts of a file's bytes and, if it is a container that is known, of what is in it."""
    yield from as_text(content)
    for magic, opens in _CONTAINERS:
        if deep < DEEPEST and content.startswith(magic):
            try:
                for inner in opens(content):
                    yield from (inner,) if isinstance(inner, str) else opened(inner, deep + 1)
            except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError,
                    sqlite3.Error, struct.error, pa.ArrowException):  # fmt: skip
                # It only began like one; its bytes have been read.
                continue


def as_text(content: bytes) -> Iterator[str]:
    """As UTF-8, as Latin-1 if it is not UTF-8, and without zero bytes, which UTF-16 and UTF-32 have between letters."""
    text = content.decode("utf-8", "replace")
    yield text
    if "\ufffd" in text:
        yield content.decode("latin-1")
    if b"\0" in content:
        yield content.replace(b"\0", b"").decode("utf-8", "replace")


def _arrow_decompressed(codec: str) -> Callable[[bytes], Iterator[bytes]]:
    def opens(content: bytes) -> Iterator[bytes]:
        yield pa.CompressedInputStream(pa.BufferReader(content), codec).read()

    return opens


def _inflated(content: bytes) -> Iterator[bytes]:
    yield zlib.decompressobj().decompress(content)


def _lz4_blocks(content: bytes) -> Iterator[bytes]:
    """Spark's own frames, of spills, shuffles and broadcasts."""
    at, found = 0, []
    while content.startswith(_LZ4_BLOCK, at):
        kind, packed, plain = struct.unpack_from("<BII", content, at + len(_LZ4_BLOCK))
        block = content[at + _LZ4_HEAD : at + _LZ4_HEAD + packed]
        if packed:
            is_raw = kind & 0xF0 == _LZ4_RAW
            found.append(block if is_raw else pa.Codec("lz4_raw").decompress(block, plain, asbytes=True))
        at += _LZ4_HEAD + packed
    yield b"".join(found)


def _of_zip(content: bytes) -> Iterator[str | bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name
            yield archive.read(name)


def _of_tar(content: bytes) -> Iterator[str | bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            yield member.name
            file = archive.extractfile(member)
            if file is not None:
                yield file.read()


def _of_sqlite(content: bytes) -> Iterator[str | bytes]:
    base = sqlite3.connect(":memory:")
    base.deserialize(content)
    for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
        for row in base.execute(f'select * from "{table}"'):
            for value in row:
                yield value if isinstance(value, bytes) else str(value)
    base.close()


def _of_parquet(content: bytes) -> Iterator[str | bytes]:
    file = pq.ParquetFile(pa.BufferReader(content))
    # The footer holds names, and the least and greatest values of columns.
    yield str(file.schema_arrow)
    for key, value in (file.schema_arrow.metadata or {}).items():
        yield f"{key!r} {value!r}"
    for group in range(file.metadata.num_row_groups):
        for at in range(file.metadata.num_columns):
            statistics = file.metadata.row_group(group).column(at).statistics
            if statistics is not None and statistics.has_min_max:
                yield f"{statistics.min} {statistics.max}"
    for batch in file.iter_batches(10_000):
        yield from _of_batch(batch)


def _of_arrow_file(content: bytes) -> Iterator[str | bytes]:
    reader = pa.ipc.open_file(pa.BufferReader(content))
    for at in range(reader.num_record_batches):
        yield from _of_batch(reader.get_batch(at))


def _of_arrow_stream(content: bytes) -> Iterator[str | bytes]:
    for batch in pa.ipc.open_stream(pa.BufferReader(content)):
        yield from _of_batch(batch)


def _of_batch(batch: pa.RecordBatch) -> Iterator[str | bytes]:
    for column in batch.columns:
        yield from _of_column(column)


def _of_column(column: Any) -> Iterator[str | bytes]:
    """The values of a column and of what it nests, each once."""
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        yield from _of_column(column.storage)
    elif pa.types.is_dictionary(kind):
        yield from _of_column(column.dictionary)
    elif pa.types.is_struct(kind):
        for inner in column.flatten():
            yield from _of_column(inner)
    elif pa.types.is_map(kind):
        yield from _of_column(column.keys)
        yield from _of_column(column.items)
    elif pa.types.is_nested(kind):
        yield from _of_column(column.flatten())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        values = [value for value in pc.unique(column).to_pylist() if value]
        yield "\n".join(value.hex() for value in values)
        yield from (inner for value in values for inner in as_text(value) if inner)
    elif not pa.types.is_null(kind):
        yield "\n".join(str(value) for value in pc.unique(column).to_pylist() if value is not None)


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes], Iterator[str | bytes]]], ...] = (
    (b"PAR1", _of_parquet),
    (b"SQLite format 3", _of_sqlite),
    (b"PK\x03\x04", _of_zip),
    (b"\x1f\x8b", _arrow_decompressed("gzip")),
    (b"\x28\xb5\x2f\xfd", _arrow_decompressed("zstd")),
    (b"\x04\x22\x4d\x18", _arrow_decompressed("lz4")),
    (_LZ4_BLOCK, _lz4_blocks),
    (b"BZh", lambda content: iter((bz2.decompress(content),))),
    (b"\xfd7zXZ", lambda content: iter((lzma.decompress(content),))),
    (b"\x78", _inflated),
    (b"ARROW1", _of_arrow_file),
    (b"\xff\xff\xff\xff", _of_arrow_stream),
    (b"", lambda content: _of_tar(content) if content[257:262] == b"ustar" else iter(())),
)


# --- Encodings --------------------------------------------------------------------------------------------------------


def readings(texts: Iterable[str]) -> Iterator[str]:
    """The texts, and what their encodings make of them, again and again.

    Most decoders give the same text in whatever order they come, so each text is decoded once: in the round that meets it
    first, which leaves it the most rounds.
    """
    seen: set[str] = set()
    found = texts
    for _ in range(DEEPEST + 1):
        new = [text for text in dict.fromkeys(found) if text not in seen]
        yield from new
        seen.update(new)
        found = (inner for text in new for decode in _DECODERS if (inner := decode(text)))


def _percent(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace") if _PERCENT.search(text) else ""


def _quoted_printable(text: str) -> str:
    return quopri.decodestring(text.encode()).decode("utf-8", "replace") if _QUOTED.search(text) else ""


def _escapes(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), text) if _ESCAPE.search(text) else ""


def _entities(text: str) -> str:
    return html.unescape(text) if _ENTITY.search(text) else ""


def _folded(text: str) -> str:
    """Full width made plain, invisible characters removed."""
    if text.isascii():
        return ""
    plain = normalize("NFKC", text)
    return plain.translate({ord(char): None for char in set(plain) if category(char) == "Cf"})


def _unwrapped(text: str) -> str:
    """Base64 as mails wrap it."""
    return _WRAPPED.sub("", text)


def _spelled(text: str) -> str:
    return _SPELLED.sub("@", text)


def _tokens(text: str) -> str:
    """What the readable ones of the tokens in base64 and hexadecimal say."""
    found = {inner for token in set(_TOKEN.findall(text)) for inner in _of_base64(token)}
    found |= {inner for token in set(_HEX.findall(text)) for inner in _of_hex(token)}
    return "\n".join(sorted(found))


# Pseudonyms are in many files.
@lru_cache(100_000)
def _of_base64(token: str) -> tuple[str, ...]:
    """A token may begin within a longer one: after one, two or three signs."""
    if _ALL_HEX.match(token):
        return ()
    plain = token.rstrip("=").translate(_OF_LINKS)
    found = []
    for start in range(4):
        part = plain[start:]
        part = part[: len(part) - 1] if len(part) % 4 == 1 else part
        found += _said(base64.b64decode(part + "=" * (-len(part) % 4)))
    return tuple(found)


@lru_cache(100_000)
def _of_hex(token: str) -> tuple[str, ...]:
    return tuple(_said(bytes.fromhex(token)))


def _said(content: bytes) -> list[str]:
    """The content, inflated if it is compressed, as text, if it is one."""
    if content[:1] == b"\x78":
        with suppress(zlib.error):
            content = next(_inflated(content))
    if b"\0" in content:
        content = content.replace(b"\0", b"")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return []
    return [text] if len(text) >= SHORTEST and text.translate(_BREAKS).isprintable() else []


_DECODERS: tuple[Callable[[str], str], ...] = (
    _percent, _quoted_printable, _escapes, _entities, _folded, _unwrapped, _spelled, _tokens,
)  # fmt: skip
