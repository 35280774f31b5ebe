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
    "model_registered": "a version is registered, and nothing says whether it is champion",
    "model_moved": "a version is champion from a day on, and no alias names it",
    "export_file": "an audience is written, and its manifest is not",
    "vacuum_scratch": "what was staged is removed, and no old file",
    "vacuum_files": "the old files of a table are removed, and their digests are not",
    "vacuum_table": "the old files of some tables are removed",
    "files_to_replace": "files that others replace, or that go with their rows, are named by the log still",
    "files_replaced": "a table has lost such files, and the digest of its log is not there",
    "checkpoint": "a checkpoint lies there, and its digest does not",
    "maintained": "some of the maintenance is done, and nothing says so",
    "migrating": "the rows of a table are written anew, or its columns are to be changed, and its log says nothing of it",
    "migrated": "a table is changed, and ops.schema says that this has begun",
    "lease_taken": "the lease is taken, and nothing is done",
    "unlocking": "a lock of an earlier version is removed, and the lease is not freed",
    "table_created": "a table is there, and the digest of its log is not",
    "small_written": "the file of a small table lies there, and no commit names it",
    "small_committed": "a small table has a new version, and nothing else says so",
    "small_many_files": "a small table has many files, and is to be written as one",
    "to_spark": "rows are ready for Spark's own writer",
    "by_spark": "Spark's own writer has committed, and the digest of the log is not there",
    "to_merge": "rows are ready to be merged",
    "merged": "rows are merged, and the digest of the log is not there",
    "model_named": "an alias names a new version, and the run is not recorded as done",
    "export_row": "some rows of an audience are written",
    "export_manifest": "an audience and its manifest are written",
    "replay_marked": "refused records are marked as taken in, and the ledger does not count them",
    "sealed_ended": "the sealed records of a table are ended, and the run is not recorded as done",
    "key_stored": "a new secret is stored, and the lake does not know it",
    "key_in_lake": "the lake opens with either secret, and its vault is sealed under the old key",
    "key_sealed": "the vault is sealed under the new key, and the new secret has not taken its place",
    "key_in_place": "the new secret has taken its place, and the lake still opens with the old one",
    "repair_begun": "earlier runs no longer describe the tables, and nothing is made again",
    "repair_day": "some damaged days are made again",
    "report_made": "a page is made, and not written",
}
_VARIABLE = "SEGSPARK_KILL_AT"
_counting = threading.Lock()
_wanted, _left = "", 0


def point(name: str) -> None:
    """A point of ``POINTS``."""
    if name == _wanted:
        _reach()


def aim(at: str) -> None:
    """Kill this process at a point, ``name`` or ``name:nth``; nowhere for an empty text."""
    global _wanted, _left
    _wanted, _, nth = at.partition(":")
    _left = int(nth or 1)


def _reach() -> None:
    global _left
    with _counting:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


aim(os.environ.get(_VARIABLE, ""))
