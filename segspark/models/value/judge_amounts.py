"""Judge expected amounts by what people spent: R2, and calibration by tenths of the people."""

import numpy as np

from segspark.models.evaluate.bootstrap import bootstrap, interval
from segspark.models.evaluate.judgement import Estimate
from segspark.models.value.amounts import Amounts, Tenth

TENTHS = 10


def judge_amounts(announced: np.ndarray, observed: np.ndarray) -> Amounts:
    """
    Args:
        announced, observed: cents, one person each; not all spent the same.
    """
    order = np.argsort(announced, kind="stable")
    tenths = tuple(
        Tenth(len(part), float(announced[part].mean()), float(observed[part].mean()))
        for part in np.array_split(order, TENTHS)
        if len(part)
    )
    mean = float(observed.mean())
    distance = sum(t.n * abs(t.announced - t.observed) for t in tenths) / len(observed)
    unexplained = ((observed - announced) ** 2).sum() / ((observed - mean) ** 2).sum()
    return Amounts(float(1 - unexplained), distance / mean, float(announced.mean()) / mean, tenths)


def gain_in_r2(ours: np.ndarray, theirs: np.ndarray, observed: np.ndarray) -> Estimate:
    """How much more of the variance ours explain than theirs; both meet the same people in each bootstrap round."""
    less = (observed - theirs) ** 2 - (observed - ours) ** 2
    columns = np.column_stack([less, observed, observed**2])

    def gains(counts: np.ndarray) -> np.ndarray:
        gained, total, squares = (counts @ columns).T
        return np.asarray(gained / (squares - total**2 / len(observed)))

    value = float(gains(np.ones((1, len(observed))))[0])
    return interval(value, bootstrap(len(observed), gains))
