"""What files say about their greatest values: what is certain, and what is left open."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.store import store_at
from segspark.tables import statistics
from segspark.tables.contracts import silver
from segspark.tables.statistics import may_exceed

MAY = {n: date(2026, 5, n) for n in range(1, 32)}


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Two days, a file each; the log says what was known when, and of the times nothing."""
    for day, hour, known in ((3, 9, MAY[4]), (4, 21, MAY[6])):
        rows = {
            "known_as_of": pa.array([known, None], pa.date32()),
            "occurred_at": pa.array([at(day, hour), at(day, 1)], pa.timestamp("us", "UTC")),
            "imported_at": pa.array([None, None], pa.timestamp("us", "UTC")),
            "event_date": pa.array([MAY[day]] * 2, pa.date32()),
        }
        deltalake.write_deltalake(
            tmp_path / "events",
            pa.table(rows),
            mode="append",
            partition_by=["event_date"],
            configuration={"delta.dataSkippingNumIndexedCols": "1"},
        )
    return tmp_path / "events"


def asked(events: Path, column: str, bound: date, **more: Any) -> bool:
    table = deltalake.DeltaTable(events)
    return may_exceed(table, store_at(str(events)), silver.EVENTS, column, bound, **more)


def test_dates_are_compared_by_the_log(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_FOOTERS", 0)
    assert asked(events, "known_as_of", MAY[5])
    assert not asked(events, "known_as_of", MAY[5], days=(MAY[1], MAY[4]))


def test_times_are_compared_by_the_footers(events: Path) -> None:
    assert asked(events, "occurred_at", at(4, 20))
    assert not asked(events, "occurred_at", at(4, 21))
    assert not asked(events, "occurred_at", at(3, 9), days=(MAY[3], MAY[4]))
    assert asked(events, "occurred_at", at(3, 8), days=(MAY[3], MAY[4]))


def test_nulls_exceed_nothing_and_a_column_that_no_file_has_neither(events: Path) -> None:
    assert not asked(events, "imported_at", at(1))
    assert not asked(events, "later_column", at(1))


def test_of_many_files_it_is_left_open(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_FOOTERS", 1)
    assert asked(events, "occurred_at", at(30))
    assert not asked(events, "occurred_at", at(30), days=(MAY[3], MAY[4]))


def test_of_a_file_without_statistics_it_is_left_open(events: Path) -> None:
    for path in events.rglob("*.parquet"):
        pq.write_table(pq.ParquetFile(path).read(), path, write_statistics=False)
    assert asked(events, "occurred_at", at(30))
