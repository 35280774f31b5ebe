"""Columns of text become numbers, frequent values and days, each with what is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from segspark.errors import ConfigError
from segspark.models.table.columns import encode, kind_of
from segspark.models.table.config import Cut, FlatTable

N = 60
ROWS = pd.DataFrame(
    {
        "id": [f"c{i}" for i in range(N)],
        "label": ["yes", "no"] * (N // 2),
        "spent": [str(i) if i % 10 else "" for i in range(N)],
        "plan": ["year"] * 30 + ["l'an.1"] * 25 + ["other"] * 5,
        "joined": [f"0{1 + i % 9}-03-2026" for i in range(N)],
        "same": ["x"] * N,
    }
)


def table(**config: Any) -> FlatTable:
    return FlatTable(**{"file": "t.csv", "label": "label", "id": "id", "positive": ("yes",), **config})


def test_what_reads_as_numbers_is_one_with_a_flag_where_it_is_missing() -> None:
    found = encode(ROWS, table(inputs=("spent",)))
    assert [i.name for i in found.inputs] == ["spent", "spent_is_missing"]
    assert found.columns["spent"][:3].tolist() == [0, 1, 2]
    assert found.columns["spent_is_missing"].sum() == 6
    assert kind_of(pd.Series(["1", "", "2.5"])) == "number"
    assert kind_of(pd.Series(["1", "two"])) == "category"
    assert kind_of(pd.Series(["", ""])) == "category"


def test_each_frequent_value_is_an_input_and_a_rare_one_is_none() -> None:
    found = encode(ROWS, table(inputs=("plan",)))
    # A dot would be looked into by Spark.
    assert [i.name for i in found.inputs] == ["plan=l'an_1", "plan=year"]
    assert found.columns["plan=year"].sum() == 30
    assert found.inputs[0].sql == r"trim(`plan`) = 'l\'an.1'"


def test_label_id_and_what_is_excluded_are_no_inputs_and_constants_are_left_out() -> None:
    found = encode(ROWS, table(exclude=("spent",), kinds={"joined": "date"}, date_format="%d-%m-%Y"))
    assert {i.name.partition("=")[0] for i in found.inputs} == {"plan", "joined"}
    assert found.left_out == ("same",)


def test_a_date_is_days_before_the_cut_or_before_the_newest_one() -> None:
    dates = {"inputs": ("joined",), "kinds": {"joined": "date"}, "date_format": "%d-%m-%Y"}
    found = encode(ROWS, table(**dates))
    assert found.columns["joined"][:3].tolist() == [8, 7, 6]
    assert not found.inputs[0].is_dated
    cut = encode(ROWS, table(**dates, cut=Cut(day="2026-03-05")))  # type: ignore[call-arg]
    # The fifth is the cut; the sixth comes after it, which ends a training.
    assert cut.columns["joined"][:6].tolist() == [4, 3, 2, 1, 0, -1]
    assert cut.inputs[0].is_dated
    each = encode(ROWS.assign(seen="09-03-2026"), table(**dates, cut=Cut(column="seen")))  # type: ignore[call-arg]
    assert each.columns["joined"][:2].tolist() == [8, 7]


def test_what_is_no_date_is_told() -> None:
    wrong = ROWS.assign(joined="soon")
    with pytest.raises(ConfigError, match=r"joined: .*Correct date_format"):
        encode(wrong, table(kinds={"joined": "date"}))
    with pytest.raises(ConfigError, match="cut: "):
        encode(ROWS, table(cut=Cut(day="soon")))  # type: ignore[call-arg]


def test_every_value_is_a_number() -> None:
    found = encode(ROWS, table(kinds={"joined": "date"}, date_format="%d-%m-%Y"))
    assert all(np.isfinite(values).all() for values in found.columns.values())
    assert {i.name for i in found.inputs} == set(found.columns)
