"""The columns of a source's files, read from their first bytes, and how they differ from file to file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from segspark.sources import json_strict
from segspark.sources.column_names import clean_names, looks_like_data
from segspark.sources.content import read_start
from segspark.sources.csv_strict import header_of_csv
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.parquet_rows import parquet_names
from segspark.sources.records import flatten, json_records
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Rejected

START = 1 << 20
SAMPLE = 200
FIRST_FILES = 5
# Of columns that drift: names, and letters of a name.
MOST_TOLD, MOST_OF_NAME = 20, 60


def header_of(file: InputFile, source: Source, most: int = START) -> tuple[str, ...]:
    """The columns of a file: of CSV the header, of Parquet the schema, of JSON the keys of its first records.

    Nested fields have dotted names. Empty for a file without records.

    Raises:
        BrokenFile: the file, or its header, cannot be read.
    """
    if source.format == "parquet":
        return parquet_names(file.path)
    content = read_start(file.path, min(most, START))
    if source.format == "csv":
        return header_of_csv(content, source.csv)
    return tuple(dict.fromkeys(name for names in _records_of(content) for name in names))


def _records_of(content: bytes) -> Iterator[tuple[str, ...]]:
    """The keys of each of the first JSON records."""
    for raw, known in islice(json_records(content), SAMPLE):
        with suppress(Rejected):
            value, _ = json_strict.decode(raw, max_bytes=START, max_depth=64, known=known)
            if isinstance(value, dict):
                yield tuple(flatten(value))


def known_headers(files: Sequence[InputFile], source: Source) -> dict[str, tuple[str, ...]]:
    """The columns of the CSV or Parquet files that have any, by name of the file in the files' order.

    Files whose header cannot be read or holds values are left out, since they are refused. Keys of JSON come and go
    from record to record and are no header.
    """
    found: dict[str, tuple[str, ...]] = {}
    columns = Headers(source)
    for file in sorted(files, key=lambda file: file.name) if source.format != "json" else ():
        header = columns.of(file)
        if header and not looks_like_data(header):
            found.setdefault(file.name, header)
    return found


def keys_of_first(files: Sequence[InputFile], source: Source) -> dict[str, tuple[str, ...]]:
    """The keys of the first records of the first JSON files, together, by the name of the first one that has any."""
    name, keys = "", dict[str, None]()
    for file in sorted(files, key=lambda file: file.name)[:FIRST_FILES]:
        try:
            found = header_of(file, source)
        except BrokenFile:
            continue
        name = name or (file.name if found else "")
        keys |= dict.fromkeys(found)
    return {name: tuple(keys)} if keys else {}


def keys_of_most(files: Sequence[InputFile], source: Source) -> tuple[str, ...]:
    """The keys that half of the first records have; other keys may be values, as those of a map."""
    counts, n_records = Counter[str](), 0
    for file in sorted(files, key=lambda file: file.name)[:FIRST_FILES]:
        with suppress(BrokenFile):
            for names in _records_of(read_start(file.path, START)):
                counts.update(names)
                n_records += 1
    return tuple(name for name, n in counts.items() if 2 * n >= n_records)


def drift(files: Sequence[InputFile], source: Source) -> str | None:
    """A sentence on the columns that are not in every file, or None. The others are compared with the commonest ones.

    A header that has less than half of their names is none: its file is refused, and what it holds is not told.
    """
    headers = list(known_headers(files, source).values())
    usual = Counter(headers).most_common(1)[0][0] if headers else ()
    alike = [header for header in headers if 2 * len(set(usual) & set(header)) >= len(set(usual))]
    added = dict.fromkeys(name for header in alike for name in header if name not in usual)
    removed = dict.fromkeys(name for header in alike for name in usual if name not in header)
    if not added and not removed:
        return None
    parts = [f"{verb} {_listed(list(names))}" for verb, names in (("new:", added), ("gone:", removed)) if names]
    return f"source {source.name}: its files do not all have the same columns; {'; '.join(parts)}"


def _listed(names: Sequence[str]) -> str:
    shown = ["".join(c if c.isprintable() else "?" for c in name[:MOST_OF_NAME]) or "(no name)" for name in names]
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return ", ".join(shown[:MOST_TOLD]) + more


class Headers:
    """The columns of each CSV or Parquet file of a source, read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, file: InputFile) -> tuple[str, ...]:
        """Empty for JSON, for the quarantine's records, and for a file that cannot be read."""
        if self._source.format == "json" or file.is_sealed:
            return ()
        if file.path not in self._known:
            try:
                header = clean_names(self._source.csv.columns) or header_of(file, self._source)
            except BrokenFile:
                header = ()
            self._known[file.path] = header
        return self._known[file.path]
