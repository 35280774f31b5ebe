"""Losses and ranks, beside scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from segspark.models.evaluate.probabilities import losses, roc_auc, roc_auc_by_counts, squares, top_tenth_rate

people = st.lists(st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.integers(0, 1)), min_size=4, max_size=60)


@given(people)
def test_they_are_those_of_scikit_learn(rows: list[tuple[float, int]]) -> None:
    p, y = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], dtype=float)
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    assert losses(p, y).mean() == pytest.approx(log_loss(y, clipped, labels=[0, 1]))
    assert squares(p, y).mean() == pytest.approx(brier_score_loss(y, p, pos_label=1))
    if 0 < y.sum() < len(y):
        assert roc_auc(p, y) == pytest.approx(roc_auc_score(y, p))


@given(people, st.integers(0, 5))
def test_people_who_count_several_times_are_as_if_repeated(rows: list[tuple[float, int]], seed: int) -> None:
    p, y = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], dtype=float)
    counts = np.random.default_rng(seed).integers(0, 3, (2, len(p))).astype(float)
    for found, each in zip(roc_auc_by_counts(p, y, counts), counts.astype(int), strict=True):
        repeated = roc_auc(np.repeat(p, each), np.repeat(y, each))
        assert found == pytest.approx(repeated, nan_ok=True)


def test_nobody_of_one_kind_has_no_rank() -> None:
    assert np.isnan(roc_auc(np.array([0.1, 0.2]), np.array([1.0, 1.0])))


def test_the_top_tenth_takes_ties_in_proportion() -> None:
    likely = np.array([0.9] + [0.5] * 4 + [0.1] * 15)
    happened = np.array([1.0] + [1.0, 0.0, 0.0, 0.0] + [0.0] * 15)
    # A tenth is two people: the first, and one of the four who are alike, of whom a quarter did it.
    assert top_tenth_rate(likely, happened) == pytest.approx((1 + 0.25) / 2)
