"""What item aggregations see of the index."""

import numpy as np
import pyarrow as pa

from segspark.features.engine.item_aggregation import ItemRows, never, of_kind, of_window


def rows(*entries: tuple[int, int, int, str], n_people: int = 2) -> ItemRows:
    """(person, last day, count, name), in the order of names"""
    person, last, n, names = zip(*entries, strict=True)
    return ItemRows(*(np.array(c, dtype=np.int64) for c in (person, last, n)), pa.chunked_array([names]), n_people)


def test_the_most_frequent_item_and_of_equals_the_one_seen_last_and_then_the_first_by_name() -> None:
    index = rows((0, 5, 2, "bags"), (0, 9, 1, "hats"), (0, 6, 2, "shoes"))
    assert index.of_rows(index.items, index.most_frequent).to_pylist() == ["shoes", None]
    tie = rows((0, 5, 2, "bags"), (0, 5, 2, "hats"))
    assert tie.of_rows(tie.items, tie.most_frequent).to_pylist() == ["bags", None]


def test_an_item_that_left_its_window_is_not_the_most_frequent_one_but_may_be_the_newest() -> None:
    index = rows((1, 5, 0, "bags"))
    assert index.of_rows(index.n, index.most_frequent).to_pylist() == [None, None]
    assert index.of_rows(index.items, index.newest).to_pylist() == [None, "bags"]


def test_horizons() -> None:
    assert [horizon(30, 365) for horizon in (of_window, of_kind, never)] == [30, 365, 0]
