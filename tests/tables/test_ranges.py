"""Tasks that read files by ranges of ids: nobody is read twice or left out, however the files were cut."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from segspark.tables.ranges import (
    EVERYBODY,
    DayFile,
    files_of_ranges,
    id_ranges,
    read_range,
    share_ids,
    share_of,
    split_ids,
)

SCHEMA = pa.schema([("person_id", pa.string()), ("n", pa.int64()), ("activity_date", pa.date32())])


def test_a_file_of_another_writer_may_say_that_a_column_is_never_null(tmp_path: Path) -> None:
    files = []
    for at, nullable in enumerate((True, False)):
        schema = pa.schema([pa.field("person_id", pa.string(), nullable), pa.field("n", pa.int64(), nullable)])
        path = str(tmp_path / f"{at}.parquet")
        pq.write_table(pa.table({"person_id": ["a" * 32], "n": [at]}, schema=schema), path)
        files.append(DayFile(path, date(2026, 5, 1 + at), "a" * 32, "a" * 32, 1))
    rows = read_range(files, "", "~", ["person_id", "n"], "activity_date", SCHEMA)
    assert rows["n"].to_pylist() == [0, 1]
    assert rows.schema == SCHEMA


def test_a_file_says_what_its_rows_are_about() -> None:
    about = (date(2026, 5, 1), date(2026, 5, 3))
    file = DayFile("x", date(2026, 5, 9), "a", "b", 1, about)
    days = [(date(2026, 5, n) - date(1970, 1, 1)).days for n in (4, 3)]
    assert not file.meets(days[:1])
    assert file.meets(days)
    assert DayFile("x", date(2026, 5, 9), "a", "b", 1).meets([])


@given(st.integers(1, 300), st.binary(min_size=16, max_size=16))
def test_ranges_cover_every_id_once(n: int, digits: bytes) -> None:
    ranges = id_ranges(n)
    assert len(ranges) == n
    assert sum(low <= digits.hex() < high for low, high in ranges) == 1


def test_tasks_follow_the_bytes_and_not_the_machine_alone() -> None:
    assert len(share_ids(10, 8)) == 1
    assert len(share_ids(6_000_000_000, 2)) == 10
    assert len(share_ids(100_000_000, 4)) == 4


def test_files_that_straddle_an_edge_are_shared(tmp_path: Path) -> None:
    ids = [f"{i:02x}" + "0" * 30 for i in range(0, 256, 8)]
    files = []
    for at, part in enumerate((ids[:5], ids[5:20], ids[20:])):
        path = str(tmp_path / f"{at}.parquet")
        pq.write_table(pa.table({"person_id": part, "n": list(range(len(part)))}), path)
        files.append(DayFile(path, date(2026, 5, 1 + at), part[0], part[-1], len(part)))
    for n in (1, 2, 3, 7):
        read = [read_range(files, low, high, ["person_id", "n"], "activity_date", SCHEMA) for low, high in id_ranges(n)]
        assert [i for table in read for i in table["person_id"].to_pylist()] == ids
        assert {table.schema for table in read} == {SCHEMA}


def test_a_part_of_the_ids_is_split_into_ranges_that_meet() -> None:
    for part in [EVERYBODY, *id_ranges(64), *id_ranges(100)]:
        for n in (1, 2, 7, 5_000):
            ranges = split_ids(part, n)
            assert (ranges[0][0], ranges[-1][1]) == part
            assert all(end == begin for (_, end), (begin, _) in pairwise(ranges))
            assert all(low < high for low, high in ranges)
            assert len(ranges) == min(n, round(share_of(part) * 65_536))
    assert round(sum(map(share_of, id_ranges(100))), 9) == 1
    assert share_of(EVERYBODY) == 1


ends = st.tuples(
    st.text("0123456789abcdef", min_size=1, max_size=5), st.text("0123456789abcdef", min_size=1, max_size=5)
)


@given(st.lists(ends, max_size=12), st.integers(1, 40))
def test_a_task_is_given_the_files_that_may_hold_somebody_of_its_range(files: list[tuple[str, str]], n: int) -> None:
    its = [DayFile(str(at), date(2026, 5, 1), min(both), max(both), 1) for at, both in enumerate(files)]
    ranges = id_ranges(n)
    for (low, high), found in zip(ranges, files_of_ranges({"tiles": its, "items": []}, ranges), strict=True):
        assert found == {"tiles": [f for f in its if f.low < high and f.high >= low], "items": []}
