"""What every aggregation must hold to, and how they are found by name."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.errors import ConfigError
from segspark.features.aggregations.registry import AGGREGATIONS, ITEM_AGGREGATIONS, aggregation_named
from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.item_aggregation import ItemRows

entries = st.lists(st.tuples(st.integers(-3, 9), st.integers(20_000, 20_020)), min_size=1, max_size=6)
each = pytest.mark.parametrize("aggregation", AGGREGATIONS.all(), ids=lambda a: a.name)
each_of_items = pytest.mark.parametrize("aggregation", ITEM_AGGREGATIONS.all(), ids=lambda a: a.name)


def lifted(aggregation: Aggregation, rows: list[tuple[int, int]]) -> np.ndarray:
    values, days = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return aggregation.contributions(values, days)


@each
def test_a_day_without_value_contributes_nothing(aggregation: Aggregation) -> None:
    assert lifted(aggregation, [(0, 20_000), (0, 1)]).tolist() == [aggregation.nothing] * 2


@each
@given(entries)
def test_nothing_is_neutral_and_the_order_is_no_matter(aggregation: Aggregation, rows: list[tuple[int, int]]) -> None:
    given_by_day = lifted(aggregation, rows)
    forward, backward = aggregation.merge.reduce(given_by_day), aggregation.merge.reduce(given_by_day[::-1])
    assert forward == backward
    assert (aggregation.merge(given_by_day, aggregation.nothing) == given_by_day).all()


@each
@given(entries)
def test_a_contribution_can_be_taken_back_or_is_the_value_itself(
    aggregation: Aggregation, rows: list[tuple[int, int]]
) -> None:
    given_by_day = lifted(aggregation, rows)
    whole = aggregation.merge.reduce(given_by_day, initial=aggregation.nothing)
    if aggregation.unmerge is None:
        assert whole in {aggregation.nothing, *given_by_day.tolist()}
    else:
        without = aggregation.merge.reduce(given_by_day[1:], initial=aggregation.nothing)
        assert aggregation.unmerge(whole, given_by_day[0]) == without


@each
def test_a_task_carries_it_whole(aggregation: Aggregation) -> None:
    assert pickle.loads(pickle.dumps(aggregation)) == aggregation


@each_of_items
def test_of_nobody_and_of_people_without_items_there_is_no_value(aggregation) -> None:  # type: ignore[no-untyped-def]
    import pyarrow as pa

    none = np.empty(0, dtype=np.int64)
    for n_people in (0, 2):
        index = ItemRows(none, none, none, pa.chunked_array([pa.array([], pa.string())]), n_people)
        values = aggregation.project(index, 20_000, 30)
        assert [str(v).replace("None", "null") for v in values.to_pylist()] == [aggregation.empty] * n_people


def test_aggregations_of_days_and_of_items_are_found_by_name() -> None:
    assert aggregation_named("last") is AGGREGATIONS.find("last")
    assert aggregation_named("top") is ITEM_AGGREGATIONS.find("top")
    with pytest.raises(
        ConfigError, match=r"no aggregation 'lst'. Did you mean last or latest\? There are: sum, days, last, fir"
    ):
        aggregation_named("lst")
