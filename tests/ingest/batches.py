"""A lake whose files came in two batches, the second of which was refused at first; for tests that look at both."""

from datetime import date

import pytest
from builders import write_mails, write_orders
from lakes import Moment

from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.ingest.flow import INGEST
from segspark.pipeline.runner import run_flow
from segspark.tables.io.spark_lake import SparkLake

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def take_in_two_batches(workspace: Workspace, lake: SparkLake) -> None:
    """Orders of ann and opens of bob, who permits none; then other versions of the orders, an earlier open and clicks.

    One order's amount is no number. There is a run without anything new, and one whose mails have no known type.
    """
    write_orders(
        workspace, MAY[2], ("1", "ann@example.com", "2026-05-02 10:00:00", "10.00"),
        ("2", "ann@example.com", "2026-05-02 10:00:00", "20.00"),
        ("3", "ann@example.com", "2026-05-02 10:00:00", "30.00"),
        ("3", "ann@example.com", "2026-05-02 11:00:00", "31.00"),
        ("4", "bob@example.com", "2026-05-02 11:00:00", "much"),
    )  # fmt: skip
    write_mails(workspace, MAY[2], ("m1", "bob@example.com", "open", "2026-05-02 11:00:00"))
    for _ in range(2):
        run_flow(INGEST, workspace, lake, MAY[3])
    write_orders(
        workspace, MAY[3], ("1", "ann@example.com", "2026-05-02 12:00:00", "11.00"),
        ("2", "ann@example.com", "2026-05-02 09:00:00", "19.00"),
    )  # fmt: skip
    mails = [
        ("m2", "bob@example.com", "open", "2026-05-01 11:00:00"),
        ("m3", "bob@example.com", "complaint", "2026-05-03 11:00:00"),
        *[(f"c{n}", "ann@example.com", "click", "2026-05-03 10:00:00") for n in range(18)],
    ]
    write_mails(workspace, MAY[3], *[(mail, who, "clack", at) for mail, who, _, at in mails])
    with pytest.raises(GateClosed, match="20 of 20"):
        run_flow(INGEST, workspace, lake, MAY[4])
    write_mails(workspace, MAY[3], *mails)
    run_flow(INGEST, workspace, lake, MAY[4])


TWO_BATCHES = Moment("two batches", None, take_in_two_batches)
