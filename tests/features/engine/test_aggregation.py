"""An aggregation's columns, and what is refused of one."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from segspark.features.aggregations.first import FIRST
from segspark.features.aggregations.last import LAST
from segspark.features.aggregations.sum import SUM
from segspark.features.engine.aggregation import Aggregation, to_column


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_values_become_a_column_and_come_back() -> None:
    for aggregation, values in ((SUM, ints(3, 0)), (LAST, ints(20_000, -1)), (FIRST, ints(20_000, FIRST.nothing))):
        column = aggregation.as_column(values)
        assert aggregation.as_values(pa.chunked_array([column])).tolist() == values.tolist()
    assert LAST.as_column(ints(0, -1)).to_pylist() == [date(1970, 1, 1), None]
    assert SUM.as_column(ints(3, 0)).to_pylist() == [3, 0]


def test_what_is_null_without_contributions_is_declared() -> None:
    sums = replace(SUM, null_if_nothing=True)
    assert sums.as_column(ints(3, 0)).to_pylist() == [3, None]
    assert (SUM.empty, sums.empty, LAST.empty) == ("0", "null", "null")


def test_columns_are_of_the_type_declared() -> None:
    assert [to_column(ints(1), t, None).type for t in ("bigint", "int", "date")] == [
        pa.int64(),
        pa.int32(),
        pa.date32(),
    ]


def test_without_unmerge_a_merge_must_give_one_of_its_values() -> None:
    with pytest.raises(ValueError, match="aggregation both: without unmerge, merge must give one of its two values"):
        Aggregation("both", lambda values, day: values, np.bitwise_or, 0, None, "")


def test_a_lift_of_another_shape_is_refused() -> None:
    halves = replace(SUM, lift=lambda values, day: values / 2)
    with pytest.raises(ValueError, match=r"lift gives float64\(1,\), not int64\(1,\)"):
        halves.contributions(ints(1), ints(2))
