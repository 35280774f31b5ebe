"""Who is listed on many days, read with each id once, is who is listed."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segspark.features.engine.reads import PEOPLE, read_people, read_people_of_days

IDS = [f"{n:02x}" * 16 for n in range(0, 250, 10)]
DAYS = [date(2026, 5, n) for n in (1, 2, 3)]


def listed(ids: list[str]) -> pa.Table:
    rows = [(person, day) for person in ids for day in DAYS]
    since = [day if person < "8" else None for person, day in rows]
    days = pa.array([day for _, day in rows], pa.date32())
    columns = [pa.array([person for person, _ in rows], pa.string()), days, *[pa.array(since, pa.date32())] * 3]
    return pa.table(columns, PEOPLE)


@pytest.mark.parametrize(("low", "high"), [("", "~"), ("4", "a"), ("7850", "7879"), ("fb", "~")])
def test_rows_of_a_range_are_the_same_with_numbered_ids(tmp_path: Path, low: str, high: str) -> None:
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet")]
    # Row groups and files that end amid somebody's days, and somebody in both.
    for path, ids, size in zip(paths, (IDS[:15], IDS[10:]), (7, 11), strict=True):
        pq.write_table(listed(ids), path, row_group_size=size)
    plain, numbered = read_people(paths, low, high), read_people_of_days(paths, low, high)
    assert numbered.cast(PEOPLE) == plain
    expected = {i for i in IDS if low <= i < high}
    assert set(plain["person_id"].to_pylist()) == expected
    # Nobody else is numbered, or a day on which everybody is listed would not be known as one.
    assert len(numbered["person_id"].combine_chunks().dictionary) == len(expected)


def test_no_file_is_nobody() -> None:
    assert read_people_of_days([], "", "~").cast(PEOPLE) == PEOPLE.empty_table()
