"""The first records of a source's newest files, as small files of their own that lie in memory."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from segspark.errors import SegsparkError
from segspark.sources.content import read_start
from segspark.sources.files import BrokenFile, InputFile
from segspark.sources.records import json_records
from segspark.sources.spec import Source
from segspark.store.parquet import open_parquet, parquet_content

RECORDS = 1_000
FILES = 3
START = 4 << 20
# Takes a content, and gives the path at which processes of this user read it.
Hold = Callable[[bytes], str]


@contextmanager
def in_memory() -> Iterator[Hold]:
    """Files that no disk holds: they end with the context, and with the process however it ends.

    Where the system has no such files they lie in a private temporary folder, which a killed process leaves behind.
    """
    with ExitStack() as stack:

        def hold(content: bytes) -> str:
            if not hasattr(os, "memfd_create"):
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="segspark-sample-"))
                path = Path(folder) / "sample"
                path.write_bytes(content)
                return str(path)
            file = stack.enter_context(open(os.memfd_create("segspark-sample"), "wb"))
            file.write(content)
            file.flush()
            return f"/proc/{os.getpid()}/fd/{file.fileno()}"

        yield hold


def sampled(files: Sequence[InputFile], source: Source, hold: Hold) -> list[InputFile]:
    """The newest files by name, each cut to its first records; a file that cannot be read stays as it is."""
    newest = sorted(files, key=lambda f: f.name)[-FILES:]
    return [replace(_cut(file, source, hold), number=number) for number, file in enumerate(newest)]


def _cut(file: InputFile, source: Source, hold: Hold) -> InputFile:
    cut = _rows if source.is_mapped and source.format == "parquet" else _text
    try:
        return replace(file, path=hold(cut(file, source)), digest="")
    except (BrokenFile, OSError, SegsparkError, pa.ArrowException):
        return file


def _text(file: InputFile, source: Source) -> bytes:
    content = read_start(file.path, START)
    if len(content) == START:
        # The last line may have been cut by us.
        content = content[: content.rfind(b"\n") + 1] or content
    if source.is_mapped and source.format == "csv":
        lines = content.split(b"\n")
        return b"\n".join(lines[: RECORDS + 1]) + (b"\n" if len(lines) > RECORDS + 1 else b"")
    records = [raw.replace(b"\n", b" ") for raw, _ in islice(json_records(content), RECORDS)]
    return b"\n".join(records) + b"\n"


def _rows(file: InputFile, source: Source) -> bytes:
    whole = open_parquet(file.path)
    batch = next(whole.iter_batches(RECORDS), None)
    content: bytes = parquet_content(
        pa.Table.from_batches([batch] if batch else [], schema=whole.schema_arrow)
    ).to_pybytes()
    return content
