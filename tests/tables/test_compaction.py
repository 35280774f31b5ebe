"""Days of many small files become few, with the rows, the order and the statistics that tasks would have written."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from segspark.errors import CheckFailed, DamagedFile
from segspark.store import parquet
from segspark.tables import compaction
from segspark.tables.compaction import MOST_FILES, join_files, joins_of, order_of
from segspark.tables.contracts import bronze, gold, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.own_commits import logged_files

DAY = date(2026, 5, 6)
ONE = timedelta(days=1)
ITEMS = gold.ACTIVITY_ITEMS


def items(*rows: tuple[str, date, date]) -> pa.Table:
    """Person, day of activity, day from which it counts."""
    return pa.Table.from_pylist(
        [{"person_id": p, "activity_date": d, "applied_as_of": a, "n": 1, "kind": "k", "item": "i"} for p, d, a in rows]
    )


def fill(lake: Lake, n: int, day: date = DAY, contract: Contract = gold.FEATURES, first: int = 0) -> None:
    column = contract.partition_by[0]
    for at in range(first, first + n):
        # Not in the order of the ids.
        row = {"person_id": f"{(at * 7) % 97:02}", column: day}
        lake.append_small(contract, pa.Table.from_pylist([row]), f"{day}-{at}")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def n_files(lake: Lake, contract: Contract = gold.FEATURES) -> dict[date, int]:
    days = [day for day, _ in lake.names_by_day(contract)]
    return {day: days.count(day) for day in days}


def join_all(lake: Lake, contract: Contract = gold.FEATURES) -> int:
    return join_files(lake, contract, joins_of(lake.table(contract), contract))


def test_only_days_of_many_files_are_written_anew_and_the_rows_are_the_same(lake: Lake) -> None:
    fill(lake, MOST_FILES + 1)
    fill(lake, MOST_FILES, DAY + ONE)
    before = sorted(map(str, lake.read_small(gold.FEATURES).to_pylist()))
    version = lake.version(gold.FEATURES)
    assert join_all(lake) == 1
    assert n_files(lake) == {DAY: 1, DAY + ONE: MOST_FILES}
    assert lake.version(gold.FEATURES) == (version or 0) + 1
    assert sorted(map(str, lake.read_small(gold.FEATURES).to_pylist())) == before
    # Rows lie by person, and the log says between which ones.
    ids = lake.read_small(gold.FEATURES, [("as_of_date", "=", DAY)])["person_id"].to_pylist()
    assert ids == sorted(ids)
    (file,) = [f for f in lake.files(gold.FEATURES) if f.day == DAY]
    assert (file.low, file.high, file.rows) == (ids[0], ids[-1], MOST_FILES + 1)
    assert parquet.digest_of(file.path) is not None
    assert joins_of(lake.table(gold.FEATURES), gold.FEATURES) == []


def test_large_files_stay_and_new_ones_are_no_larger(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(lake, 12)
    size = max(f.size for f in logged_files(lake.table(gold.FEATURES)))
    monkeypatch.setattr(compaction, "LARGE_BYTES", 3 * size + size // 2)
    joins = joins_of(lake.table(gold.FEATURES), gold.FEATURES)
    assert [len(join) for join in joins] == [3, 3, 3, 3]
    # Neighbours, so that the ranges of the new files are narrow.
    ends = [(join[0].least["person_id"], join[-1].greatest["person_id"]) for join in joins]
    assert all(high < low for (_, high), (low, _) in pairwise(ends))
    monkeypatch.setattr(compaction, "LARGE_BYTES", size // 2)
    assert joins_of(lake.table(gold.FEATURES), gold.FEATURES) == []
    monkeypatch.setattr(compaction, "LARGE_BYTES", size + size // 2)
    assert joins_of(lake.table(gold.FEATURES), gold.FEATURES) == []


def test_files_about_one_day_stay_apart_from_those_about_many(lake: Lake) -> None:
    for n in range(6):
        lake.append_small(ITEMS, items((f"{n}", DAY - ONE, DAY)), f"day {n}")
        lake.append_small(ITEMS, items((f"{n}", DAY - 9 * ONE, DAY), (f"{n}", DAY - 2 * ONE, DAY)), f"learnt {n}")
    assert join_all(lake, ITEMS) == 2
    assert sorted(f.about for f in lake.files(ITEMS) if f.about) == [
        (DAY - 9 * ONE, DAY - 2 * ONE),
        (DAY - ONE, DAY - ONE),
    ]


def test_a_column_that_older_files_lack_is_null_and_one_beyond_the_contract_stays(lake: Lake) -> None:
    fill(lake, MOST_FILES)
    wider = gold.FEATURES.with_columns([gold.SCORES.columns[3]])
    lake.append_small(wider, pa.Table.from_pylist([{"person_id": "zz", "as_of_date": DAY, "value": 0.5}]), "wide")
    assert join_all(lake) == 1
    values = dict(zip(*(lake.read_small(wider)[n].to_pylist() for n in ("person_id", "value")), strict=True))
    assert values["zz"] == 0.5
    assert set(values.values()) == {0.5, None}


def test_a_run_that_ends_between_commits_loses_no_row(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "FILES_PER_COMMIT", 5)
    for day in (DAY, DAY + ONE):
        fill(lake, MOST_FILES + 1, day)
    before = sorted(map(str, lake.read_small(gold.FEATURES).to_pylist()))
    version = lake.version(gold.FEATURES) or 0
    join_all(lake)
    assert lake.version(gold.FEATURES) == version + 2
    assert n_files(lake) == {DAY: 1, DAY + ONE: 1}
    assert sorted(map(str, lake.read_small(gold.FEATURES).to_pylist())) == before


def test_a_damaged_file_or_one_with_other_rows_than_the_log_says_stops_it(lake: Lake) -> None:
    fill(lake, MOST_FILES + 1)
    table = lake.table(gold.FEATURES)
    (join,) = joins_of(table, gold.FEATURES)
    version = lake.version(gold.FEATURES)
    with pytest.raises(CheckFailed, match=r"other numbers of rows than the table's log says"):
        join_files(lake, gold.FEATURES, [(*join[:-1], type(join[0])(**{**vars(join[-1]), "rows": 2}))])
    path = Path(lake.path(gold.FEATURES)) / join[0].path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(DamagedFile):
        join_files(lake, gold.FEATURES, [join])
    assert lake.version(gold.FEATURES) == version


@pytest.mark.parametrize("contract", ALL, ids=lambda c: c.name)
def test_every_table_has_an_order_of_its_own_columns(contract: Contract) -> None:
    order = order_of(contract)
    assert order
    assert set(order) <= set(contract.column_names)


def test_files_are_sorted_as_the_flows_sort_them() -> None:
    assert order_of(ITEMS) == ("person_id", "kind", "item", "activity_date")
    assert order_of(gold.FEATURES)[0] == "person_id"
    assert order_of(silver.EVENTS) == ("identifier_id", "occurred_at", "event_id")
    assert order_of(bronze.RECORDS)[0] == "source"
