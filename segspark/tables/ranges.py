"""The reader of the Arrow engine: a task reads the rows of a range of people directly from a table's files.

Files hold rows sorted by ``person_id``; the Delta log's statistics tell which files overlap a range. A file inside
the range is read whole; from a file across its edge only the rows of the range are kept, so the result does not
depend on how the files were cut.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import unquote

import deltalake
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segspark.store import Store
from segspark.store.parquet import open_parquet
from segspark.tables.contracts.contract import Contract
from segspark.tables.log_actions import actions_in_log
from segspark.time import day_number

KEY = "person_id"
# Property of a table that a catalog keeps, which nobody may read or write by its files.
OF_CATALOG = "segspark.catalog"
ABOUT = "activity_date"
# With less per task the overhead dominates; with more a task needs too much memory. Each task opens every file that
# overlaps its range and reads the row groups at its edges in vain, so there are no more tasks than needed.
BYTES_WORTH_A_TASK = 10_000_000
BYTES_PER_TASK = 600_000_000
EVERYBODY = ("", "~")
# Ranges begin and end at the first four hexadecimal digits of the ids.
N_EDGES = 0x10000


@dataclass(frozen=True)
class DayFile:
    """One file of a table partitioned by a date.

    Attributes:
        low, high: least and greatest person_id.
        about: first and last activity_date of its rows, if the table has this column beside its partition.
    """

    path: str
    day: date
    low: str
    high: str
    rows: int
    about: tuple[date, date] | None = None

    def meets(self, days: Collection[int]) -> bool:
        """Whether it may hold rows about one of some days (since 1970)."""
        if self.about is None:
            return True
        first, last = map(day_number, self.about)
        return any(first <= day <= last for day in days)


def day_files(table: deltalake.DeltaTable, store: Store, contract: Contract) -> list[DayFile]:
    """The files of a version of a table, ordered by day.

    Args:
        store: of the table's folder.
    """
    actions = actions_in_log(table)
    if not actions.num_rows:
        return []
    wanted = ("path", f"partition.{contract.partition_by[0]}", f"min.{KEY}", f"max.{KEY}", "num_records")
    ends = [f"{end}.{ABOUT}" for end in ("min", "max")]
    have = all(name in actions.column_names for name in ends) and contract.partition_by[0] != ABOUT
    about = zip(*(actions[name].to_pylist() for name in ends), strict=True) if have else [None] * actions.num_rows
    rows = zip(*(actions[name].to_pylist() for name in wanted), about, strict=True)
    files = [
        DayFile(
            store.url_of(unquote(path)),
            day_of(day),
            low,
            high,
            n,
            (day_of(at[0]), day_of(at[1])) if at and at[0] else None,
        )
        for path, day, low, high, n, at in rows
    ]
    return sorted(files, key=lambda f: (f.day, f.low, f.path))


class OverFiles(ABC):
    """A function of a range of people that reads files of tables; a task of one range is given the files of that range."""

    @property
    @abstractmethod
    def files(self) -> Mapping[str, Sequence[DayFile]]:
        """The files by what they are for."""

    @abstractmethod
    def with_files(self, files: Mapping[str, Sequence[DayFile]]) -> "OverFiles":
        """The same with other files; with none for what is not given."""

    @abstractmethod
    def __call__(self, low: str, high: str) -> pa.Table | Iterator[pa.Table]: ...


def files_of_ranges(
    files: Mapping[str, Sequence[DayFile]], ranges: Sequence[tuple[str, str]]
) -> list[dict[str, list[DayFile]]]:
    """Of each range, in order, the files that may hold somebody of it, in their order.

    Args:
        ranges: [low, high), ascending.
    """
    lows, highs = ([one[end] for one in ranges] for end in (0, 1))
    found: list[dict[str, list[DayFile]]] = [{name: [] for name in files} for _ in ranges]
    for name, its in files.items():
        for file in its:
            # The first range that ends behind the file's beginning, to the last that begins before its end.
            for at in range(bisect_right(highs, file.low), bisect_right(lows, file.high)):
                found[at][name].append(file)
    return found


# Table features that do not affect the content of the data files.
_HARMLESS = {"appendOnly", "invariants", "checkConstraints", "changeDataFeed", "timestampNtz", "vacuumProtocolCheck"}


def odd_feature(table: deltalake.DeltaTable) -> str | None:
    """A table feature that makes the data files alone differ from the rows, such as deletion vectors; None if there is
    none."""
    settings = table.metadata().configuration
    if OF_CATALOG in settings:
        return "a catalog of its own"
    protocol = table.protocol()
    if settings.get("delta.enableDeletionVectors") == "true":
        return "delta.enableDeletionVectors=true"
    if settings.get("delta.columnMapping.mode", "none") != "none":
        return f"delta.columnMapping.mode={settings['delta.columnMapping.mode']}"
    odd = {*(protocol.reader_features or ()), *(protocol.writer_features or ())} - _HARMLESS
    return f"table features {sorted(odd)}" if odd else None


def day_of(value: date | str) -> date:
    """A day of the log, which gives some of them as text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def id_ranges(n: int) -> list[tuple[str, str]]:
    """n equal ranges of the (uniform, hexadecimal) ids: [low, high)."""
    return split_ids(EVERYBODY, n)


