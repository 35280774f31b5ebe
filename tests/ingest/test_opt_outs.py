"""What stands against writing to an address, in a lake with the table of it and in one from before."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.ingest.opt_outs import opt_outs_of
from segspark.pipeline.view import Question, look
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake

QUESTION = Question("test", ("silver.events", "silver.objections"))
EVENTS = [
    ("e1", "ann", "complaint"), ("e2", "ann", "click"), ("e3", "bob", "unsubscribe"), ("e4", None, "unsubscribe"),
    ("e5", "bob", "resubscribe"), ("e6", "bob", "bounce_hard"), ("e7", "bob", "bounce_soft"),
]  # fmt: skip


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> SparkLake:
    """Without the table of objections."""
    made = SparkLake(tmp_path / "lake", spark)
    told: dict[str, Any] = {
        "source": "mails", "fingerprint": "f", "occurred_at": datetime(2026, 5, 2, 10, tzinfo=UTC),
        "received_at": datetime(2026, 5, 2, 10, tzinfo=UTC), "event_date": date(2026, 5, 2),
        "known_as_of": date(2026, 5, 3), "run_id": "r",
    }  # fmt: skip
    rows = [{**told, "event_id": i, "identifier_id": who, "event_type": kind} for i, who, kind in EVENTS]
    made.append_small(silver.EVENTS, pa.Table.from_pylist(rows), once="test")
    return made


def ids(lake: SparkLake) -> list[str]:
    found = opt_outs_of(look(QUESTION, Workspace(lake=lake.path(silver.EVENTS)), lake))
    assert found.columns == silver.OBJECTIONS.column_names
    return sorted(r["event_id"] for r in found.collect())


def test_before_that_table_they_are_found_among_the_events_of_known_addresses(lake: SparkLake) -> None:
    assert ids(lake) == ["e1", "e3", "e5", "e6"]


def test_the_table_alone_is_read_where_it_is_there(lake: SparkLake) -> None:
    lake.create(silver.OBJECTIONS)
    assert ids(lake) == []
