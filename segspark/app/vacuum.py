"""Remove files that no table names: those of failed runs, and those of versions older than the retention."""

from typing import Any

from segspark.config.models import Workspace
from segspark.pipeline.view import QUESTIONS
from segspark.spark.scratch import is_gone
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
from segspark.tables.lock import only_writer

# Delta's own default: for so long somebody may still read an older version.
RETENTION_HOURS = 168


def vacuum(workspace: Workspace, hours: int = RETENTION_HOURS, dry_run: bool = False) -> list[dict[str, Any]]:
    """Remove such files from every table; with ``dry_run`` only count them.

    A file that no commit names is kept while it is younger than ``hours``, as a run may be about to commit it.

    Returns:
        One row per table with such files: table, files.

    Raises:
        InfrastructureError: somebody writes the lake.
    """
    lake = Lake(workspace.lake)
    with only_writer(lake.store, "clean"):
        return vacuum_lake(lake, hours, dry_run)


def vacuum_lake(lake: Lake, hours: int = RETENTION_HOURS, dry_run: bool = False) -> list[dict[str, Any]]:
    """The same for a caller that holds the lock."""
    if not dry_run:
        # Earlier versions of this program kept Spark's scratch files here.
        lake.store.delete_tree("_tmp")
        for folder in {file.name.split("/")[2] for file in lake.store.list(f"{QUESTIONS}/")}:
            if is_gone(folder.rpartition("@")[2]):
                lake.store.delete_tree(f"{QUESTIONS}/{folder}")
    found = [(c.name, lake.remove_unnamed_files(c, hours, dry_run)) for c in ALL if lake.exists(c)]
    return [{"table": name, "files": n} for name, n in found if n]
