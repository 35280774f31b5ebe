"""Named points of a run where a test kills the process: between two writes that belong together.

``SEGSPARK_KILL_AT=model_registered`` kills the process, without a word, where it comes by; ``ingest_table:3`` at the
third time. Without the variable a point is one comparison.
"""

import os
import signal
import threading

# Name -> what is written by then, and what is not.
POINTS = {
    "flow_started": "the start of a flow is recorded, and nothing of it is done",
    "files_written": "the files of a table lie there, and no commit names them",
    "committed": "a table has a new version, and nothing else says so",
    "ingest_staged": "the rows of a batch are staged, and the batch is not bound to them",
    "ingest_bound": "a batch is bound, and no table has its rows",
    "ingest_table": "a table has the rows of a batch, and others do not",
    "ingest_before_orders": "orders are to be merged",
    "ingest_after_orders": "orders are merged",
    "ingest_ledger": "the ledger counts a batch, and the list of files does not name its files",
    "ingest_files": "the files of a batch are known, and the batch is not recorded as done",
    "ingest_done": "a batch is recorded as done, and its staged rows lie there",
    "flow_before_done": "a flow has done everything, and is not recorded as done",
    "day_made": "a day is complete, and not published",
    "day_published": "a day is published, and the run holds its lease",
    "backfill_day": "a backfill has made some of its days",
    "model_logged": "a model is logged, and no version is registered",
    "model_registered": "a version is registered, and no alias names it",
    "export_file": "an audience is written, and its manifest is not",
    "vacuum_table": "the old files of some tables are removed",
}
_VARIABLE = "SEGSPARK_KILL_AT"
_WANTED, _, _NTH = os.environ.get(_VARIABLE, "").partition(":")
_counting = threading.Lock()
_left = [int(_NTH or 1)]


def point(name: str) -> None:
    """A point of ``POINTS``."""
    if name == _WANTED:
        _reach()


def _reach() -> None:
    with _counting:
        _left[0] -= 1
        if _left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
