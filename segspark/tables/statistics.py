"""What the statistics of a table's files say about its values, without reading a row.

The Delta log knows the extremes of some of a table's first columns; of the others the footers of the Parquet files do.
A footer goes with its file, but the log stays for weeks after a file was removed, so personal columns are left out of it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

import deltalake

from segspark.store import Store
from segspark.store.parquet import open_parquet
from segspark.tables.contracts.contract import Contract
from segspark.tables.log_actions import actions_in_log
from segspark.tables.ranges import day_of

# More columns cost more than they save: every reader parses the statistics of each file.
N_COLUMNS = 4
# Types with an order. The log takes no extremes of the others.
ORDERED = ("string", "date", "timestamp", "bigint", "int", "double")
# More footers than this are not worth reading to save a query.
MOST_FOOTERS = 50


def columns_in_log(contract: Contract) -> list[str]:
    """The columns whose extremes the Delta log names for each file: of the first ones those without personal data."""
    stored = [c for c in contract.columns if c.name not in contract.partition_by]
    return [c.name for c in stored[:N_COLUMNS] if c.type in ORDERED and not c.personal]


def rows_by_day(table: deltalake.DeltaTable, contract: Contract) -> dict[date, int]:
    """Rows of each partition date by the log's statistics, without reading a file."""
    rows: Counter[date] = Counter()
    for file in actions_in_log(table).to_pylist():
        rows[day_of(file[f"partition.{contract.partition_by[0]}"])] += file.get("num_records") or 0
    return dict(rows)


def days_between(
    table: deltalake.DeltaTable, contract: Contract, column: str, ranges: Sequence[tuple[str, str]]
) -> set[date]:
    """Partition dates with a file that may hold a text of some ranges (both ends belong to them), by the log alone."""
    found = set()
    for file in actions_in_log(table).to_pylist():
        least, greatest = file.get(f"min.{column}"), file.get(f"max.{column}")
        if None in (least, greatest) or any(least <= high and low <= greatest for low, high in ranges):
            found.add(day_of(file[f"partition.{contract.partition_by[0]}"]))
    return found


def may_exceed(
    table: deltalake.DeltaTable,
    store: Store,
    contract: Contract,
    column: str,
    bound: date | datetime,
    days: tuple[date, date] | None = None,
) -> bool:
    """Whether some row may have a value above a bound; False is certain, True may only mean that it is unknown.

    Args:
        store: of the table's folder.
        column: a date or a time; nulls exceed nothing.
        days: only rows of the partition dates [first, end).
    """
    actions = actions_in_log(table)
    day = f"partition.{contract.partition_by[0]}" if days is not None else None
    unknown = []
    for row in actions.select([n for n in ("path", f"max.{column}", day) if n in actions.column_names]).to_pylist():
        if days is not None and not days[0] <= day_of(row[day]) < days[1]:
            continue
        # The log cuts times to milliseconds, so only its dates are taken.
        latest = None if isinstance(bound, datetime) else row.get(f"max.{column}")
        if latest is None:
            unknown.append(unquote(row["path"]))
        elif day_of(latest) > bound:
            return True
    return len(unknown) > MOST_FOOTERS or any(_exceeds(store.url_of(path), column, bound) for path in unknown)


def is_marked(table: deltalake.DeltaTable, store: Store, contract: Contract, column: str, day: date) -> bool:
    """Whether the rows of a partition date have a flag: by the footer of one of its files, since one commit replaces the
    day with rows that all have it, or all not.

    Args:
        store: of the table's folder.
        column: true or false; a file without it, or without a value, has no flag.
    """
    actions = actions_in_log(table)
    days = map(day_of, actions[f"partition.{contract.partition_by[0]}"].to_pylist())
    paths = sorted(path for path, at in zip(actions["path"].to_pylist(), days, strict=True) if at == day)
    if not paths:
        return False
    file = open_parquet(store.url_of(unquote(paths[0])))
    at = file.schema_arrow.get_field_index(column)
    if at < 0 or not file.num_row_groups:
        return False
    known = file.metadata.row_group(0).column(at).statistics
    if known is None or not known.has_min_max:
        return True in file.read_row_group(0, columns=[column])[column].to_pylist()
    return bool(known.max)


def _exceeds(url: str, column: str, bound: Any) -> bool:
    """``may_exceed`` for one file, by its footer."""
    file = open_parquet(url)
    at = file.schema_arrow.get_field_index(column)
    if at < 0:
        return False
    chunks = [file.metadata.row_group(n).column(at) for n in range(file.num_row_groups)]
    return any(_chunk_exceeds(chunk, bound) for chunk in chunks)


def _chunk_exceeds(chunk: Any, bound: Any) -> bool:
    known = chunk.statistics
    if known is not None and known.has_null_count and known.null_count == chunk.num_values:
        return False
    return known is None or not known.has_min_max or bool(known.max > bound)
