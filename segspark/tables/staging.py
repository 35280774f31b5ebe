"""Staging: Parquet files that the tasks of a run write between its steps.

Rows go from a task's memory to a file without passing through the JVM. Only files named by a finished task are read,
so a repeated task does no harm. A file is sorted by day if its kind has one, so that a writer of some days reads only
their rows from each file.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from segspark.config.url import scheme_of
from segspark.spark.checkpoints import is_one_process
from segspark.spark.classic import tasks_at_once
from segspark.spark.jobs import beside
from segspark.store import Store
from segspark.store.parquet import SPARK_OPTIONS, add_part, read_parquet, verify_parts
from segspark.tables.ranges import share_ids

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAMED_DDL = "kind string, path string, rows bigint, days string"
NAMED_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string()),
        pa.field("path", pa.string()),
        pa.field("rows", pa.int64()),
        pa.field("days", pa.string()),
    ]
)
BATCH = 5_000
# Of a bucket, what the driver reads without Spark: each file is one request then, of which Spark makes four.
FEW_ROWS, FEW_BYTES = 5_000, 32 << 20
ROWS_PER_FILE = 250_000
ROWS_PER_GROUP = 25_000
# Sealed records may be of any size: no more of them is collected, and no file is larger before it is compressed.
BYTES_OF_ROWS, BYTES_PER_FILE = 16 << 20, 128 << 20


@dataclass(frozen=True)
class Kind:
    """A staged kind of rows: its columns, and the date (or whole number) its files are sorted by."""

    schema: pa.Schema
    day: str | None = None


@dataclass(frozen=True)
class StagedFile:
    """``days``: rows per day (days since 1970), or per number."""

    path: str
    rows: int
    days: Mapping[int, int] = field(default_factory=dict)


class StagingWriter:
    """Collects the rows of one task and writes a file per kind and some hundred thousand rows."""

    def __init__(self, folder: Store, kinds: Mapping[str, Kind]) -> None:
        self._folder, self._kinds = folder, kinds
        self._rows: dict[str, list[dict[str, Any]]] = {k: [] for k in kinds}
        self._batches: dict[str, list[pa.RecordBatch]] = {k: [] for k in kinds}
        self._sizes = dict.fromkeys(kinds, 0)
        self._bytes = dict.fromkeys(kinds, 0)
        self._sealed = 0
        self._named: list[dict[str, Any]] = []

    def add(self, kind: str, row: dict[str, Any]) -> None:
        rows = self._rows[kind]
        rows.append(row)
        if "sealed" in row:
            self._sealed += len(row["sealed"])
        if len(rows) >= BATCH:
            self._pack(kind)
        elif self._sealed >= BYTES_OF_ROWS:
            self._sealed = 0
            for each in self._kinds:
                self._pack(each)

    def add_batch(self, kind: str, batch: pa.RecordBatch) -> None:
        self._batches[kind].append(batch)
        self._sizes[kind] += batch.num_rows
        self._bytes[kind] += batch.nbytes
        if self._sizes[kind] >= ROWS_PER_FILE or self._bytes[kind] >= BYTES_PER_FILE:
            self._write(kind)

    def close(self) -> Iterator[pa.RecordBatch]:
        """Write the remaining rows, and name every file: rows of ``NAMED_DDL``."""
        for kind in self._kinds:
            self._pack(kind)
            self._write(kind)
        if self._named:
            yield pa.RecordBatch.from_pylist(self._named, schema=NAMED_SCHEMA)

    def _pack(self, kind: str) -> None:
        rows = self._rows[kind]
        if rows:
            schema = self._kinds[kind].schema
            columns = _columns(rows, schema)
            rows.clear()
            self.add_batch(kind, pa.RecordBatch.from_arrays(columns, schema=schema))

    def _write(self, kind: str) -> None:
        batches, day = self._batches[kind], self._kinds[kind].day
        if not self._sizes[kind]:
            return
        table = pa.Table.from_batches(batches)
        batches.clear()
        self._sizes[kind] = self._bytes[kind] = 0
        days: dict[int, int] = {}
        if day is not None:
            table = table.take(pc.sort_indices(table[day]))
            counted = pc.value_counts(table[day].cast(pa.int32()))
            days = {c["values"]: c["counts"] for c in counted.to_pylist()}
        name = add_part(self._folder, f"{kind}/", table, "lz4", row_group_size=ROWS_PER_GROUP).name
        named = (kind, self._folder.url_of(name), table.num_rows, json.dumps(days))
        self._named.append(dict(zip(NAMED_SCHEMA.names, named, strict=True)))


def _columns(rows: list[dict[str, Any]], schema: pa.Schema) -> list[pa.Array]:
    """Convert rows to columns; a list of dictionaries costs Arrow twice as much. Most sources fill few columns, and the
    same ones in every row."""
    values = _values(rows)
    return [pa.array(values[f.name], f.type) if f.name in values else pa.nulls(len(rows), f.type) for f in schema]


def _values(rows: list[dict[str, Any]]) -> dict[str, Sequence[Any]]:
    """Column -> its values."""
    first = tuple(rows[0])
    if len(first) > 1 and set(map(len, rows)) == {len(first)}:
        # As many names in every row: they are the same ones, unless a row lacks one.
        with suppress(KeyError):
            return dict(zip(first, zip(*map(itemgetter(*first), rows), strict=True), strict=True))
    return {name: [row.get(name) for row in rows] for name in set().union(*rows)}


@dataclass(frozen=True)
class Staged:
    """The staged files of one run by kind."""

    spark: "SparkSession"
    kinds: Mapping[str, Kind]
    files: Mapping[str, Sequence[StagedFile]]

    def rows(self, kind: str) -> int:
        return sum(f.rows for f in self.files.get(kind, ()))

    def frame(self, kind: str) -> "DataFrame":
        from pyspark.sql.pandas.types import from_arrow_schema

        schema = from_arrow_schema(self.kinds[kind].schema)
        paths = [f.path for f in self.files.get(kind, ())]
        if not paths:
            return self.spark.createDataFrame([], schema)
        if scheme_of(paths[0]) and self.rows(kind) <= FEW_ROWS:
            few = _read_few(paths)
            if few is not None:
                return self.spark.createDataFrame(few, schema)
        verify_parts(paths)
        return self.spark.read.schema(schema).options(**SPARK_OPTIONS).parquet(*paths)

    def days(self, kind: str) -> list[int]:
        """Days (since 1970) for which the kind has rows."""
        return sorted({day for f in self.files.get(kind, ()) for day in f.days})

    def stage(self, folder: Store, kind: str, *frames: "DataFrame") -> "Staged":
        """The same with the rows of some frames (columns of the kind) added; the frames are computed in parallel."""
        described = {kind: self.kinds[kind]}

        def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            writer = StagingWriter(folder, described)
            for batch in batches:
                writer.add_batch(kind, pa.RecordBatch.from_arrays(batch.columns, schema=described[kind].schema))
            yield from writer.close()

        columns = self.kinds[kind].schema.names
        named = [frame.select(*columns).mapInArrow(write, NAMED_DDL) for frame in frames]
        done = beside(*[partial(read_named, each) for each in named], at_once=3)
        added = [file for files in done for file in files.get(kind, ())]
        return self.plus(kind, added)

    def plus(self, kind: str, files: Sequence[StagedFile]) -> "Staged":
        return Staged(self.spark, self.kinds, {**self.files, kind: (*self.files.get(kind, ()), *files)})

    def compute(self, folder: Store, kind: str, compute: Callable[[str, str], pa.Table], n_bytes: int) -> "Staged":
        """The same with rows computed by a function for each range of people; a task per range.

        Args:
            compute: rows of the kind for the ids [low, high); pure except for the files it reads.
            n_bytes: memory of all it reads; determines the number of tasks.
        """
        described = {kind: self.kinds[kind]}
        ranges = share_ids(n_bytes, tasks_at_once(self.spark))

        def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            writer = StagingWriter(folder, described)
            for batch in batches:
                for at in batch.column(0).to_pylist():
                    for rows in compute(*ranges[at]).to_batches():
                        writer.add_batch(kind, rows)
            yield from writer.close()

        tasks = self.spark.range(0, len(ranges), 1, len(ranges))
        return self.plus(kind, read_named(tasks.mapInArrow(write, NAMED_DDL)).get(kind, []))


def _read_few(paths: Sequence[str]) -> pa.Table | None:
    """The rows of some files; None if they take much memory, as sealed records may."""
    parts, n_bytes = [], 0
    for path in paths:
        parts.append(read_parquet(path))
        n_bytes += parts[-1].nbytes
        if n_bytes > FEW_BYTES:
            return None
    return pa.concat_tables(parts)


def checkpoint(
    frame: "DataFrame", folder: Callable[[], Store] | None, arrange: "Callable[[DataFrame], DataFrame] | None" = None
) -> "DataFrame":
    """Compute a frame once, for several uses.

    On one machine its rows stay in Spark's blocks. A block is lost with its executor, and with it everything that
    follows from it; so on a cluster the rows go to staged files, which every executor reads, or lost blocks are
    computed again.

    Args:
        folder: of the staged files; made on a cluster only. None if nothing may be written.
        arrange: gives the frame its partitions and order, which blocks keep and files do not.
    """
    if is_one_process(frame.sparkSession):
        return (arrange(frame) if arrange else frame).localCheckpoint()
    if folder is None:
        return (arrange(frame) if arrange else frame).persist()
    rows = written(frame, folder(), f"checkpoint-{uuid.uuid4().hex}")
    return arrange(rows) if arrange else rows


def written(frame: "DataFrame", folder: Store, name: str) -> "DataFrame":
    """Write a frame to a folder by Spark and read it back, so that several uses compute it once."""
    path = folder.for_spark(name)
    frame.write.options(**SPARK_OPTIONS).mode("overwrite").parquet(path)
    return frame.sparkSession.read.options(**SPARK_OPTIONS).parquet(path)


def read_named(named: "DataFrame") -> dict[str, list[StagedFile]]:
    """Run the writing tasks and give the files they name, by kind. One row per file: bounded."""
    files: dict[str, list[StagedFile]] = {}
    for row in sorted(named.collect(), key=lambda r: (r["kind"], r["path"])):
        days = {int(day): n for day, n in json.loads(row["days"]).items()}
        files.setdefault(row["kind"], []).append(StagedFile(row["path"], row["rows"], days))
    return files
