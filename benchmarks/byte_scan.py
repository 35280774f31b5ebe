"""Search every file of a folder, decoded, for texts that may stand nowhere in it.

    python -m benchmarks.byte_scan WORKSPACE

takes the direct identifiers out of the raw files of a workspace (addresses, phone numbers, and the columns and keys
that hold names, streets and customer numbers), and searches its lake, its scratch files, its models and its reports for
them. Sealed columns are the only ones that are left out. Prints JSON.
"""

import csv
import gzip
import io
import json
import re
import sqlite3
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

SEALED = frozenset(("sealed",))
ADDRESS = re.compile(r"[\w.+-]{2,}@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"\+\d{9,14}")
# Keys and columns that name a person; what stands there is searched for as a whole.
NAMING = re.compile(
    r"(?:^|\.)(?:last_?name|name|phone|address1|address2|street|userId|user_id|customer_?(?:id|number|no)?|anonymousId)$",
    re.IGNORECASE,
)
# Names of things.
OF_THINGS = re.compile(r"^\.Name$|note_attributes\.name$|campaign\.name$|properties\.name$|library\.name$")
# Shorter texts occur by chance.
LEAST = 7
_WORD = re.compile(r"[\w+@.-]+")


def texts_of(path: Path) -> Iterator[str]:
    """Everything that can be read in a file, piece by piece: rows of Parquet and SQLite, members of archives, lines."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"PAR1"):
        yield from _of_parquet(path)
    elif head.startswith(b"SQLite format 3"):
        yield from _of_sqlite(path)
    elif head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("utf-8", "replace")
    else:
        content = path.read_bytes()
        if head.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        yield content.decode("utf-8", "replace")


def _of_parquet(path: Path) -> Iterator[str]:
    file = pq.ParquetFile(path)
    # The footer holds names, and the least and greatest values of columns.
    yield f"{file.schema_arrow.metadata}"
    for group in range(file.metadata.num_row_groups):
        for at in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(at)
            if column.statistics is not None and not SEALED & set(column.path_in_schema.split(".")):
                yield f"{column.statistics.min} {column.statistics.max}" if column.statistics.has_min_max else ""
    kept = [name for name in file.schema_arrow.names if name not in SEALED]
    for batch in file.iter_batches(10_000, columns=kept):
        yield "\n".join(map(str, batch.to_pylist()))


def _of_sqlite(path: Path) -> Iterator[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        for (table,) in base.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in base.execute(f'select * from "{table}"'):
                yield str(row)


class Tokens:
    """Texts to search for; by the words of a text, since looking for each of thousands takes too long."""

    def __init__(self, tokens: set[str]) -> None:
        self._by_first: dict[str, list[tuple[list[str], str]]] = {}
        for token in tokens:
            words = _WORD.findall(token)
            self._by_first.setdefault(words[0], []).append((words, token))

    def within(self, text: str) -> set[str]:
        words = _WORD.findall(text)
        return {
            token
            for at, word in enumerate(words)
            if word in self._by_first
            for its, token in self._by_first[word]
            if words[at : at + len(its)] == its
        }


def search(folders: list[Path], tokens: set[str]) -> list[tuple[str, str]]:
    """(token, file) of every token that stands in a file or in its name."""
    found, wanted = set(), Tokens(tokens)
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            for text in (str(path.relative_to(folder)), *texts_of(path)):
                found |= {(token, str(path)) for token in wanted.within(text)}
    return sorted(found)


# --- The identifiers of a workspace's raw files -----------------------------------------------------------------------


def identifiers_of(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        for text in texts_of(path):
            found |= set(ADDRESS.findall(text)) | set(PHONE.findall(text))
            for record in _records(path, text):
                found |= {
                    value
                    for key, value in _leaves(record)
                    if NAMING.search(key) and not OF_THINGS.search(key) and len(value) >= LEAST
                }
    return found


def _records(path: Path, text: str) -> Iterator[Any]:
    if ".csv" in path.name:
        yield from csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
        return
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        yield from value if isinstance(value, list) else [value]


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{key}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield key, str(value)


def main(workspace: Path) -> dict[str, Any]:
    tokens = identifiers_of(workspace / "data")
    places = [p for p in workspace.iterdir() if p.is_dir() and p.name not in ("data", "truth", "sources", "segments")]
    found = search(places, tokens)
    files = sum(1 for place in places for path in place.rglob("*") if path.is_file())
    by_place = Counter(Path(path).relative_to(workspace).parts[0] for _, path in found)
    return {"identifiers": len(tokens), "files": files, "found": len(found), "by_place": dict(by_place),
            "examples": [str(Path(path).relative_to(workspace)) for _, path in found[:10]]}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
