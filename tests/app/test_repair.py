"""The doctor names every damaged file of a lake, and makes again what silver tells."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from lakes import SECOND, SECOND_SCORED, SECOND_SEGMENTED, Lakes

from segspark.app.remedies import AS_A_WHOLE, BY_DAY, REMEDIES
from segspark.app.repair import examine_deep, repair
from segspark.config.models import Workspace
from segspark.features.flow import FEATURES
from segspark.features.tiles_flow import TILES
from segspark.pipeline.flow import Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.runner import run_flow
from segspark.pipeline.runs import record
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.store import parquet
from segspark.tables import log_digests
from segspark.tables.contracts import bronze, gold, ops, silver
from segspark.tables.contracts.catalogue import ALL, BY_NAME
from segspark.tables.io.spark_lake import SparkLake
from segspark.time import DAY


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
    return lakes.copy(SECOND_SEGMENTED, tmp_path / "w")


def test_a_sound_lake_has_no_damage_and_its_counts_agree(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, _ = shop
    (only,) = examine_deep(workspace.folder)
    assert (only["check"], only["state"]) == ("files, logs and counts", "fine")
    assert repair(workspace.folder, Quiet()) == []


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_repair_removes_what_a_killed_one_has_staged(shop: tuple[Workspace, SparkLake], is_damaged: bool) -> None:
    workspace, lake = shop
    # Of a flow that has nothing to do any more.
    lake.store.replace("_staging/tiles-2026-05-05/part", b"rows")
    if is_damaged:
        flip(files(lake, gold.SCORES)[-1])
    repair(workspace.folder, Quiet())
    assert [f.name for f in lake.store.list("_staging/")] == []


def test_what_silver_tells_is_made_again_equal_to_what_was_written(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    tables = (gold.ACTIVITY_DAILY, gold.FEATURES, gold.SCORES, gold.SEGMENTS)
    stored = {t.name: sorted(map(str, lake.read(t).collect())) for t in tables}
    # Of the tiles a day that was closed before the last one.
    damaged = [files(lake, t)[0 if t is gold.ACTIVITY_DAILY else -1] for t in tables]
    assert len(files(lake, gold.ACTIVITY_DAILY)) > 1
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


def test_what_an_hourly_run_made_is_made_again_as_provisional(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    record(lake, run_id="hourly", flow="hourly", as_of=SECOND + DAY, state="started")
    for flow in (TILES, FEATURES, SCORES, SEGMENTS):
        run_flow(flow, workspace, lake, SECOND + DAY, request=Request(is_provisional=True))
    tables = (gold.ACTIVITY_DAILY, gold.FEATURES, gold.SEGMENTS)
    stored = {t.name: sorted(map(str, lake.read(t).collect())) for t in tables}
    for table in tables:
        flip(files(lake, table)[-1])
    # Of a day that was closed long ago.
    flip(files(lake, gold.ACTIVITY_DAILY)[0])
    assert {r["state"] for r in repair(workspace.folder, Quiet())} == {"fine"}
    assert {t.name: sorted(map(str, lake.read(t).collect())) for t in tables} == stored


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


LEDGERED = (
    bronze.RECORDS, silver.EVENTS, silver.OBJECTIONS, silver.CONSENTS, silver.IDENTITY_LINKS, silver.ORDERS, ops.FILES,
)  # fmt: skip


@pytest.mark.parametrize("table", LEDGERED, ids=lambda t: t.name)
def test_a_row_that_is_lost_or_there_twice_is_told_by_table_and_batch(lakes: Lakes, tmp_path: Path, table) -> None:  # type: ignore[no-untyped-def]
    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")
    rows = lake.read_small(table)
    lake.overwrite_small(table, rows.slice(1))
    told = wrong(workspace)
    assert list(told) == [table.name]
    assert (
        f"{rows.num_rows - 1:,} rows, and" in told[table.name]
        or "source" in told[table.name]
        or "batch" in told[table.name]
    )
    assert "estore" in told[table.name] or "doctor --repair" in told[table.name]
    lake.overwrite_small(table, pa.concat_tables([rows, rows.slice(0, 1)]))
    assert list(wrong(workspace)) == [table.name]
    lake.overwrite_small(table, rows)
    assert wrong(workspace) == {}


def contents(lake: SparkLake, table) -> list[str]:  # type: ignore[no-untyped-def]
    """The rows, whatever the order of rows and columns."""
    return sorted(str(sorted(row.items())) for row in lake.read_small(table).to_pylist())


def wrong(workspace: Workspace) -> dict[str, str]:
    return {r["check"]: r["detail"] for r in examine_deep(workspace.folder) if r["state"] == "wrong"}


def test_rows_of_a_batch_that_nobody_recorded_are_told(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")
    runs = [r for r in lake.read_small(ops.RUNS).to_pylist() if r["flow"] == "ingest_batch"]
    first = min(runs, key=lambda r: r["written_at"])["run_id"]
    events = lake.read_small(silver.EVENTS)
    foreign = pa.Table.from_pylist([{**events.slice(0, 1).to_pylist()[0], "run_id": "foreign"}], events.schema)
    lake.overwrite_small(silver.EVENTS, pa.concat_tables([events, foreign]))
    assert "batch foreign: 1 rows, and 0 by ops.runs" in wrong(workspace)["silver.events"]
    # An interrupted batch is no damage: the next run completes it.
    rows = lake.read_small(ops.RUNS).to_pylist()
    kept = [r for r in rows if (r["run_id"], r["state"], r["flow"]) != (first, "done", "ingest_batch")]
    lake.overwrite_small(silver.EVENTS, events.slice(0, 0))
    lake.overwrite_small(ops.RUNS, pa.Table.from_pylist(kept))
    assert all(first not in detail for detail in wrong(workspace).values())


def test_a_day_that_lost_rows_is_made_again(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    tables = (gold.FEATURES, gold.SEGMENTS, silver.OBJECTIONS)
    stored = {t.name: lake.read_small(t) for t in tables}
    for table in tables:
        lake.overwrite_small(table, stored[table.name].slice(1))
    assert set(wrong(workspace)) == {t.name for t in tables}
    assert {r["state"] for r in repair(workspace.folder, Quiet())} == {"fine"}
    assert wrong(workspace) == {}
    for table in tables:
        assert sorted(map(str, lake.read_small(table).to_pylist())) == sorted(map(str, stored[table.name].to_pylist()))


def test_a_table_whose_log_is_damaged_is_put_aside_and_made_again(shop: tuple[Workspace, SparkLake]) -> None:
    workspace, lake = shop
    tables = (silver.OBJECTIONS, gold.ACTIVITY_DAILY, gold.FEATURES, gold.SEGMENT_PROFILES, ops.SEGMENT_PROFILES)
    stored = {t.name: contents(lake, t) for t in tables}
    for table in tables:
        flip(Path(lake.path(table)) / "_delta_log" / f"{0:020}.json")
    found = wrong(workspace)
    assert len(found) == len(tables)
    assert all("doctor --repair" in detail for detail in found.values())
    rows = repair(workspace.folder, Quiet())
    assert [r["state"] for r in rows] == ["fine"] * len(tables), rows
    assert all("_damaged/" in r["detail"] for r in rows)
    assert wrong(workspace) == {}
    for table in tables:
        assert contents(lake, table) == stored[table.name], table.name


def test_every_table_has_an_answer() -> None:
    assert set(REMEDIES) == {c.name for c in ALL}
    for name, remedy in REMEDIES.items():
        # Made again, or restored: one of both, and the repair knows those that it makes.
        assert remedy.is_made_again != bool(remedy.restore), name
        assert remedy.is_made_again == (name in (*BY_DAY, *AS_A_WHOLE)), name
        assert set(remedy.made_from) <= set(BY_NAME), name
        assert name not in remedy.made_from
