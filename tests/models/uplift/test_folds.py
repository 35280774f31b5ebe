"""Folds of people."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segspark.models.uplift.folds import folds_of


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.integers(2, 6), st.integers(0, 99))
def test_each_person_is_left_out_once_and_folds_are_alike(arms: list[bool], n_folds: int, seed: int) -> None:
    in_arm = np.array(arms)
    folds = list(folds_of(in_arm, n_folds, seed))
    assert sorted(np.concatenate([test for _, test in folds]).tolist()) == list(range(len(arms)))
    assert all(set(rows) | set(test) == set(range(len(arms))) and not set(rows) & set(test) for rows, test in folds)
    sizes, of_arm = [len(test) for _, test in folds], [int(in_arm[test].sum()) for _, test in folds]
    assert max(sizes) - min(sizes) <= 1
    assert max(of_arm) - min(of_arm) <= 1


def test_another_seed_makes_other_folds() -> None:
    arms = np.arange(100) % 2 == 0
    assert next(folds_of(arms, 5, 1))[1].tolist() != next(folds_of(arms, 5, 2))[1].tolist()
