"""Shapley values of one leaf: by hand, by definition, and by the laws that they keep."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.shapley.product_games import shapley_tables

SHARE = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


def by_definition(shares: list[float], answers: list[int]) -> list[float]:
    d = len(shares)

    def worth(known: tuple[int, ...]) -> float:
        return float(np.prod([answers[i] if i in known else shares[i] for i in range(d)]))

    return [
        sum(
            factorial(size) * factorial(d - 1 - size) / factorial(d) * (worth((*others, j)) - worth(others))
            for size in range(d)
            for others in combinations([i for i in range(d) if i != j], size)
        )
        for j in range(d)
    ]


def bits(pattern: int, d: int) -> list[int]:
    return [pattern >> i & 1 for i in range(d)]


def test_one_input_moves_from_its_share_to_its_answer() -> None:
    assert shapley_tables(np.array([[0.25]])).tolist() == [[[-0.25, 0.75]]]


def test_two_inputs_by_hand() -> None:
    # Input 0 answers yes, input 1 no: (1 - .5) * (.2 + 0) / 2, and (0 - .2) * (.5 + 1) / 2.
    (table,) = shapley_tables(np.array([[0.5, 0.2]]))
    assert table[:, 0b01] == pytest.approx([0.05, -0.15], abs=1e-15)


@given(st.lists(SHARE, min_size=1, max_size=5))
def test_tables_are_those_of_the_definition(shares: list[float]) -> None:
    (table,) = shapley_tables(np.array([shares]))
    for pattern in range(1 << len(shares)):
        assert table[:, pattern] == pytest.approx(by_definition(shares, bits(pattern, len(shares))), abs=1e-14)


@given(st.lists(SHARE, min_size=1, max_size=12))
def test_values_add_up_to_the_step_from_expected_to_known(shares: list[float]) -> None:
    (table,) = shapley_tables(np.array([shares]))
    steps = np.zeros(1 << len(shares))
    steps[-1] = 1
    assert table.sum(axis=0) == pytest.approx(steps - np.prod(shares), abs=1e-13)


@given(SHARE, st.lists(SHARE, max_size=8))
def test_inputs_that_are_alike_get_the_same(share: float, others: list[float]) -> None:
    (table,) = shapley_tables(np.array([[share, *others, share]]))
    patterns = np.arange(table.shape[1])
    alike = (patterns & 1) == patterns >> (len(others) + 1)
    assert table[0, alike] == pytest.approx(table[-1, alike], abs=1e-14)


def test_several_leaves_are_what_each_is_alone() -> None:
    shares = np.random.default_rng(1).random((4, 3))
    alone = np.concatenate([shapley_tables(row[None]) for row in shares])
    assert shapley_tables(shares) == pytest.approx(alone, abs=1e-15)
