"""What is found above a threshold, and what being wrong costs."""

import numpy as np

from segspark.models.evaluate.judgement import Threshold
from segspark.models.evaluate.thresholds import thresholds


def test_finding_more_people_misses_fewer_and_finds_more_in_vain() -> None:
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    y = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    found = thresholds(p, y, cost_false=1, cost_missed=5, shares=(0.2, 0.5))
    assert found == (Threshold(0.8, 2, 2, 1, 5.0), Threshold(0.5, 5, 3, 0, 2.0))


def test_people_of_one_probability_stay_together() -> None:
    p, y = np.array([0.9, 0.5, 0.5, 0.5]), np.array([0.0, 1.0, 1.0, 1.0])
    assert thresholds(p, y, 1, 1, shares=(0.25, 0.5, 0.75)) == (
        Threshold(0.9, 1, 0, 3, 4.0),
        Threshold(0.5, 4, 3, 0, 1.0),
    )
