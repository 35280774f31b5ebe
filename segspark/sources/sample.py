"""The first records of a source's newest files, as small files of their own."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from segspark.errors import SegsparkError
from segspark.sources.files import BrokenFile, InputFile, read_start
from segspark.sources.records import json_records
from segspark.sources.spec import Source
from segspark.store import store_at
from segspark.store.parquet import open_parquet, put_parquet

RECORDS = 1_000
FILES = 3
START = 4 << 20


def sampled(files: Sequence[InputFile], source: Source, folder: Path) -> list[InputFile]:
    """The newest files by name, each cut to its first records; a file that cannot be read stays as it is."""
    newest = sorted(files, key=lambda f: f.name)[-FILES:]
    return [replace(_cut(file, source, folder / str(number)), number=number) for number, file in enumerate(newest)]


def _cut(file: InputFile, source: Source, path: Path) -> InputFile:
    try:
        if source.is_mapped and source.format == "parquet":
            _cut_parquet(file, path)
        else:
            _cut_text(file, source, path)
    except (BrokenFile, OSError, SegsparkError, pa.ArrowException):
        return file
    return replace(file, path=str(path))


def _cut_text(file: InputFile, source: Source, path: Path) -> None:
    content = read_start(file.path, START)
    if len(content) == START:
        # The last line may have been cut by us.
        content = content[: content.rfind(b"\n") + 1] or content
    if source.is_mapped and source.format == "csv":
        lines = content.split(b"\n")
        path.write_bytes(b"\n".join(lines[: RECORDS + 1]) + (b"\n" if len(lines) > RECORDS + 1 else b""))
        return
    records = [raw.replace(b"\n", b" ") for raw, _ in islice(json_records(content), RECORDS)]
    path.write_bytes(b"\n".join(records) + b"\n")


def _cut_parquet(file: InputFile, path: Path) -> None:
    whole = open_parquet(file.path)
    batch = next(whole.iter_batches(RECORDS), None)
    rows = pa.Table.from_batches([batch] if batch else [], schema=whole.schema_arrow)
    put_parquet(store_at(path.parent), path.name, rows)
