"""The default regression of the learners: small boosted trees, as an effect is a weak signal."""

from collections.abc import Callable

import numpy as np

from segspark.models.clustering.threads import one_thread

Predict = Callable[[np.ndarray], np.ndarray]
"""Features -> the expected value of each row."""
Fit = Callable[[np.ndarray, np.ndarray], Predict]
"""Features and values of people -> a fitted regression."""

# An effect is a tenth of the differences between people or less. Larger trees follow chance, and smaller leaves too.
N_TREES, N_LEAVES, LEARNING_RATE = 40, 4, 0.1
# People of a leaf: a hundredth of those fitted, within these limits.
LEAF_SHARE, LEAST_LEAF, MOST_LEAF = 0.01, 20, 200


def fit_trees(seed: int) -> Fit:
    """A fit function of boosted trees under squared loss: the mean of an amount, the probability of a 0 or 1."""

    def fit(features: np.ndarray, values: np.ndarray) -> Predict:
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = HistGradientBoostingRegressor(
            max_iter=N_TREES,
            max_leaf_nodes=N_LEAVES,
            learning_rate=LEARNING_RATE,
            min_samples_leaf=int(np.clip(LEAF_SHARE * len(values), LEAST_LEAF, MOST_LEAF)),
            early_stopping=False,
            random_state=seed,
        )
        with one_thread():
            model.fit(features, values)
        return lambda rows: _predict(model.predict, rows)

    return fit


def _predict(predict: Predict, rows: np.ndarray) -> np.ndarray:
    with one_thread():
        return np.asarray(predict(rows))
