"""What a step hands over to be written, and how: values that the pipeline turns into one commit each."""

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


def _as_they_are(rows: pa.Table) -> pa.Table:
    return rows


@dataclass(frozen=True)
class Frame:
    """Rows of a Spark frame, in the order they shall lie in.

    Attributes:
        by_spark: by Spark's own writer, whatever the table is.
    """

    frame: "DataFrame"
    by_spark: bool = False


@dataclass(frozen=True)
class StagedRows:
    """Rows that tasks have staged.

    Attributes:
        files: of one kind.
        order_by: columns by which the rows of a file are sorted.
        finish: what becomes of a task's rows, a pure function.
        apart: rows that go to files of their own, so that the statistics of the others stay narrow.
    """

    files: Sequence[StagedFile]
    order_by: tuple[str, ...]
    finish: Callable[[pa.Table], pa.Table] = _as_they_are
    apart: Sequence[StagedFile] = ()


@dataclass(frozen=True)
class Computed:
    """What a function makes of each range of people.

    Attributes:
        task: rows of the ids [low, high); pure but for the files it reads.
        n_bytes: what it reads in all takes in memory, for the number of tasks.
        read_at: version of the table that the rows follow from; the present one by default.
    """

    task: Callable[[str, str], pa.Table | Iterator[pa.Table]]
    n_bytes: int
    read_at: int | None = None


@dataclass(frozen=True)
class Small:
    """A handful of rows from the driver; columns that are missing are null."""

    rows: pa.Table


@dataclass(frozen=True)
class NoRows:
    """Nothing: empties what is replaced."""


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
    """Insert what is new by the table's key; update where the SQL condition ``newer`` over old and new holds."""

    newer: str


@dataclass(frozen=True)
class Overwrite:
    """Replace the whole of a small table."""


How = Append | ReplaceDays | ReplaceKey | Upsert | Overwrite


def write(lake: "SparkLake", table: Contract, rows: Rows, how: How) -> int | None:
    """One commit; returns the rows written where they are counted.

    Raises:
        SegsparkError: such rows cannot be written so.
        CheckFailed: rows lie outside of what is replaced, or lack a required column.
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
        case StagedRows(files, order_by, _, apart), ReplaceDays(first, end):
            lake.replace_staged(table, files, order_by, first, end, apart)
        case Computed(task, n_bytes, read_at), ReplaceDays(first, end):
            done = lake.replace_computed(table, task, n_bytes, first, end, read_at)
        case NoRows(), ReplaceDays(first, end):
            lake.drop_days(table, first, end)
        case Frame(frame, False), ReplaceKey(value):
            lake.replace_dataset(table, frame, value)
        case Frame(frame, False), Upsert(newer):
            lake.upsert(table, frame, newer)
        case Frame(frame, False), Overwrite():
            lake.overwrite(table, frame)
        case Small(small), Overwrite():
            lake.overwrite_small(table, small)
        case _:
            raise SegsparkError(f"{table.name}: {type(rows).__name__} cannot be written by {type(how).__name__}.")
    return None if done is None else int(done)
