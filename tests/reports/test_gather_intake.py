"""Where the records of the sources went, and why some were rejected."""

from pathlib import Path

import pytest
from builders import make_workspace, store_rows

from segspark.pipeline.view import View, look
from segspark.reports.data import LedgerRow, QuarantineCount
from segspark.reports.gather import REPORT
from segspark.reports.gather_intake import read_ledger, read_quarantine
from segspark.tables.contracts import bronze, ops
from segspark.tables.lake import Lake


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    workspace = make_workspace(tmp_path_factory.mktemp("received") / "w")
    lake = Lake(workspace.lake)
    store_rows(lake, ops.FILES, {"source": "orders", "n_records": 8}, {"source": "orders", "n_records": 4},
               {"source": "mails", "n_records": 5})  # fmt: skip
    store_rows(
        lake,
        ops.LEDGER,
        *[
            {"source": source, "disposition": disposition, "n_records": n}
            for source, disposition, n in (("orders", "accepted", 7), ("orders", "accepted", 2), ("orders", "quarantined", 3),
                                           ("mails", "accepted", 4))
        ],
    )  # fmt: skip
    store_rows(lake, bronze.QUARANTINE, {"source": "orders", "reasons": ["type:amount", "missing:id"]},
               {"source": "orders", "reasons": ["type:amount"]}, {"source": "mails", "reasons": ["json"]})  # fmt: skip
    return look(REPORT, workspace, lake)


def test_records_of_a_source_are_counted_by_where_they_went(view: View) -> None:
    assert read_ledger(view) == (
        LedgerRow("mails", 5, 4), LedgerRow("orders", 12, 9, quarantined=3),
    )  # fmt: skip


def test_each_reason_of_a_rejected_record_counts_the_most_frequent_first(view: View) -> None:
    assert read_quarantine(view) == (
        QuarantineCount("orders", "type:amount", 2), QuarantineCount("mails", "json", 1),
        QuarantineCount("orders", "missing:id", 1),
    )  # fmt: skip


def test_of_a_new_workspace_nothing_was_received(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    view = look(REPORT, workspace, Lake(workspace.lake))
    assert (read_ledger(view), read_quarantine(view)) == ((), ())
