"""The data files of a table with their partitions, as its log names them: for readers that take lists of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import deltalake

from segspark.store import Store
from segspark.tables.log_actions import actions_in_log


@dataclass(frozen=True)
class PartFile:
    """One file.

    Attributes:
        partition: the values that all of its rows have and the file does not hold.
        size: in bytes.
    """

    url: str
    partition: Mapping[str, Any]
    size: int


def part_files(table: deltalake.DeltaTable, store: Store) -> list[PartFile]:
    """The files of a version of a table.

    Args:
        store: of the table's folder.
    """
    names = table.metadata().partition_columns
    actions = actions_in_log(table)
    return [
        PartFile(
            store.url_of(unquote(row["path"])), {name: row[f"partition.{name}"] for name in names}, row["size_bytes"]
        )
        for row in actions.to_pylist()
    ]
