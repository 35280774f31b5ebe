"""Tables of the lake in DuckDB: only wanted partitions and columns, nothing that is not what was written."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import deltalake
import pytest
from builders import make_workspace, store_rows
from sqlglot import exp

from segspark.config.models import Workspace
from segspark.duck import database as module
from segspark.duck.database import Database, union
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import DamagedFile
from segspark.pipeline.view import Question, View, look
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

FIRST, SECOND = date(2026, 5, 1), date(2026, 5, 2)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "été à Lyon")
    lake = Lake(workspace.lake)
    for day, people in ((FIRST, ("ann",)), (SECOND, ("ann", "bob"))):
        store_rows(
            lake, gold.PEOPLE,
            *[{"person_id": p, "as_of_date": day, "is_contactable": True, "country": "FR"} for p in people],
        )  # fmt: skip
    return workspace


@pytest.fixture
def view(workspace: Workspace) -> Iterator[View]:
    with look(Question("test", ("gold.people", "gold.scores")), workspace, Lake(workspace.lake)) as view:
        yield view


def rows(database: Database, query: exp.Query) -> list[tuple[object, ...]]:
    return sorted(tuple(row.values()) for row in database.rows(query))  # type: ignore[type-var]


def test_a_table_gives_the_wanted_columns_with_the_partition_among_them(view: View) -> None:
    with Database(view) as database:
        found = database.table(gold.PEOPLE, ["person_id", "as_of_date", "country"])
        assert rows(database, found) == [("ann", FIRST, "FR"), ("ann", SECOND, "FR"), ("bob", SECOND, "FR")]


def test_only_the_wanted_partitions_are_read(view: View) -> None:
    with Database(view) as database:
        found = database.table(gold.PEOPLE, ["person_id"], lambda p: str(p["as_of_date"]) == "2026-05-01")
        assert rows(database, found) == [("ann",)]


def test_a_column_that_the_files_lack_is_missing_in_every_row(view: View) -> None:
    from segspark.tables.contracts.contract import personal

    with Database(view) as database:
        found = database.table(gold.PEOPLE.with_columns([personal("shoe", "int", "Size")]), ["person_id", "shoe"])
        assert {row["shoe"] for row in database.rows(found)} == {None}


def test_a_table_that_is_not_there_has_no_rows(view: View) -> None:
    with Database(view) as database:
        assert database.rows(database.table(gold.SCORES, ["person_id", "value"])) == []


def test_rows_are_computed_once_and_streamed(view: View) -> None:
    with Database(view) as database:
        kept = database.keep(database.table(gold.PEOPLE, ["person_id"]))
        assert sorted(row["person_id"] for row in database.stream(exp.select("*").from_(kept))) == ["ann", "ann", "bob"]


def test_all_rows_of_several_queries_go_by_name() -> None:
    first, second = exp.select("1 as a", "2 as b"), exp.select("3 as b", "4 as a")
    assert union([first, second]).sql("duckdb") == "SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS a"


def test_a_damaged_file_ends_the_question(workspace: Workspace, view: View) -> None:
    (file,) = [f for f in view.part_files(gold.PEOPLE) if str(f.partition["as_of_date"]) == "2026-05-01"]
    content = Path(file.url).read_bytes()
    Path(file.url).write_bytes(content[:30] + bytes([content[30] ^ 1]) + content[31:])
    with Database(view) as database, pytest.raises(DamagedFile):
        database.rows(database.table(gold.PEOPLE, ["person_id"]))


def test_beyond_some_bytes_files_are_not_verified_and_that_is_said(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database(view) as database:
        database.table(gold.PEOPLE, ["person_id"])
        assert database.verified
    monkeypatch.setattr(module, "MOST_VERIFIED", 10)
    with Database(view) as database:
        database.table(gold.PEOPLE, ["person_id"])
        assert not database.verified
    with Database(view, verifies_all=True) as database:
        database.table(gold.PEOPLE, ["person_id"])
        assert database.verified


def test_a_table_whose_files_are_not_its_rows_is_left_to_spark(workspace: Workspace, view: View) -> None:
    table = deltalake.DeltaTable(str(Path(str(workspace.lake)) / "gold" / "people"))
    table.alter.set_table_properties({"delta.enableDeletionVectors": "true"}, raise_if_not_exists=False)
    with (
        Database(view) as database,
        pytest.raises(OnlyBySpark, match=r"gold\.people has delta\.enableDeletionVectors=true"),
    ):
        database.table(gold.PEOPLE, ["person_id"])


def test_what_memory_does_not_hold_is_left_to_spark_and_put_on_no_disk(view: View) -> None:
    with Database(view) as database:
        database.rows(exp.select("1 as one"))
        database._connection.execute("set memory_limit = '20MB'")
        large = exp.select("list(range)").from_("range(20000000)").group_by("range")
        with pytest.raises(OnlyBySpark, match="more memory"):
            database.rows(exp.select("count(*)").from_(large.subquery("rows")))


def test_nothing_is_fetched_from_the_network(view: View) -> None:
    with Database(view) as database:
        settings = database.rows(
            exp.select("name", "value").from_("duckdb_settings()").where("name like 'auto%_known_extensions'")
        )
    assert {row["value"] for row in settings} == {"false"}
