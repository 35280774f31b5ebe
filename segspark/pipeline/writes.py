"""Rows and write modes that a step hands over; the pipeline turns each write into one commit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from segspark.errors import SegsparkError
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import StagedFile

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from segspark.tables.io.spark_lake import SparkLake


def as_they_are(rows: pa.Table) -> pa.Table:
    return rows


@dataclass(frozen=True)
class Frame:
    """Rows of a Spark frame, in the order of the files.

    Attributes:
        by_spark: always use Spark's own writer.
    """

    frame: "DataFrame"
    by_spark: bool = False


@dataclass(frozen=True)
class StagedRows:
    """Rows that tasks have staged.

    Attributes:
        files: of one kind.
        order_by: columns by which the rows of a file are sorted.
        finish: pure function applied to a task's rows.
        apart: rows written to separate files, so that the statistics of the other files stay narrow.
    """

    files: Sequence[StagedFile]
    order_by: tuple[str, ...]
    finish: Callable[[pa.Table], pa.Table] = as_they_are
    apart: Sequence[StagedFile] = ()


@dataclass(frozen=True)
class Computed:
    """Rows computed by a function for each range of people.

    Attributes:
        task: rows of the ids [low, high); pure except for the files it reads.
        n_bytes: memory of all it reads; determines the number of tasks.
        read_at: version of the table from which the rows were derived; the current one by default.
    """

    task: Callable[[str, str], pa.Table | Iterator[pa.Table]]
    n_bytes: int
    read_at: int | None = None


@dataclass(frozen=True)
class Small:
    """A handful of rows of the driver; missing columns are null."""

    rows: pa.Table


@dataclass(frozen=True)
class NoRows:
    """No rows: empties the replaced range."""


Rows = Frame | StagedRows | Computed | Small | NoRows


@dataclass(frozen=True)
class Append:
    """Add rows; a second append under the same ``once`` changes nothing."""

    once: str


@dataclass(frozen=True)
class ReplaceDays:
    """Replace the partition dates [first, end); rows of other days are refused."""

    first: date
    end: date


@dataclass(frozen=True)
class ReplaceKey:
    """Replace the rows of one value of the first partition column, such as a training set."""

    value: str


@dataclass(frozen=True)
class Upsert:
    """Insert new keys; update rows where the SQL condition ``newer`` over old and new holds.

    Attributes:
        days: partition dates that hold every row of these keys; None where they may lie anywhere.
    """

    newer: str
    days: frozenset[date] | None = None


@dataclass(frozen=True)
class Overwrite:
    """Replace all rows of a small table."""


How = Append | ReplaceDays | ReplaceKey | Upsert | Overwrite


def write(lake: "SparkLake", table: Contract, rows: Rows, how: How) -> int | None:
    """Write in one commit; returns the number of rows written if it is counted.

    Raises:
        SegsparkError: rows of this kind do not support the write mode.
        CheckFailed: rows lie outside of the replaced range, or lack a required column.
        InfrastructureError: somebody else has written the table meanwhile.
    """
    done: Any = None
    match rows, how:
        case Frame(frame, False), Append(once):
            lake.append(table, frame, once)
        case StagedRows(files, order_by, finish, ()), Append(once):
            lake.append_staged(table, files, finish, order_by, once)
        case Small(small), Append(once):
            lake.append_small(table, small, once)
        case Frame(frame, by_spark), ReplaceDays(first, end):
            replace = lake.replace_by_spark if by_spark else lake.replace_range
            done = replace(table, frame, first, end)
        case StagedRows(files, order_by, finish, apart), ReplaceDays(first, end) if finish is as_they_are:
            lake.replace_staged(table, files, order_by, first, end, apart)
        case Computed(task, n_bytes, read_at), ReplaceDays(first, end):
            done = lake.replace_computed(table, task, n_bytes, first, end, read_at)
        case NoRows(), ReplaceDays(first, end):
            lake.drop_days(table, first, end)
        case Frame(frame, False), ReplaceKey(value):
            lake.replace_dataset(table, frame, value)
        case Frame(frame, False), Upsert(newer, days):
            lake.upsert(table, frame, newer, days)
        case Frame(frame, False), Overwrite():
            lake.overwrite(table, frame)
        case Small(small), Overwrite():
            lake.overwrite_small(table, small)
        case Small(small), ReplaceDays(first, end):
            lake.replace_small(table, small, first, end)
        case _:
            raise SegsparkError(f"{table.name}: {type(rows).__name__} cannot be written by {type(how).__name__}.")
    return None if done is None else int(done)
