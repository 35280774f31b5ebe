"""The search of benchmarks/byte_scan.py finds what is planted, in every container and encoding that it must open.

Without this a scan that finds nothing says nothing.
"""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import pickle
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources.test_canaries import ENCODINGS

from benchmarks import decoded
from benchmarks.byte_scan import Tokens, identifiers_of, scan, search
from benchmarks.decoded import opened, readings

WHO = "zqhidden@exemple.fr"
TOKENS = {WHO, "Zqanne Zqlefèvre", "zq770031"}
Write = Callable[[Path, str], object]


def zipped(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", text)


def tarred(path: Path, text: str) -> None:
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("inner.txt")
        member.size = len(text.encode())
        archive.addfile(member, io.BytesIO(text.encode()))


def in_sqlite(path: Path, text: str) -> None:
    base = sqlite3.connect(path)
    base.execute("create table params (key text, value blob)")
    base.execute("insert into params values ('note', ?)", (gzip.compress(text.encode()),))
    base.commit()
    base.close()


def parquet(codec: str, wrap: Callable[[str], object] = str, **more: object) -> Write:
    def write(path: Path, text: str) -> None:
        # The statistics hold the least and the greatest value alone.
        table = pa.table({"x": [wrap("a"), wrap(text), wrap("~~")]})
        pq.write_table(table, path, compression=codec, **more)

    return write


def in_metadata(path: Path, text: str) -> None:
    pq.write_table(pa.table({"x": [1]}).replace_schema_metadata({"note": text}), path)


def arrow_stream(path: Path, text: str) -> None:
    table = pa.table({"x": pa.array([text]).dictionary_encode()})
    with pa.ipc.new_stream(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
        out.write_table(table)


def compressed(codec: str) -> Write:
    def write(path: Path, text: str) -> None:
        with pa.CompressedOutputStream(str(path), codec) as out:
            out.write(text.encode())

    return write


def lz4_block(path: Path, text: str) -> None:
    """As Spark writes what it spills and shuffles."""
    plain = (text * 20).encode()
    packed = pa.Codec("lz4_raw").compress(plain, asbytes=True)
    path.write_bytes(b"LZ4Block" + struct.pack("<BIII", 0x20, len(packed), len(plain), 0) + packed)


CONTAINERS: dict[str, Write] = {
    "plain": lambda path, text: path.write_text(text),
    "latin-1": lambda path, text: path.write_bytes(text.encode("latin-1", "ignore")),
    "utf-16": lambda path, text: path.write_bytes(text.encode("utf-16")),
    "utf-32 big-endian": lambda path, text: path.write_bytes(text.encode("utf-32-be")),
    "among binary": lambda path, text: path.write_bytes(b"\xff\x00\xfe" + text.encode() + b"\x00\xff"),
    "gzip": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "two gzips": lambda path, text: path.write_bytes(gzip.compress(gzip.compress(text.encode()))),
    "bzip2": lambda path, text: path.write_bytes(bz2.compress(text.encode())),
    "xz": lambda path, text: path.write_bytes(lzma.compress(text.encode())),
    "zlib, as joblib": lambda path, text: path.write_bytes(zlib.compress(pickle.dumps({"sample": [text]}))),
    "zstd, as the event log": compressed("zstd"),
    "lz4 frame": compressed("lz4"),
    "lz4 blocks, as a shuffle": lz4_block,
    "zip": zipped,
    "tar": tarred,
    "sqlite, compressed inside": in_sqlite,
    "parquet, snappy": parquet("snappy"),
    "parquet, zstd": parquet("zstd"),
    "parquet without a dictionary": parquet("gzip", use_dictionary=False),
    "parquet, nested": parquet("zstd", lambda text: {"a": [{"b": text}]}),
    "parquet, bytes": parquet("zstd", str.encode),
    "parquet, metadata": in_metadata,
    "arrow stream": arrow_stream,
    "numpy": lambda path, text: np.savez(path.open("wb"), x=np.array([text])),
    "pickle": lambda path, text: path.write_bytes(pickle.dumps({"who": text})),
    "name of a file": lambda path, text: (path.parent / f"{text.replace('/', '_')}.csv").write_text("x"),
}  # fmt: skip


@pytest.mark.parametrize("container", CONTAINERS)
def test_an_address_is_found_in_every_container(tmp_path: Path, container: str) -> None:
    CONTAINERS[container](tmp_path / "file", f"to <{WHO}>, and others")
    assert {token for token, _ in search([tmp_path], TOKENS)} == {WHO}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("container", ["plain", "gzip", "parquet, zstd", "sqlite, compressed inside"])
def test_an_address_is_found_in_every_encoding(tmp_path: Path, container: str, encoding: str) -> None:
    CONTAINERS[container](tmp_path / "file", f"who={ENCODINGS[encoding](WHO)} end")
    assert {token for token, _ in search([tmp_path], TOKENS)} == {WHO}


@pytest.mark.parametrize(
    "text",
    [
        f"x_{WHO}", f"see {WHO}.", WHO.upper(), f"/of/{WHO}/x", base64.b64encode(f"ab{WHO}".encode()).decode(),
        base64.b64encode(f'{{"to": "{WHO}"}}'.encode()).decode(), json.dumps(json.dumps({"a": WHO.replace("@", "\u200b@")})),
        hashlib.sha256(WHO.encode()).hexdigest(), hashlib.md5(WHO.upper().lower().encode()).hexdigest(),
        hashlib.sha1(WHO.encode()).hexdigest().upper(), base64.b64encode(WHO.encode("utf-16-le")).decode(),
        base64.b64encode(base64.b64encode(WHO.encode())).decode(), WHO.replace("@", "%2540"),
    ],
)  # fmt: skip
def test_an_address_is_found_glued_nested_and_as_a_plain_hash(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    assert {token for token, _ in search([tmp_path], TOKENS)} == {WHO}


@pytest.mark.parametrize("token", sorted(TOKENS))
@pytest.mark.parametrize("text", ["<b>{}</b>", 'a,"{}",b', "{}\n", "was {} there"])
def test_names_and_numbers_are_found_too(tmp_path: Path, text: str, token: str) -> None:
    (tmp_path / "file").write_text(text.format(token))
    assert search([tmp_path], TOKENS) == [(token, str(tmp_path / "file"))]


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("zqhidden at exemple.fr, Zqanne and Zqlefèvre apart; 7zq770031")
    assert search([tmp_path], TOKENS) == []


def decoded_in_every_order(text: str, turns: int = decoded.DEEPEST) -> set[str]:
    """One decoder after the other, without a thought for what was read before."""
    inner = {decode(text) for decode in decoded._DECODERS} - {"", text} if turns else set()
    return {text}.union(*(decoded_in_every_order(found, turns - 1) for found in inner))


PIECES = [
    "%40",
    "%2540",
    "=40",
    "\\u0040",
    "&amp;#64;",
    "&#64;",
    "\u200b",
    "Ａ",
    "_at_",
    "enFoaWRkZW4=",
    "7a7168696464656e",
    "x",
]


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.text(max_size=5))
@settings(max_examples=60)
def test_the_readings_are_those_of_every_order_of_decoders_and_each_comes_once(one: str, other: str) -> None:
    texts = list(readings([one, other]))
    assert set(texts) == decoded_in_every_order(one) | decoded_in_every_order(other)
    assert len(texts) == len(set(texts))


def test_what_only_begins_like_a_container_is_read_as_it_is() -> None:
    for magic in (b"PAR1", b"SQLite format 3\0", b"PK\x03\x04", b"\x1f\x8b", b"LZ4Block", b"x", b"ARROW1", b"BZh"):
        assert any(WHO in text for text in opened(magic + b" " + WHO.encode()))


def test_a_workspace_is_searched_for_what_its_own_files_hold(tmp_path: Path) -> None:
    for folder in ("data", "lake", "exports"):
        (tmp_path / folder).mkdir()
    row = {"name": "Zqanne Zqlefèvre", "email": WHO, "customerId": "zq770031", "city": "Rennes-sur-Mer"}
    (tmp_path / "data" / "crm.json").write_text(json.dumps(row))
    assert identifiers_of(tmp_path / "data") == {"Zqanne Zqlefèvre", WHO, "zq770031"}
    (tmp_path / "lake" / "fine").write_text("Rennes-sur-Mer")
    (tmp_path / "exports" / "a.csv").write_text(WHO)
    found = scan(tmp_path)
    assert (found["found"], found["in_exports"]) == ({"lake": 0}, {"addresses": 1, "others": 0})
    (tmp_path / "exports" / "b.csv").write_text("zq770031")
    (tmp_path / "lake" / "leak").write_text(WHO)
    (tmp_path / "notes.log").write_text("Zqanne Zqlefèvre")
    found = scan(tmp_path)
    assert (found["found"], found["in_exports"]) == ({"lake": 1, "notes.log": 1}, {"addresses": 1, "others": 1})


def test_words_are_told_apart() -> None:
    assert Tokens({"Anne Lefèvre"}).within("Anne\tLefèvre") == {"Anne Lefèvre"}
    assert Tokens({"Anne Lefèvre"}).within("Anne Lefèvres") == set()
