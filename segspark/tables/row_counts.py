"""How many rows a table holds by some of its columns, file by file: one file's columns in memory at a time."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.log_actions import actions_in_log
from segspark.tables.ranges import odd_feature
from segspark.tables.small import rows_of_file


def count_rows(lake: Lake, contract: Contract, by: Sequence[str]) -> Counter[tuple[Any, ...]]:
    """Rows by the values of some columns, none of which the table is partitioned by.

    Raises:
        DamagedFile: a file does not hold what was written.
    """
    counts: Counter[tuple[Any, ...]] = Counter()
    if not lake.exists(contract):
        return counts
    table = lake.table(contract)
    if odd_feature(table):
        # Which rows of a file count is not said by the file.
        _add(counts, lake.read_small(contract, columns=list(by)), by)
        return counts
    schema, folder = pa.schema(table.schema()), lake.folder(contract)
    wanted = pa.schema([schema.field(name) for name in by])
    for path in actions_in_log(table)["path"].to_pylist():
        _add(counts, rows_of_file(folder.url_of(unquote(path)), wanted, {}), by)
    return counts


def _add(counts: Counter[tuple[Any, ...]], rows: pa.Table, by: Sequence[str]) -> None:
    for row in rows.group_by(list(by)).aggregate([([], "count_all")]).to_pylist():
        counts[tuple(row[name] for name in by)] += row["count_all"]
