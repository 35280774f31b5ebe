"""The doctor names every damaged file of a lake, and makes again what silver tells."""

import shutil
from pathlib import Path

import pytest
from lakes import SECOND, SECOND_SCORED, Lakes

from segspark.app.repair import examine_deep, repair
from segspark.config.models import Workspace
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.segments.flow import SEGMENTS
from segspark.store import parquet
from segspark.tables import log_digests
from segspark.tables.contracts import gold, silver
from segspark.tables.io.spark_lake import SparkLake


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    parquet._VERIFIED.clear()
    log_digests._VERIFIED.clear()


def files(lake: SparkLake, contract) -> list[Path]:  # type: ignore[no-untyped-def]
    return [Path(lake.folder(contract).url_of(name)) for _, name in sorted(lake.names_by_day(contract))]


@pytest.fixture
def shop(lakes: Lakes, tmp_path: Path) -> tuple[Workspace, SparkLake]:
    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")
    run_flow(SEGMENTS, workspace, lake, SECOND)
    return workspace, lake


def test_a_sound_lake_has_no_damage_and_its_counts_agree(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, _ = shop
    (only,) = examine_deep(workspace.folder)
    assert (only["check"], only["state"]) == ("files, logs and counts", "fine")
    assert repair(workspace.folder, Quiet()) == []


def test_what_silver_tells_is_made_again_equal_to_what_was_written(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    tables = (gold.ACTIVITY_DAILY, gold.FEATURES, gold.SCORES, gold.SEGMENTS)
    stored = {t.name: sorted(map(str, lake.read(t).collect())) for t in tables}
    damaged = [files(lake, t)[-1] for t in tables]
    for file in damaged:
        flip(file)
    found = {r["check"]: r["detail"] for r in examine_deep(workspace.folder)}
    assert len(found) == len(tables)
    assert all("doctor --repair" in detail for detail in found.values())
    done = repair(workspace.folder, Quiet())
    assert [r["state"] for r in done] == ["fine"] * len(tables), done
    assert all("was made again" in r["detail"] for r in done)
    assert {t.name: sorted(map(str, lake.read(t).collect())) for t in tables} == stored
    assert [r["state"] for r in examine_deep(workspace.folder)] == ["fine"]


def test_what_nothing_tells_is_named_with_what_to_restore(shop: tuple[Workspace, SparkLake], tmp_path: Path) -> None:
    workspace, lake = shop
    events, features = files(lake, silver.EVENTS)[0], files(lake, gold.FEATURES)[0]
    shutil.copy(events, tmp_path / "backup")
    flip(events)
    features.unlink()
    rows = repair(workspace.folder, Quiet())
    assert {r["state"] for r in rows} == {"wrong"}
    (lost,) = [r["detail"] for r in rows if r["check"].startswith("silver.events")]
    assert f"Restore {events} from a backup" in lost
    # Nothing was made of damaged rows; after the restoration the rest is mended.
    shutil.copy(tmp_path / "backup", events)
    (mended,) = repair(workspace.folder, Quiet())
    assert (mended["state"], "equal to those" in mended["detail"]) == ("fine", True), mended


def test_lost_records_of_bronze_are_told_by_the_ledger(shop: tuple[Workspace, SparkLake]) -> None:
    from segspark.tables.contracts import bronze

    workspace, lake = shop
    lake.overwrite_small(bronze.RECORDS, lake.read_small(bronze.RECORDS).slice(1))
    (row,) = examine_deep(workspace.folder)
    assert (row["check"], row["state"]) == ("ledger", "wrong")
    assert "by ops.ledger" in row["detail"]
