"""Metrics from bins equal scikit-learn's on the people themselves, ties included."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from segspark.models.evaluate.ranking import Bin, evaluate

people = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=12, max_size=80)


def bins_of(rows: list[tuple[int, bool]]) -> list[Bin]:
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for score, positive in rows:
        counted[score][0] += 1
        counted[score][1] += positive
    return [Bin(s / 20, n, p) for s, (n, p) in sorted(counted.items(), reverse=True)]


@given(people)
def test_equal_to_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    label = np.array([p for _, p in rows])
    assume(label.any() and not label.all())
    score = np.array([s / 20 for s, _ in rows])
    found = evaluate(bins_of(rows))
    assert found.roc_auc == pytest.approx(roc_auc_score(label, score))
    assert found.pr_auc == pytest.approx(average_precision_score(label, score))
    assert found.brier == pytest.approx(brier_score_loss(label, score))
    assert found.base_rate == pytest.approx(label.mean())


@given(people)
def test_the_deciles_hold_everybody_once(rows: list[tuple[int, bool]]) -> None:
    label = np.array([p for _, p in rows])
    assume(label.any())
    found = evaluate(bins_of(rows))
    # Tenths of the people, an edge shared in proportion: their mean rate is the base rate.
    assert sum(d.rate for d in found.deciles) / 10 == pytest.approx(label.mean())
    assert found.top_decile_lift == found.deciles[0].lift


def test_one_class_alone_has_no_ranking() -> None:
    found = evaluate([Bin(0.5, 20, 0)])
    assert np.isnan(found.roc_auc)
    assert np.isnan(found.pr_auc)
