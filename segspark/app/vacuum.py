"""Remove files that no table names: those of failed runs, and those of versions that are some days old.

Rows beyond a table's retention are only counted; ``maintain.py`` removes them.
"""

from typing import Any

from segspark.app.retention import Beyond, beyond_retention
from segspark.config.models import Workspace
from segspark.config.url import OBJECT_SCHEMES, scheme_of
from segspark.pipeline.batch import Batches
from segspark.pipeline.view import QUESTIONS
from segspark.points import point
from segspark.process import is_left
from segspark.spark.scratch import ABANDONED_HOURS
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer
from segspark.tables.open import open_lake

# Delta's own default: for so long somebody may still read an older version.
VERSIONS_KEPT_HOURS = 168


def vacuum(workspace: Workspace, hours: int = VERSIONS_KEPT_HOURS, dry_run: bool = False) -> list[dict[str, Any]]:
    """Remove such files from every table; with ``dry_run`` only count them.

    A file that no commit names is kept while it is younger than ``hours``, as a run may be about to commit it.

    Returns:
        One row per table with such files, or with days beyond its retention: table, files, and of what stays although
        the retention does not keep it days_beyond_retention and rows_beyond_retention.

    Raises:
        InfrastructureError: somebody writes the lake.
    """
    lake = open_lake(workspace)
    with only_writer(lake.store, "clean", workspace.lease.expires_s) as lease:
        lake = open_lake(workspace, lease.check)
        files = vacuum_lake(lake, hours, dry_run)
        beyond = beyond_retention(lake)
    return [
        _row(c.name, files.get(c.name, 0), beyond.get(c.name, Beyond())) for c in ALL if c.name in {*files, *beyond}
    ]


def vacuum_lake(lake: Lake, hours: int = VERSIONS_KEPT_HOURS, dry_run: bool = False) -> dict[str, int]:
    """Remove the files for a caller that holds the lease: table -> files, of tables with such files."""
    if not dry_run:
        remove_scratch(lake)
        point("vacuum_scratch")
    found = {}
    for contract in filter(lake.exists, ALL):
        found[contract.name] = lake.remove_unnamed_files(contract, hours, dry_run)
        point("vacuum_table")
    return {name: n for name, n in found.items() if n}


def scratch_of(lake: Lake) -> list[str]:
    """The files that killed runs and questions have staged; the staged rows of a bound batch are its input."""
    # Earlier versions of this program kept Spark's scratch files in _tmp.
    return [file.name for folder in _left_folders(lake) for file in lake.store.list(f"{folder}/")]


def remove_scratch(lake: Lake) -> None:
    """Remove what killed runs and questions have staged, and half-written files beside those of the tables."""
    for folder in _left_folders(lake):
        lake.store.delete_tree(folder)
    if scheme_of(lake.store.url) in OBJECT_SCHEMES:
        # What was begun and not ended is no file there, and to list a whole bucket is paid.
        return
    for folder in {file.name.rpartition("/")[0] for file in lake.store.list()}:
        lake.store.below(folder).remove_left()


def _left_folders(lake: Lake) -> list[str]:
    of_questions = {file.name.split("/")[2] for file in lake.store.list(f"{QUESTIONS}/")}
    left = [f"{QUESTIONS}/{name}" for name in of_questions if is_left(name.rpartition("@")[2], ABANDONED_HOURS)]
    bound = (Batches(lake).interrupted or {}).get("run_id")
    staging, _, questions = QUESTIONS.partition("/")
    staged = {file.name.split("/")[1] for file in lake.store.list(f"{staging}/")} - {questions, bound}
    return ["_tmp", *sorted(left), *(f"{staging}/{name}" for name in sorted(staged))]


def _row(table: str, files: int, beyond: Beyond) -> dict[str, Any]:
    more = {"days_beyond_retention": len(beyond.days), "rows_beyond_retention": beyond.rows}
    return {"table": table, "files": files, **more}
