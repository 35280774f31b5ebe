"""Files of a task: where they lie, what is in them, and what the log is told."""

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from tables.io.toy_tables import BOXES, VISITS, boxes, visits

from segspark.errors import CheckFailed
from segspark.store import store_at
from segspark.tables.io.commit import commit
from segspark.tables.lake import Lake
from segspark.tables.parts import write_parts


def test_each_partition_has_its_file_in_a_folder_that_every_reader_understands(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create(VISITS)
    rows = visits(("a", 1, 1, "a b/c=%"), ("b", None, 1, "plain"), ("c", 3, 2, "plain"))
    added = list(write_parts(rows, VISITS, lake.folder(VISITS)))
    assert [a["rows"] for a in added] == [1, 1, 1]
    assert all(a["path"].startswith("visit_date=2026-05-0") for a in added)
    commit(lake.table(VISITS), VISITS, added)
    found = lake.read_small(VISITS).select(rows.column_names).sort_by("person_id")
    assert found.to_pylist() == rows.to_pylist()
    for each in added:
        assert lake.folder(VISITS).size(each["path"]) == each["size"]
    assert {f.path for f in lake.files(VISITS)} == {lake.folder(VISITS).url_of(a["path"]) for a in added}


def test_rows_of_one_partition_that_do_not_lie_together_are_one_file(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    added = list(write_parts(visits(("a", 1, 1, "x"), ("b", 2, 2, "x"), ("c", 3, 1, "x")), VISITS, store))
    rows = {json.loads(a["partition"])["visit_date"]: a["rows"] for a in added}
    assert rows == {"2026-05-01": 2, "2026-05-02": 1}
    first = next(a for a in added if a["rows"] == 2)
    stored = pq.ParquetFile(tmp_path / first["path"]).read()
    assert stored["person_id"].to_pylist() == ["a", "c"]
    # The partition's columns stand in the log alone.
    assert stored.column_names == ["person_id", "seconds", "began_at"]


def test_a_table_without_partitions_is_one_file_and_no_rows_are_none(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    (added,) = write_parts(boxes("a", "b"), BOXES, store)
    assert (json.loads(added["partition"]), added["rows"]) == ({}, 2)
    assert list(write_parts(boxes(), BOXES, store)) == []
    assert list(write_parts(visits(("a", 1, 1, "x")).slice(0, 0), VISITS, store)) == []
    assert len(list(store.list())) == 1


def test_a_required_value_that_is_missing_stops_the_write(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    with pytest.raises(CheckFailed, match=r"silver\.boxes: 2 rows have no box"):
        list(write_parts(boxes("a", None, None), BOXES, store))
    assert list(store.list()) == []


def test_the_log_gets_the_bounds_of_words_and_days_and_the_number_of_rows(tmp_path: Path) -> None:
    (added,) = write_parts(visits(("b", None, 1, "x"), ("a", 2, 1, "x")), VISITS, store_at(tmp_path))
    told = json.loads(added["stats"])
    assert told["numRecords"] == 2
    assert (told["minValues"], told["maxValues"]) == ({"person_id": "a"}, {"person_id": "b"})
    assert told["nullCount"] == {"person_id": 0}


# What the first version of the format has; Redshift Spectrum and Hive read no other.
WIDE = {"PLAIN", "RLE", "BIT_PACKED", "PLAIN_DICTIONARY"}


def stored_as(path: Path) -> tuple[set[str], set[str]]:
    """Encodings and codecs of a file's columns."""
    footer = pq.ParquetFile(path).metadata
    columns = [footer.row_group(g).column(n) for g in range(footer.num_row_groups) for n in range(footer.num_columns)]
    return {e for c in columns for e in c.encodings}, {c.compression for c in columns}


@pytest.mark.parametrize("n", [3, 20_000])
def test_a_wide_lake_has_encodings_that_every_engine_reads(tmp_path: Path, n: int) -> None:
    rows = visits(*((f"{at:032x}", at, 1, "x") for at in range(n)))
    told = {}
    for is_wide in (False, True):
        lake = Lake(tmp_path / str(is_wide), is_wide=is_wide)
        lake.append_small(VISITS, rows, "1")
        (name,) = [name for _, name in lake.names_by_day(VISITS)]
        told[is_wide] = stored_as(Path(lake.folder(VISITS).url_of(name)))
        assert lake.read_small(VISITS).to_pydict() == rows.to_pydict()
        of = f"FROM '{lake.path(VISITS)}/**/*.parquet'"
        by_another = duckdb.sql(f"SELECT sum(seconds), count(DISTINCT person_id) {of}")
        assert by_another.fetchall()[0] == (sum(range(n)), n)
    encodings, codecs = told[True]
    assert encodings <= WIDE
    assert codecs == {"SNAPPY"}
    assert "DELTA_BINARY_PACKED" in told[False][0]
