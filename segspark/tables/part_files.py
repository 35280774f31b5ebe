"""The data files of a table with their partitions, as its log names them: for readers that take lists of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import deltalake
import pyarrow as pa

from segspark.store import Store


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
    actions = pa.table(table.get_add_actions(flatten=True))
    return [
        PartFile(
            store.url_of(unquote(row["path"])), {name: row[f"partition.{name}"] for name in names}, row["size_bytes"]
        )
        for row in actions.to_pylist()
    ]
