"""The default regression."""

import numpy as np

from segspark.models.uplift.trees import fit_trees

RNG = np.random.default_rng(4)
FEATURES = RNG.normal(size=(2000, 3))
HIGH = FEATURES[:, 1] > 0


def test_it_finds_a_step_and_the_same_seed_the_same_trees() -> None:
    features = FEATURES.copy()
    features[:100, 0] = np.nan
    values = HIGH + RNG.normal(scale=0.5, size=2000)
    first, again = (fit_trees(1)(features, values)(features) for _ in range(2))
    assert (first == again).all()
    assert abs(first[HIGH].mean() - 1) < 0.05
    assert abs(first[~HIGH].mean()) < 0.05


def test_few_people_are_not_learnt_by_heart() -> None:
    noise = RNG.normal(size=60)
    predicted = fit_trees(1)(FEATURES[:60], noise)(FEATURES[:60])
    assert predicted.std() < 0.7 * noise.std()