def split_ids(part: tuple[str, str], n: int) -> list[tuple[str, str]]:
    """A range between edges of ``id_ranges`` as about n smaller ones."""
    first, end = _edges(part)
    n = max(1, min(n, end - first))
    edges = [part[0], *(f"{first + i * (end - first) // n:04x}" for i in range(1, n)), part[1]]
    return list(pairwise(edges))


def share_of(part: tuple[str, str]) -> float:
    """The share of all ids that lie in a range between edges of ``id_ranges``."""
    first, end = _edges(part)
    return (end - first) / N_EDGES


def _edges(part: tuple[str, str]) -> tuple[int, int]:
    return int(part[0] or "0", 16), N_EDGES if part[1] == EVERYBODY[1] else int(part[1], 16)


def share_ids(n_bytes: int, parallelism: int) -> list[tuple[str, str]]:
    """The id ranges of tasks, for rows of so many bytes in memory."""
    return id_ranges(max(1, min(parallelism, n_bytes // BYTES_WORTH_A_TASK), -(-n_bytes // BYTES_PER_TASK)))


def read_range(
    files: Sequence[DayFile],
    low: str,
    high: str,
    columns: Sequence[str],
    day: str,
    schema: pa.Schema,
    only: pa.ChunkedArray | None = None,
) -> pa.Table:
    """Rows of the range with the columns and the day; sorted by day, then person.

    Args:
        only: keep these people alone, filtered file by file, so that few people need little memory.
    """
    tables = []
    for file in files:
        if file.low >= high or file.high < low:
            continue
        opened = open_parquet(file.path)
        if file.low < low or file.high >= high:
            table = read_groups(opened, low, high, list(columns))
        else:
            table = opened.read(columns=list(columns), use_threads=False)
        if only is not None:
            table = table.filter(pc.is_in(table[KEY], value_set=only))
        days = np.full(table.num_rows, day_number(file.day), dtype=np.int32)
        table = table.append_column(day, pa.array(days).cast(pa.date32())).select(schema.names)
        # Files may differ in whether they declare a column as required.
        is_same = table.schema.types == schema.types
        tables.append(pa.Table.from_arrays(table.columns, schema=schema) if is_same else table.cast(schema))
    return pa.concat_tables(tables) if tables else schema.empty_table()


def read_groups(file: pq.ParquetFile, low: str, high: str, columns: list[str] | None = None) -> pa.Table:
    """Rows of the range; only the row groups that overlap it are read."""
    table = file.read_row_groups(groups_that_meet(file, low, high), columns=columns, use_threads=False)
    ids = table[KEY]
    return table.filter(pc.and_(pc.greater_equal(ids, low), pc.less(ids, high)))


def groups_that_meet(file: pq.ParquetFile, low: str, high: str) -> list[int]:
    """The row groups of a file that may hold rows of the range."""
    at = file.schema_arrow.get_field_index(KEY)
    ends = [file.metadata.row_group(n).column(at).statistics for n in range(file.num_row_groups)]
    return [n for n, e in enumerate(ends) if e is None or not e.has_min_max or (e.min < high and e.max >= low)]
