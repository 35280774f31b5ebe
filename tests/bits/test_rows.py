"""Rows of bitmaps say who has which bit, who did what on which day, and parts of them join to one."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK
from segspark.bits.rows import ROWS, Bitmaps, add_days, add_members, add_people, add_rows

TODAY = date(2026, 5, 10)


def stored(found: Bitmaps) -> dict[tuple[str, str, int], list[int]]:
    rows: list[dict[str, Any]] = [row for batch in found.rows() for row in batch.to_pylist()]
    keys = [(row["kind"], row["slice"], row["block"]) for row in rows]
    assert keys == sorted(keys)
    return {key: list(BitMap.deserialize(row["bytes"])) for key, row in zip(keys, rows, strict=True)}


def test_values_are_sliced_by_block_dates_as_days_before() -> None:
    people = pa.table(
        {
            "ordinal": [0, 1, BLOCK + 2],
            "is_contactable": [True, None, True],
            "n_order": pa.array([5, -2, 0], pa.int64()),
            "last_order_date": pa.array([date(2026, 5, 7), None, date(2026, 5, 9)], pa.date32()),
        }
    )
    found = Bitmaps()
    add_people(found, people, TODAY, ("n_order", "last_order_date"))
    assert stored(found) == {
        ("feature", "last_order_date:0", 0): [0], ("feature", "last_order_date:0", 1): [2],
        ("feature", "last_order_date:1", 0): [0], ("feature", "last_order_date:null", 0): [1],
        ("feature", "n_order:-", 0): [1], ("feature", "n_order:0", 0): [0],
        ("feature", "n_order:1", 0): [1], ("feature", "n_order:2", 0): [0],
        ("person", "contactable", 0): [0], ("person", "contactable", 1): [2],
        ("person", "here", 0): [0, 1], ("person", "here", 1): [2],
    }  # fmt: skip


def test_members_are_there_by_scheme_and_segment() -> None:
    found = Bitmaps()
    add_members(
        found, pa.table({"ordinal": [3, 4, 3], "scheme": ["rfm", "rfm", "rules"], "segment_id": ["a", "a", "b"]})
    )
    assert stored(found) == {("member", "rfm:a", 0): [3, 4], ("member", "rules:b", 0): [3]}


def test_a_day_counts_from_the_permission_on_and_above_zero() -> None:
    day = date(2026, 5, 5)
    rows = pa.table(
        {
            "ordinal": [1, 2, 3, 4, 5],
            "activity_date": pa.array([day, day, day, day, date(2026, 5, 6)], pa.date32()),
            "n_click": [1, 0, 2, 3, 1],
            # The first day, a later one, none.
            "may": pa.array([day, day, date(2026, 5, 6), None, day], pa.date32()),
        }
    )
    found = Bitmaps()
    add_days(found, rows, {"click": ("n_click", "may")})
    assert stored(found) == {("did", "click:2026-05-05", 0): [1], ("did", "click:2026-05-06", 0): [5]}
    nothing = Bitmaps()
    add_days(nothing, rows.slice(0, 0), {"click": ("n_click", "may")})
    assert stored(nothing) == {}


def test_parts_of_a_bitmap_become_one() -> None:
    found = Bitmaps()
    for ordinals in ([1, 2], [2, 9]):
        part = Bitmaps()
        add_members(part, pa.table({"ordinal": ordinals, "scheme": ["rfm"] * 2, "segment_id": ["a"] * 2}))
        for batch in part.rows():
            assert batch.schema == ROWS
            add_rows(found, batch)
    assert stored(found) == {("member", "rfm:a", 0): [1, 2, 9]}


@pytest.mark.parametrize("n", [20, 5_000, 200_000])
def test_the_bytes_are_those_of_the_people_however_tasks_share_them(n: int) -> None:
    draw = np.random.default_rng(n)
    for _ in range(200):
        people = draw.permutation(n)[: draw.integers(1, min(n, 9_000))]
        cut = draw.integers(0, len(people))
        at_once, parts = Bitmaps(), Bitmaps()
        at_once.add("did", "click", np.sort(people))
        for part in (people[cut:], people[:cut]):
            task = Bitmaps()
            task.add("did", "click", part)
            for batch in task.rows():
                add_rows(parts, batch)
        ((one,), (other,)) = ([batch["bytes"].to_pylist() for batch in found.rows()] for found in (at_once, parts))
        assert one == other
