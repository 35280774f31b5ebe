"""Comparisons, sums and values of bit slices are those of the numbers themselves."""

from operator import eq, ge, gt, le, lt, ne

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from segspark.bits.bitmap import bitmap_of
from segspark.bits.slices import Numbers, slice_numbers

NUMBERS = st.one_of(st.integers(-40, 40), st.integers(-(2**40), 2**40))
PEOPLE = st.dictionaries(st.integers(0, 200_000), st.none() | NUMBERS, max_size=30)
OPERATORS = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def sliced(people: dict[int, int | None]) -> Numbers:
    places = np.array(sorted(people), dtype=np.int64)
    is_missing = np.array([people[p] is None for p in places.tolist()], dtype=bool)
    numbers = np.array([people[p] or 0 for p in places.tolist()], dtype=np.int64)
    return Numbers.of(bitmap_of(places), slice_numbers(places, numbers, is_missing))


@given(PEOPLE, NUMBERS, st.sampled_from(sorted(OPERATORS)))
def test_a_comparison_gives_the_people_for_whom_it_is_true(people: dict[int, int | None], number: int, op: str) -> None:
    true = {p for p, value in people.items() if value is not None and OPERATORS[op](value, number)}
    assert set(sliced(people).compare(op, number)) == true


@given(PEOPLE, NUMBERS, NUMBERS)
def test_between_includes_both_ends(people: dict[int, int | None], low: int, high: int) -> None:
    assert set(sliced(people).between(low, high)) == {
        p for p, v in people.items() if v is not None and low <= v <= high
    }


@given(PEOPLE, st.lists(NUMBERS, max_size=4))
def test_among_is_any_of_the_numbers(people: dict[int, int | None], numbers: list[int]) -> None:
    assert set(sliced(people).among(numbers)) == {p for p, v in people.items() if v in numbers and v is not None}


@given(PEOPLE, st.sets(st.integers(0, 200_000)))
def test_a_total_counts_the_asked_people_and_nothing_for_the_missing(
    people: dict[int, int | None], more: set[int]
) -> None:
    asked = {*list(people)[::2], *more}
    assert sliced(people).total(BitMap(asked)) == sum(v for p, v in people.items() if v is not None and p in asked)


@given(PEOPLE)
def test_values_come_back_by_place(people: dict[int, int | None]) -> None:
    numbers = sliced(people).by_place()
    assert {p: int(numbers[p]) for p in people} == {p: v or 0 for p, v in people.items()}
    assert np.count_nonzero(numbers) == sum(1 for v in people.values() if v)


def test_the_values_of_a_dense_block_come_back() -> None:
    numbers = np.random.default_rng(1).integers(-1000, 1000, 1 << 20)
    places = np.arange(1 << 20)
    slices = slice_numbers(places, numbers, np.zeros(1 << 20, dtype=bool))
    assert set(slices) == {"-", *map(str, range(10))}
    assert (Numbers.of(bitmap_of(places), slices).by_place() == numbers).all()


def test_what_compares_no_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="like compares no numbers"):
        sliced({1: 1}).compare("like", 1)
