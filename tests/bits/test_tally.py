"""Sizes at every threshold are counts of the people themselves."""

from collections import Counter

import numpy as np
import pytest
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK
from segspark.bits.tally import NOBODY, Counted, added, count_block, count_newest


def by_place(**values: int) -> np.ndarray:
    numbers = np.zeros(BLOCK, dtype=np.int64)
    for place, value in values.items():
        numbers[int(place[1:])] = value
    return numbers


def rows(counted: Counted) -> list[tuple[int, ...]]:
    columns = (counted.values, counted.people, counted.contactable, counted.revenue)
    return list(zip(*[c.tolist() for c in columns], strict=True))


def test_people_are_counted_by_value_with_who_may_be_written_to_and_what_they_spent() -> None:
    values, revenue = by_place(p1=5, p2=5, p3=-1, p4=9), by_place(p1=100, p2=250, p3=7, p4=1)
    counted = count_block(values, BitMap([1, 2, 3]), BitMap([2, 3, 4]), revenue)
    assert rows(counted) == [(-1, 1, 1, 7), (5, 2, 1, 350)]
    assert rows(counted.at_least()) == [(-1, 3, 2, 357), (5, 2, 1, 350)]
    assert rows(counted.at_most()) == [(-1, 1, 1, 7), (5, 3, 2, 357)]


@pytest.mark.parametrize("widest", [1 << 10, 1 << 40])
def test_values_of_any_range_are_counted(widest: int) -> None:
    random = np.random.default_rng(2)
    values = np.zeros(BLOCK, dtype=np.int64)
    values[:5000] = random.integers(-widest, widest, 5000) // 7
    counted = count_block(values, BitMap(range(5000)), BitMap(), values)
    assert dict(zip(counted.values.tolist(), counted.people.tolist(), strict=True)) == Counter(values[:5000].tolist())
    assert counted.revenue.sum() == values[:5000].sum()


def test_most_people_of_a_block_are_counted_as_few_are() -> None:
    values = np.arange(BLOCK, dtype=np.int64) % 3
    counted = count_block(values, BitMap(range(1, BLOCK)), BitMap(), np.zeros(BLOCK, dtype=np.int64))
    assert counted.people.tolist() == [sum(1 for n in range(1, BLOCK) if n % 3 == v) for v in range(3)]


def test_blocks_are_added_and_nobody_is_nothing() -> None:
    one = count_block(by_place(p1=5), BitMap([1]), BitMap([1]), by_place(p1=10))
    other = count_block(by_place(p1=5, p2=6), BitMap([1, 2]), BitMap(), by_place(p1=1))
    assert rows(added([one, other])) == [(5, 2, 1, 11), (6, 1, 0, 0)]
    assert rows(added([])) == rows(NOBODY) == rows(count_block(by_place(), BitMap(), BitMap(), by_place())) == []
    assert rows(NOBODY.at_least()) == []


def test_everybody_is_counted_with_the_newest_day_only() -> None:
    days = [(1, BitMap([1, 2])), (3, BitMap([2, 3, 4])), (9, BitMap([1, 4, 5]))]
    counted = count_newest(days, BitMap([1, 2, 3, 5]), BitMap([1, 3]), by_place(p1=10, p2=20, p3=5, p4=99))
    assert rows(counted) == [(1, 2, 1, 30), (3, 1, 1, 5), (9, 1, 0, 0)]
    assert rows(counted.at_most()) == [(1, 2, 1, 30), (3, 3, 2, 35), (9, 4, 2, 35)]
    assert rows(count_newest([], BitMap([1]), BitMap(), by_place())) == []
