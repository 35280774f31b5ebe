"""Rows of a Parquet file as texts, by batch; a file with a damaged part is refused before any of its rows."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segspark.errors import DamagedFile
from segspark.sources.column_names import missing_names
from segspark.sources.content import HELD
from segspark.sources.files import BrokenFile
from segspark.sources.records import RawRecord, flatten
from segspark.sources.vocabulary import Rejected
from segspark.store import open_url

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH = 1_000


def parquet_records(
    path: str, needed: Sequence[str] = ()
) -> Iterator[tuple[RawRecord, dict[str, Any], dict[str, str | None] | Rejected]]:
    """Every row: as it would be read again, its values, and its texts under dotted names or the reason to refuse it.

    Args:
        needed: columns without which the file cannot be read; dotted where they are nested.

    Raises:
        BrokenFile: any part of it cannot be read, or needed columns are missing or there twice.
    """
    with _opened(path) as file:
        if file is None:
            return
        names, all_names = file.schema_arrow.names, schema_names(file.schema_arrow)
        counts = Counter(names)
        reasons = [f"header_duplicate:{n}" for n in needed if counts[n] > 1]
        reasons += [f"header_missing:{n}" for n in missing_names(all_names, needed)]
        if reasons:
            raise BrokenFile(*reasons)
        position = 0
        for batch in _batches(file):
            for row in _rows(batch.rename_columns(_told_apart(names))):
                yield _record(position, row)
                position += 1


def _batches(file: "pq.ParquetFile") -> "Iterator[pa.RecordBatch]":
    """All batches, of a file that can be decoded to its end: a row that is already handed on cannot be taken back.

    What is small is held and decoded once; anything else is decoded a first time for its errors.
    """
    held: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    with _readable():
        for batch in file.iter_batches(BATCH):
            n_rows += batch.num_rows
            n_bytes += batch.nbytes
            held.append(batch)
            if n_bytes > HELD:
                held.clear()
    if n_rows != file.metadata.num_rows:
        raise BrokenFile("file_unreadable")
    yield from held if n_bytes <= HELD else file.iter_batches(BATCH)


def parquet_names(path: str) -> tuple[str, ...]:
    """The columns of a file, nested ones under dotted names too.

    Raises:
        BrokenFile: it cannot be read.
    """
    with _opened(path) as file:
        return schema_names(file.schema_arrow) if file is not None else ()


def schema_names(fields: Any, prefix: str = "") -> tuple[str, ...]:
    """The names of a schema's or struct's fields, and of the fields below them."""
    import pyarrow as pa

    found: list[str] = []
    for field in fields:
        found.append(prefix + field.name)
        if pa.types.is_struct(field.type):
            found += schema_names(field.type, f"{prefix}{field.name}.")
    return tuple(found)


@contextmanager
def _opened(path: str) -> "Iterator[pq.ParquetFile | None]":
    """The file, None if it has no bytes."""
    from segspark.store.parquet import open_parquet

    with _readable(), open_url(path) as source:
        is_empty = source.size() == 0
    if is_empty:
        yield None
        return
    with _readable():
        file = open_parquet(path)
    with file:
        yield file


@contextmanager
def _readable() -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, pa.ArrowMemoryError, DamagedFile):
        # The error's text may hold what the file says.
        raise BrokenFile("file_unreadable") from None


def _rows(batch: "pa.RecordBatch") -> list[dict[str, Any] | Rejected]:
    batch = _shortest(batch)
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError, ArithmeticError):
        return [_row(batch, at) for at in range(batch.num_rows)]


def _shortest(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Single precision as the shortest number that means it: 10.1, where a double would show 10.100000381469727."""
    import pyarrow as pa

    for at, field in enumerate(batch.schema):
        if pa.types.is_float32(field.type):
            column = batch.column(at).cast(pa.string()).cast(pa.float64())
            batch = batch.set_column(at, field.with_type(pa.float64()), column)
    return batch


def _row(batch: "pa.RecordBatch", at: int) -> dict[str, Any] | Rejected:
    """One row; a value that Python cannot hold, such as a time of the year 20000, refuses it."""
    row: dict[str, Any] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = column[at].as_py()
        except (ValueError, OverflowError, ArithmeticError) as error:
            return Rejected("encoding" if isinstance(error, UnicodeError) else f"range:{name}")
    return row


def _record(
    position: int, row: dict[str, Any] | Rejected
) -> tuple[RawRecord, dict[str, Any], dict[str, str | None] | Rejected]:
    if isinstance(row, Rejected):
        return RawRecord(position, b"", "row"), {}, row
    try:
        fields = flatten(row)
    except Rejected as error:
        return RawRecord(position, json.dumps(row, default=str).encode(errors="replace"), "row"), row, error
    return RawRecord(position, json.dumps(fields, ensure_ascii=False).encode(), "row"), row, fields


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names, with a number behind each one that was there before."""
    counts: Counter[str] = Counter()
    told = []
    for name in names:
        counts[name] += 1
        told.append(name if counts[name] == 1 else f"{name}#{counts[name]}")
    return told
