"""The steps of ``segspark maintain`` for tables that a catalog keeps: Delta's own commands, in Spark."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from segspark.app.maintained import Done, Task
from segspark.app.retention import beyond_retention
from segspark.tables.contracts.catalogue import ALL, BY_NAME

if TYPE_CHECKING:
    from segspark.tables.io.catalog_lake import CatalogLake


def retention(task: Task) -> Iterator[Done]:
    """Whole days go; older versions stay until the vacuum."""
    for name, beyond in beyond_retention(task.lake, task.today).items():
        if not task.is_dry:
            _of(task).delete_days(BY_NAME[name], beyond.days)
        yield Done("retention", name, beyond.days, beyond.rows)


def compaction(task: Task) -> Iterator[Done]:
    for contract in filter(task.lake.exists, ALL):
        if task.is_dry:
            yield Done("compaction", contract.name, note="OPTIMIZE joins its small files, if there are any")
        elif files := _of(task).join_small_files(contract):
            yield Done("compaction", contract.name, files=files[0], into=files[1])


def vacuum(task: Task) -> Iterator[Done]:
    for contract in filter(task.lake.exists, ALL):
        if not task.is_dry:
            _of(task).vacuum(contract, task.hours)
        yield Done("vacuum", contract.name, note=f"VACUUM removes what versions of {task.hours} hours do not name")


def _of(task: Task) -> "CatalogLake":
    return cast("CatalogLake", task.lake)
