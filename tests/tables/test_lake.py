"""Tables made from their contracts and asked without Spark; those that are appended to by rows stay quick to read."""

from datetime import UTC, date, datetime
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

from segspark.config.url import Url
from segspark.errors import ConfigError, InfrastructureError
from segspark.store import store_at
from segspark.tables.contracts import ops
from segspark.tables.contracts.contract import Contract, optional, required
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import SMALL_FILES, Lake


def test_many_small_appends_become_few_files_and_each_counts_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    n = SMALL_FILES + 10
    for at in [*range(n), 3]:
        row = dict.fromkeys(c.name for c in ops.RUNS.columns)
        said = {"run_id": str(at), "flow": "f", "as_of_date": date(2026, 1, 1), "state": "done"}
        lake.append_small(
            ops.RUNS, pa.Table.from_pylist([{**row, **said, "written_at": datetime.now(UTC)}]), once=str(at)
        )
    table = deltalake.DeltaTable(lake.path(ops.RUNS))
    assert len(table.file_uris()) < SMALL_FILES
    assert sorted(lake.read_small(ops.RUNS)["run_id"].to_pylist(), key=int) == [str(at) for at in range(n)]


TOYS = Contract(
    name="gold.toys",
    grain="one toy",
    key=("person_id",),
    columns=(
        required("person_id", "string", "Person"),
        optional("n", "bigint", "Toys"),
        required("as_of_date", "date", "Day"),
    ),
    partition_by=("as_of_date",),
)
DAYS = [date(2026, 5, n) for n in (1, 2)]


def toys(n: int) -> pa.Table:
    return pa.table({"person_id": ["a", "b"], "n": pa.array([n, None], pa.int32()), "as_of_date": DAYS})


def test_a_lake_is_opened_by_folder_text_url_or_store(tmp_path: Path) -> None:
    for at in (tmp_path, str(tmp_path), Url(str(tmp_path)), store_at(tmp_path)):
        lake = Lake(at)
        assert lake.store == store_at(tmp_path)
        assert lake.path(TOYS) == lake.folder(TOYS).url == f"{tmp_path}/gold/toys"
    with pytest.raises(ConfigError, match="no store for viewfs"):
        Lake("viewfs://node/lake")


def test_a_table_that_is_not_there_is_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert not lake.exists(TOYS)
    assert (lake.columns(TOYS), lake.version(TOYS), lake.n_rows(TOYS)) == ([], None, 0)
    assert (lake.days(TOYS), lake.files(TOYS), lake.why_not_plain(TOYS)) == ([], [], None)
    empty = lake.read_small(TOYS)
    assert (empty.num_rows, empty.column_names) == (0, TOYS.column_names)
    # Asking makes nothing.
    assert list(lake.store.list()) == []


def test_a_table_is_made_from_its_contract_so_that_every_reader_opens_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    table = lake.create(TOYS)
    assert lake.create(TOYS).version() == table.version() == 0
    assert table.metadata().partition_columns == ["as_of_date"]
    assert table.metadata().name == "gold_toys"
    assert table.metadata().description == "One row: one toy. Contract version 1."
    assert [(f.name, f.nullable) for f in table.schema().fields] == [
        ("person_id", False), ("n", True), ("as_of_date", False)
    ]  # fmt: skip
    assert lake.why_not_plain(TOYS) is None
    assert table.protocol().min_reader_version == 1


def test_a_column_that_the_contract_gained_is_null_in_older_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append_small(TOYS, toys(1), "1")
    wider = TOYS.with_columns([optional("price", "bigint", "Cents")])
    lake.create(wider)
    assert lake.columns(wider) == [*TOYS.column_names, "price"]
    assert lake.read_small(wider)["price"].to_pylist() == [None, None]
    version = lake.version(wider)
    lake.create(TOYS)
    assert lake.version(wider) == version


def test_rows_take_the_tables_types_and_what_is_missing_is_null(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append_small(TOYS, toys(1), "1")
    lake.append_small(TOYS, toys(1).drop_columns(["n"]), "2")
    assert lake.read_small(TOYS)["n"].type == pa.int64()
    assert sorted(lake.read_small(TOYS)["n"].to_pylist(), key=str) == [1, None, None, None]
    with pytest.raises(Exception, match="person_id"):
        lake.append_small(TOYS, toys(1).drop_columns(["person_id"]), "3")
    assert lake.n_rows(TOYS) == 4


def test_days_rows_and_files_are_those_of_the_log(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append_small(TOYS, toys(1), "1")
    assert (lake.n_rows(TOYS), lake.days(TOYS)) == (2, DAYS)
    files = lake.files(TOYS)
    assert [(f.day, f.low, f.high, f.rows) for f in files] == [(DAYS[0], "a", "a", 1), (DAYS[1], "b", "b", 1)]
    assert all(Path(f.path).is_file() for f in files)
    assert lake.read_small(TOYS, [("as_of_date", "=", DAYS[1])], ["person_id"]).to_pydict() == {"person_id": ["b"]}


def test_the_whole_of_a_small_table_is_replaced(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.overwrite_small(TOYS, toys(1))
    lake.overwrite_small(TOYS, toys(2).slice(0, 1))
    assert lake.read_small(TOYS)["n"].to_pylist() == [2]
    assert lake.table(TOYS, 1).count() == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, None),
        ({"delta.enableDeletionVectors": "true"}, "delta.enableDeletionVectors=true"),
        ({"delta.columnMapping.mode": "name"}, "delta.columnMapping.mode=name"),
    ],
)
def test_tasks_read_only_files_that_show_all_rows(tmp_path: Path, settings: dict[str, str], said: str | None) -> None:
    lake = Lake(tmp_path)
    assert lake.why_not_plain(TOYS) is None
    schema = deltalake.Schema.from_json(schema_json(TOYS))
    deltalake.DeltaTable.create(lake.path(TOYS), schema=schema, configuration=settings)
    assert lake.why_not_plain(TOYS) == said


def test_files_that_no_version_names_are_counted_and_removed(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append_small(TOYS, toys(1), "1")
    folder = lake.folder(TOYS)
    for day in DAYS:
        folder.replace(f"as_of_date={day}/part-nobodys.parquet", b"x")
    assert lake.remove_unnamed_files(TOYS, 0, dry_run=True) == 2
    assert lake.remove_unnamed_files(TOYS, 1000, dry_run=False) == 0
    assert lake.remove_unnamed_files(TOYS, 0, dry_run=False) == 2
    assert [f.name for f in folder.list() if "nobodys" in f.name] == []
    assert lake.n_rows(TOYS) == lake.read_small(TOYS).num_rows == 2


def test_a_lake_whose_lease_is_lost_commits_nothing(tmp_path: Path) -> None:
    def refuse() -> None:
        raise InfrastructureError("lost")

    rows = pa.table({"run_id": ["1"], "flow": ["f"], "state": ["done"], "written_at": [datetime.now(UTC)]})
    mine = Lake(tmp_path)
    mine.append_small(ops.RUNS, rows, "1")
    lost = Lake(tmp_path, refuse)
    for write in (
        lambda: lost.create(ops.LEDGER),
        lambda: lost.append_small(ops.RUNS, rows, "2"),
        lambda: lost.overwrite_small(ops.RUNS, rows),
    ):
        with pytest.raises(InfrastructureError, match="lost"):
            write()
    assert (mine.n_rows(ops.RUNS), mine.exists(ops.LEDGER)) == (1, False)
    # Whoever reads needs no lease.
    assert lost.read_small(ops.RUNS).num_rows == 1
