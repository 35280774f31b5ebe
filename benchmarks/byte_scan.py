"""Search every file of a folder, decoded, for texts that may stand nowhere in it.

    python -m benchmarks.byte_scan WORKSPACE [--beside FOLDER ...] [--result FILE]

takes the direct identifiers out of the raw files of a workspace (addresses, phone numbers, and the columns and keys
that hold names, streets and customer numbers), and searches everything else that lies in it for them: lake, scratch
files, models, reports, exports. Folders beside it hold what was printed, logs, temporary files. Each text is searched
for as it is, and as the plain hashes that somebody who guesses it can make. Prints JSON.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.decoded import opened, texts_of

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
# Of a hash in hexadecimal, since some cut it.
HASH_SIGNS = 32
_WORD, _BETWEEN = re.compile(r"[\w+@.-]+"), r"[^\w+@.-]+"
# What a workspace holds besides what is made of its data.
GIVEN = frozenset(("data", "truth", "sources", "segments"))


def hashes_of(text: str) -> set[str]:
    """The beginnings of its plain hashes, in hexadecimal."""
    content = text.encode()
    return {hashlib.new(name, content, usedforsecurity=False).hexdigest()[:HASH_SIGNS]
            for name in ("md5", "sha1", "sha256", "sha512", "blake2b")}  # fmt: skip


class Tokens:
    """Texts to search for, of which the case does not matter, with their hashes.

    By the words of a text, since looking for each of a hundred thousand takes too long.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[list[str], str]]] = {}
        for token in tokens:
            for form in {token.lower(), *hashes_of(token), *hashes_of(token.lower())}:
                words = _WORD.findall(form)
                self._by_first.setdefault(words[0], []).append((words, token))

    def within(self, text: str) -> set[str]:
        text = text.lower()
        seen = set(_WORD.findall(text))
        seen |= {word.strip("+.@-") for word in seen}
        # What is glued to the front of an address, and what follows the part of a hash that is searched for.
        seen |= {word[at:] for word in seen if "@" in word for at in range(1, word.index("@"))}
        seen |= {word[:HASH_SIGNS] for word in seen if len(word) > HASH_SIGNS}
        found = set()
        for first in self._by_first.keys() & seen:
            for words, token in self._by_first[first]:
                if len(words) == 1 or re.search(_BETWEEN.join(map(re.escape, words)) + r"(?!\w)", text):
                    found.add(token)
        return found


def search(folders: Iterable[Path], tokens: Iterable[str]) -> list[tuple[str, str]]:
    """(token, file) of every token that stands in a file or in its name."""
    wanted, found = Tokens(tokens), set()
    for path in files_in(folders):
        for text in (str(path), *texts_of(path)):
            found |= {(token, str(path)) for token in wanted.within(text)}
    return sorted(found)


def files_in(places: Iterable[Path]) -> list[Path]:
    """All files, also hidden ones; a place may be a file."""
    inside = {p for place in places for p in ([place] if place.is_file() else place.rglob("*"))}
    return sorted(p for p in inside if p.is_file())


# --- The identifiers of a workspace's raw files -----------------------------------------------------------------------


def identifiers_of(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in files_in([folder]):
        for text in opened(path.read_bytes()):
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Search a workspace for the identifiers of its raw files.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="Folders or files to search too.")
    parser.add_argument("--result", type=Path)
    given = parser.parse_args()
    text = json.dumps(scan(given.workspace, given.beside), indent=1) + "\n"
    print(text)
    if given.result:
        given.result.write_text(text)


def scan(workspace: Path, beside: Iterable[Path] = ()) -> dict[str, Any]:
    """What a search of a workspace finds, by place; exports hold the addresses that they are made for."""
    tokens = identifiers_of(workspace / "data")
    addresses = {token for token in tokens if "@" in token}
    places = {p.name: p for p in workspace.iterdir() if p.name not in GIVEN} | {p.name: p for p in beside}
    exports = places.pop("exports", None)
    found = {name: search([place], tokens) for name, place in sorted(places.items())}
    if exports:
        found["exports"] = search([exports], tokens)
    in_exports = {token for token, _ in found.get("exports", [])}
    return {
        "identifiers": len(tokens),
        "files": {name: len(files_in([place])) for name, place in sorted(places.items())},
        "found": {name: len({token for token, _ in those}) for name, those in found.items() if name != "exports"},
        "in_exports": {"addresses": len(in_exports & addresses), "others": len(in_exports - addresses)},
        "examples": [Path(path).name for name, those in found.items() if name != "exports" for _, path in those[:5]],
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()}
        | {name: version(name) for name in ("pyarrow", "pyspark", "delta-spark", "mlflow")},
    }


if __name__ == "__main__":
    main()
