"""Stored values that differ from a recompute are named with both sides."""

from datetime import date
from typing import Any

import pyarrow as pa

from segspark.features.engine.differences import MOST_NAMED, unequal


def rows(**columns: list[Any]) -> pa.Table:
    return pa.table({"person_id": ["ann", "bob"], **columns})


def test_equal_values_are_no_difference_and_nothing_equals_nothing() -> None:
    same = rows(n=pa.array([1, None], pa.int64()), last=[date(2026, 5, 1), None])
    assert unequal(same, same.select(["last", "n", "person_id"])).num_rows == 0


def test_every_other_value_is_named_with_its_person_and_both_sides() -> None:
    stored = rows(n=pa.array([1, None], pa.int64()), top=["hats", "bags"])
    computed = rows(n=pa.array([2, 0], pa.int64()), top=["hats", None])
    assert [tuple(r.values()) for r in unequal(stored, computed).to_pylist()] == [
        ("ann", "n", "1", "2"),
        ("bob", "n", "None", "0"),
        ("bob", "top", "bags", "None"),
    ]


def test_somebody_else_in_the_same_place_is_a_difference() -> None:
    other = rows(n=[1, 1]).set_column(0, "person_id", pa.array(["ann", "eve"]))
    assert unequal(rows(n=[1, 1]), other).to_pylist()[0]["feature"] == "person_id"


def test_of_many_differences_some_are_named() -> None:
    many = pa.table({"person_id": [f"{n:02}" for n in range(30)], "n": [0] * 30})
    assert unequal(many, many.set_column(1, "n", pa.array([1] * 30))).num_rows == MOST_NAMED
