"""A lake whose tables a catalog keeps holds the rows that it holds in a folder."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, write_consents, write_mails, write_orders
from pyspark.sql import SparkSession

from segspark.app.maintain import maintain
from segspark.app.repair import examine_deep, repair
from segspark.app.run import daily
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pipeline.progress import Quiet
from segspark.query.ddl import ddl
from segspark.query.explain import explain
from segspark.query.look import list_tables, segment_sizes
from segspark.tables.contracts import gold
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake, with_session

SCHEMA = "spark_catalog.shop"
DAYS = (date(2026, 5, 3), date(2026, 5, 4))
DAY = timedelta(days=1)
# Of a run, not of its day.
VOLATILE = {
    "ops.runs": {"run_id", "config_hash", "written_at", "duration_s"},
    "ops.file_hashes": {"place_id", "hashed_at"},
}
# What a run records of its lake: numbers of commits, the engine, which files were read again.
OF_THE_LAKE = {"versions", "lane", "lane_because", "hashed", "stamp"}


def rows(lake: Lake) -> dict[str, list[str]]:
    found = {}
    for contract in ALL:
        if lake.exists(contract):
            table = lake.read_small(contract)
            stays = [name for name in table.column_names if name not in VOLATILE.get(contract.name, ())]
            found[contract.name] = sorted(str(told(row)) for row in table.select(stays).to_pylist())
    return found


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what a run records of its lake."""
    texts = {name: json.loads(row[name]) for name in ("inputs", "outputs") if row.get(name)}
    shown = {name: {k: v for k, v in of.items() if k not in OF_THE_LAKE} for name, of in texts.items()}
    return {name: value for name, value in (row | shown).items() if name not in OF_THE_LAKE}


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def both(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Workspace]:
    """The same shop, after the same two days, in a folder and in Spark's own catalog."""
    top = tmp_path_factory.mktemp("catalog")
    folder = make_workspace(top / "folder")
    first, second = DAYS
    write_consents(folder, first, *[(f"{n}@example.com", "open_tracking", "granted", "2026-05-01 08:00:00")
                                    for n in ("ann", "bob", "eve")])  # fmt: skip
    write_orders(folder, first, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"),
                 ("2", "bob@example.com", "2026-05-01 10:00:00", "30.00"), ("3", "eve@example.com", "no time", "1"))  # fmt: skip
    write_mails(folder, first, ("m1", "ann@example.com", "click", "2026-05-02 09:00:00"))
    # The second day changes an order, which is merged, and brings somebody new.
    write_orders(folder, second, ("1", "ann@example.com", "2026-05-02 10:00:00", "100.00"),
                 ("4", "ida@example.com", "2026-05-03 11:00:00", "55.00"))  # fmt: skip
    write_mails(folder, second, ("m2", "bob@example.com", "open", "2026-05-03 12:00:00"))
    shutil.copytree(folder.folder, top / "catalog")
    settings = top / "catalog" / "segspark.yaml"
    settings.write_text(settings.read_text().replace("lake: ./lake", f"lake: {SCHEMA}\nlake_files: ./files"))
    catalog = open_workspace(top / "catalog")
    for workspace in (folder, catalog):
        for day in DAYS:
            daily(workspace, with_session(workspace, spark), day + DAY, Quiet())
    return folder, catalog


def test_the_rows_are_equal(both: tuple[Workspace, Workspace]) -> None:
    folder, catalog = both
    in_folder, in_catalog = rows(open_lake(folder)), rows(open_lake(catalog))
    assert in_catalog.keys() == in_folder.keys()
    # The changed order was merged into the stored one.
    assert [r for r in in_folder["silver.orders"] if "'amount_cents': 10000" in r]
    assert [name for name, of in in_folder.items() if in_catalog[name] != of] == []


def test_questions_are_answered_as_in_a_folder(both: tuple[Workspace, Workspace]) -> None:
    folder, catalog = both
    assert segment_sizes(catalog, None) == segment_sizes(folder, None) != []
    assert explain(catalog, "ann@example.com", None, None) == explain(folder, "ann@example.com", None, None)
    assert {t["table"]: t["rows"] for t in list_tables(catalog)} == {t["table"]: t["rows"] for t in list_tables(folder)}


def test_maintenance_is_done_by_spark(both: tuple[Workspace, Workspace]) -> None:
    _, catalog = both
    before = rows(open_lake(catalog))
    done = maintain(catalog)
    assert {"compaction", "vacuum"} <= {each["what"] for each in done}
    after = rows(open_lake(catalog))
    assert {name: of for name, of in after.items() if name != "ops.runs"} == {
        name: of for name, of in before.items() if name != "ops.runs"
    }


def test_what_a_catalog_answers_for_is_refused(both: tuple[Workspace, Workspace]) -> None:
    _, catalog = both
    with pytest.raises(GateClosed, match="RESTORE TABLE"):
        repair(catalog.folder, Quiet())
    with pytest.raises(ConfigError, match="names them for every engine"):
        ddl(catalog, "duckdb", "shop")
    assert {row["state"] for row in examine_deep(catalog.folder)} == {"fine"}


def test_no_table_lies_among_the_files(both: tuple[Workspace, Workspace]) -> None:
    _, catalog = both
    there = {path.name for path in Path(str(catalog.lake)).iterdir()}
    assert there & {contract.layer for contract in ALL} == set()


def test_comments_of_contracts_are_the_catalog_s(both: tuple[Workspace, Workspace], spark: SparkSession) -> None:
    columns = {c.name: c.description for c in spark.catalog.listColumns(f"{SCHEMA}.gold_segments")}
    assert columns == {c.name: c.comment for c in gold.SEGMENTS.columns}
