"""Files go, or others take their place, in one commit at the version that was read."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tables.io.toy_tables import BOXES, MAY, VISITS, boxes, visits

from segspark.errors import CheckFailed, InfrastructureError
from segspark.tables.lake import Lake
from segspark.tables.own_commits import LoggedFile, logged_files, replace_files
from segspark.tables.parts import write_parts


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.append_small(VISITS, visits(("a", 1, 1, "x"), ("b", 2, 1, "y y"), ("c", 3, 2, "x")), "1")
    return lake


def test_files_are_those_of_the_log(lake: Lake) -> None:
    files = logged_files(lake.table(VISITS))
    assert [(f.values, f.rows, f.least["person_id"], f.greatest["person_id"]) for f in files] == [
        ({"visit_date": MAY[1], "site": "x"}, 1, "a", "a"),
        ({"visit_date": MAY[1], "site": "y y"}, 1, "b", "b"),
        ({"visit_date": MAY[2], "site": "x"}, 1, "c", "c"),
    ]
    lake.create(BOXES)
    assert logged_files(lake.table(BOXES)) == []


def test_files_go_with_their_rows_and_an_older_version_holds_them(lake: Lake) -> None:
    table = lake.table(VISITS)
    first_day = [f for f in logged_files(table) if f.values["visit_date"] == date(2026, 5, 1)]
    replace_files(lake, VISITS, table, first_day)
    assert lake.read_small(VISITS)["person_id"].to_pylist() == ["c"]
    assert lake.table(VISITS, table.version()).to_pyarrow_table().num_rows == 3


def test_rows_in_other_files_are_the_same_table(lake: Lake) -> None:
    for n in range(3):
        lake.append_small(BOXES, boxes(f"box {n}"), str(n))
    table = lake.table(BOXES)
    rows = lake.read_small(BOXES)
    replace_files(lake, BOXES, table, logged_files(table), list(write_parts(rows, BOXES, lake.folder(BOXES))))
    assert len(lake.table(BOXES).file_uris()) == 1
    assert lake.read_small(BOXES) == rows
    log = (Path(lake.path(BOXES)) / "_delta_log" / f"{lake.version(BOXES):020}.json").read_text()
    assert '"dataChange":true' not in log


def test_nothing_happens_where_somebody_has_changed_the_table_since(lake: Lake) -> None:
    table = lake.table(VISITS)
    lake.append_small(VISITS, visits(("d", 1, 3, "x")), "2")
    with pytest.raises(
        InfrastructureError, match=r"silver\.visits was changed by another writer since its version 1 was"
    ):
        replace_files(lake, VISITS, table, logged_files(table))
    assert lake.n_rows(VISITS) == 4


def test_nobody_who_lost_the_lease_takes_files_out(lake: Lake) -> None:
    def refuse() -> None:
        raise InfrastructureError("lost")

    late = Lake(lake.store, refuse)
    with pytest.raises(InfrastructureError, match="lost"):
        replace_files(late, VISITS, late.table(VISITS), logged_files(late.table(VISITS)))
    assert lake.n_rows(VISITS) == 3


def test_files_of_other_columns_are_not_committed(lake: Lake) -> None:
    table = lake.table(VISITS)
    wrong = visits(("a", 1, 1, "x"), ("b", 2, 1, "y"), ("c", 3, 2, "x"))
    wrong = wrong.set_column(1, "seconds", wrong["seconds"].cast(pa.float64()))
    with pytest.raises(CheckFailed, match="seconds is double"):
        replace_files(lake, VISITS, table, logged_files(table), list(write_parts(wrong, VISITS, lake.folder(VISITS))))


@pytest.mark.parametrize(
    "path", ["file:/elsewhere/part-1.parquet", "/elsewhere/part-1.parquet", "day=1/part 1.parquet", "é"]
)
def test_a_file_that_might_be_spelled_otherwise_is_left(lake: Lake, path: str) -> None:
    with pytest.raises(CheckFailed, match="1 files lie elsewhere or under unusual names"):
        replace_files(lake, VISITS, lake.table(VISITS), [LoggedFile(path, 1, 1)])
    assert lake.version(VISITS) == 1
