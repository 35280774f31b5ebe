"""A shop goes on after the night's work as if nothing had been done."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
from lakes import FIRST, SECOND, SECOND_SCORED, Lakes

from segspark.app.counts import wrong_counts
from segspark.app.maintain import maintain
from segspark.app.migrate import migrate
from segspark.app.repair import examine_deep
from segspark.features.flow import FEATURES
from segspark.features.resources import load_catalogue
from segspark.features.tiles_flow import TILES
from segspark.pipeline.runner import run_flow
from segspark.pipeline.view import look
from segspark.query.replay import REPLAY
from segspark.query.replay_by_spark import with_day
from segspark.scoring.flow import SCORES
from segspark.segments.flow import SEGMENTS
from segspark.tables.contracts import gold, silver
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.lake import Lake
from segspark.tables.own_commits import logged_files, replace_files
from segspark.tables.parts import write_parts
from segspark.time import DAY

SPLIT = (gold.ACTIVITY_DAILY, gold.ACTIVITY_ITEMS, gold.FEATURES, silver.EVENTS, silver.CONSENTS, silver.IDENTITY_LINKS)


def split(lake: Lake, contract: Contract) -> None:
    """Every row of a table in a file of its own, as after many small batches."""
    table, rows = lake.table(contract), lake.read_small(contract)
    folder = lake.folder(contract)
    added = [part for n in range(rows.num_rows) for part in write_parts(rows.slice(n, 1), contract, folder)]
    replace_files(lake, contract, table, logged_files(table), added)


def rows_of(lake: SparkLake, *tables: Contract) -> dict[str, list[str]]:
    return {c.name: sorted(map(str, lake.read_small(c).to_pylist())) for c in tables}


def test_days_of_small_files_are_joined_and_the_next_day_is_carried_on_to_the_same_rows(
    lakes: Lakes, tmp_path: Path
) -> None:
    made, plain = ("gold.activity_daily", "gold.features"), {}
    for name in ("joined", "plain"):
        workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / name)
        if name == "joined":
            for contract in SPLIT:
                split(lake, contract)
            done = {d["table"] for d in maintain(workspace, only=["compaction"], today=SECOND)}
            assert {"gold.features", "silver.events"} <= done
            # Spark reads what was joined.
            features = lake.spark.read.format("delta").load(lake.path(gold.FEATURES))
            assert features.count() == lake.n_rows(gold.FEATURES)
        run_flow(TILES, workspace, lake, SECOND + DAY)
        told = run_flow(FEATURES, workspace, lake, SECOND + DAY)
        # Another folder is another configuration: see what either lake makes of it.
        plain[name] = (told["made_from"], rows_of(lake, *[c for c in ALL if c.name in made]))
    assert plain["joined"] == plain["plain"]


def test_a_day_whose_features_are_gone_is_recomputed_where_it_is_asked_for(lakes: Lakes, tmp_path: Path) -> None:
    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")
    run_flow(SEGMENTS, workspace, lake, SECOND)
    run_flow(FEATURES, workspace, lake, SECOND)
    before = rows_of(lake, gold.FEATURES, gold.SCORES, gold.SEGMENTS)
    far = SECOND + timedelta(days=200)
    lake.append_small(gold.FEATURES, pa.Table.from_pylist([{"person_id": "x", "as_of_date": far}]), "far")
    gone = {d["table"]: d["dates"] for d in maintain(workspace, only=["retention"], today=far)}
    assert gone["gold.features"] == [FIRST.isoformat(), SECOND.isoformat()]
    assert lake.days(gold.FEATURES) == [far]
    # No damage, and no count is missed.
    assert wrong_counts(lake) == []
    assert {r["state"] for r in examine_deep(workspace.folder)} == {"fine"}
    with look(REPLAY, workspace, lake, SECOND) as view:
        recomputed = sorted(r["person_id"] for r in with_day(view).read_day(gold.FEATURES, SECOND).collect())
    assert recomputed == sorted(
        {r["person_id"] for r in lake.read_small(gold.SEGMENTS).to_pylist() if r["segment_date"] == SECOND}
    )
    # Asked for again, the day is made: it is not taken for unchanged, and its scores are not made of nothing.
    lake.drop_days(gold.FEATURES, far, far + DAY)
    for flow in (FEATURES, SCORES, SEGMENTS):
        run_flow(flow, workspace, lake, SECOND)
    after = rows_of(lake, gold.FEATURES, gold.SCORES, gold.SEGMENTS)
    assert [r for r in before["gold.features"] if f"datetime.date(2026, 5, {SECOND.day})" in r] == after[
        "gold.features"
    ]
    assert (after["gold.scores"], after["gold.segments"]) == (before["gold.scores"], before["gold.segments"])


def test_tables_that_spark_has_written_too_are_for_any_reader(lakes: Lakes, tmp_path: Path) -> None:
    """MERGE and Spark's own writer give no table a feature that it did not have."""
    workspace, lake = lakes.copy(SECOND_SCORED, tmp_path / "w")
    rows = lake.read(gold.FEATURES, days=(SECOND, SECOND + DAY))
    features = gold.FEATURES.with_columns(load_catalogue(workspace).stored_columns())
    assert lake.replace_by_spark(features, rows, SECOND, SECOND + DAY) == rows.count()
    lake.upsert(silver.ORDERS, lake.read(silver.ORDERS), "true")
    maintain(workspace, today=SECOND)
    migrate(workspace)
    protocols = {c.name: lake.table(c).protocol() for c in ALL if lake.exists(c)}
    assert len(protocols) > 15
    versions = {name: (p.min_reader_version, p.min_writer_version) for name, p in protocols.items()}
    assert set(versions.values()) == {(1, 2)}
    assert not any(p.reader_features or p.writer_features for p in protocols.values())
