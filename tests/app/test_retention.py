"""What lies beyond a table's retention is counted from the lake's newest day, and nothing of it is removed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from builders import make_workspace
from click.testing import CliRunner

from segspark.app import retention
from segspark.app.retention import Beyond, beyond_retention, is_kept
from segspark.app.run import DAILY, HOURLY
from segspark.cli.main import cli
from segspark.features.check import REPAIR, RESTATE
from segspark.features.flow import FEATURES_BACKFILL
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake

FEATURES = replace(gold.FEATURES, retention_days=3)
CHANGES = replace(gold.SEGMENT_CHANGES, retention_days=2)
ITEMS = replace(gold.ITEM_LAST_DAYS, retention_days=None)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.fixture(autouse=True)
def shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ALL", (FEATURES, CHANGES, ITEMS))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ann and Bob have features from 30 April to 6 May; Ann changed her segment on some of these days."""
    lake = Lake(make_workspace(tmp_path / "w").lake)
    features = [
        {"person_id": person, "as_of_date": day(text)}
        for text in ("04-30", "05-01", "05-02", "05-03", "05-04", "05-05", "05-06")
        for person in ("ann", "bob")
    ]
    lake.append_small(FEATURES, pa.Table.from_pylist(features), "features")
    write_changes(lake, "05-01", "05-03")
    last = {"person_id": "ann", "as_of_date": day("04-01"), "kind": "k", "item": "i"}
    lake.append_small(ITEMS, pa.Table.from_pylist([last]), "items")
    return lake


def write_changes(lake: Lake, *texts: str) -> None:
    rows = [
        {"person_id": "ann", "segment_date": day(t), "scheme": "rfm", "segment_id": "s", "change": "entered"}
        for t in texts
    ]
    lake.append_small(CHANGES, pa.Table.from_pylist(rows), " ".join(texts))


def test_days_beyond_are_counted_from_the_newest_day_of_the_lake_and_month_ends_stay(lake: Lake) -> None:
    assert beyond_retention(lake) == {
        # Three days are 4, 5 and 6 May. The morning of 1 May knows the whole of April: a month's end.
        "gold.features": Beyond((day("04-30"), day("05-02"), day("05-03")), 6),
        # The newest day of this table is 3 May, of the lake 6 May: 5 and 6 May are kept, and no month-ends.
        "gold.segment_changes": Beyond((day("05-01"), day("05-03")), 2),
    }


def test_a_lake_without_days_has_nothing_beyond(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert beyond_retention(lake) == {}
    lake.create(FEATURES)
    assert beyond_retention(lake) == {}


def test_a_day_is_kept_for_as_many_days_as_the_contract_says() -> None:
    newest = day("05-06")
    assert [n for n in range(1, 7) if is_kept(FEATURES, day(f"05-0{n}"), newest)] == [1, 4, 5, 6]
    assert [n for n in range(1, 7) if is_kept(CHANGES, day(f"05-0{n}"), newest)] == [5, 6]
    assert is_kept(ITEMS, date(1990, 1, 1), newest)


@pytest.mark.parametrize("is_dry", [True, False])
def test_cleaning_counts_it_and_removes_no_row(lake: Lake, tmp_path: Path, is_dry: bool) -> None:
    before = {c.name: lake.rows_by_day(c) for c in (FEATURES, CHANGES, ITEMS)}
    asked = ["clean", "--config", str(tmp_path / "w"), "--hours", "0", *(["--dry-run"] if is_dry else [])]
    rows = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).output)
    assert rows == [
        {"table": "gold.features", "files": 0, "days_beyond_retention": 3, "rows_beyond_retention": 6},
        {"table": "gold.segment_changes", "files": 0, "days_beyond_retention": 2, "rows_beyond_retention": 2},
    ]
    shown = CliRunner().invoke(cli, asked).output
    assert "What is beyond the retention was counted, and it stays." in shown
    assert {c.name: lake.rows_by_day(c) for c in (FEATURES, CHANGES, ITEMS)} == before


def made_from(flows: Iterable[object]) -> set[str]:
    return {name for flow in flows for name in (*flow.reads, *flow.reads_earlier)}  # type: ignore[attr-defined]


def test_what_features_are_rebuilt_from_is_kept_without_limit() -> None:
    sources = made_from((*DAILY[:3], *HOURLY[:3], FEATURES_BACKFILL, REPAIR, RESTATE))
    # Stored features and the index of last days are the state of an incremental day, and rebuilt where they are missing.
    limited = {name for name in sources if BY_NAME[name].retention_days is not None}
    assert limited <= {"gold.features", "gold.item_last_days"}
    assert {"gold.activity_daily", "gold.activity_corrections", "silver.consents", "silver.identity_links"} <= sources


def test_a_table_with_a_retention_is_partitioned_by_its_day() -> None:
    limited = [c for c in ALL if c.retention_days is not None]
    assert {c.name: c.retention_days for c in limited} == {
        "gold.item_last_days": 8, "gold.features": 100, "gold.people": 100, "gold.features_restated": 100,
        "gold.segments": 730, "gold.segment_changes": 730, "gold.bits": 32, "gold.day_bits": 800, "ops.segment_profiles": 730,
    }  # fmt: skip
    assert all(by_day(c) for c in limited)
    assert [c.name for c in ALL if c.keeps_month_ends] == ["gold.features", "gold.people"]


def by_day(contract: Contract) -> bool:
    return {c.name: c.type for c in contract.columns}[contract.partition_by[0]] == "date"
