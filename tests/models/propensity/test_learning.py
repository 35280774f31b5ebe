"""The learning curve on planted people: more of them teach more, and too few are not asked."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.config import Churn
from segspark.models.propensity.judged import Past, Scored
from segspark.models.propensity.learning import SHARES, learning_curve

CONFIG = Churn(max_iter=40)
NAMES = tuple(f"x{i}" for i in range(5))


def people(n: int, seed: int) -> Sample:
    """The label follows from two inputs of five, and from chance."""
    random = np.random.default_rng(seed)
    columns: Mapping[str, np.ndarray] = {f"x{i}": random.normal(size=n) for i in range(5)}
    odds = 2 * columns["x0"] * np.sign(columns["x1"]) + columns["x2"]
    return Sample(columns, (random.random(n) < 1 / (1 + np.exp(-odds))).astype(float))


def past(n: int) -> Past:
    random = np.random.default_rng(1)
    return Past(people(n, 2), random.random(n), random.random(n) < 0.1)


def judged(n: int = 3000) -> Scored:
    return Scored(people(n, 3), np.full(n, 0.5), np.arange(n) % 2)


def test_more_people_teach_more() -> None:
    points = learning_curve(past(8000), judged(), NAMES, CONFIG)
    assert [p.share for p in points] == list(SHARES)
    assert [round(p.n_rows / 8000, 1) for p in points] == [0.1, 0.2, 0.5, 1.0]
    assert points[-1].n_rows == 8000
    assert points[0].log_loss - points[-1].log_loss > 0.02
    assert points[-1].roc_auc > points[0].roc_auc + 0.01
    assert points[-1].roc_auc > 0.8


def test_what_trees_do_not_look_at_teaches_nothing() -> None:
    def telling(sample: Sample) -> Sample:
        return replace(sample, columns={**sample.columns, "label": sample.y})

    known, seen = past(2000), judged(500)
    more = replace(known, sample=telling(known.sample)), replace(seen, sample=telling(seen.sample))
    assert learning_curve(*more, NAMES, CONFIG) == learning_curve(known, seen, NAMES, CONFIG)


def test_equal_people_give_an_equal_curve() -> None:
    assert learning_curve(past(2000), judged(500), NAMES, CONFIG) == learning_curve(
        past(2000), judged(500), NAMES, CONFIG
    )


def test_a_share_without_enough_of_either_label_is_left_out() -> None:
    # A tenth of an eighth of 800 people is ten, of whom few have the rarer label.
    points = learning_curve(past(800), judged(500), NAMES, CONFIG)
    assert [p.share for p in points] == [0.25, 0.5, 1.0]
    # Half of 60 people do not fill two leaves.
    assert learning_curve(past(60), judged(500), NAMES, CONFIG) == ()


def test_the_curve_is_of_probabilities_calibrated_on_the_other_half() -> None:
    """Where the label has become rarer everywhere, a model that learnt before is off by the rate alone, which says nothing
    of how much it has learnt."""
    rarer = judged()
    y = np.where(np.random.default_rng(4).random(len(rarer.y)) < 0.5, rarer.y, 0.0)
    moved = Scored(Sample(rarer.sample.columns, y), rarer.p, rarer.fold)
    (*_, last) = learning_curve(past(8000), moved, NAMES, CONFIG)
    base = y.mean()
    assert last.log_loss < -(base * np.log(base) + (1 - base) * np.log(1 - base))
    assert last.roc_auc == pytest.approx(learning_curve(past(8000), judged(), NAMES, CONFIG)[-1].roc_auc, abs=0.15)
