"""Simulated randomised sends, a cheap regression, and the published real one, which is skipped where it is not there."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from segspark.models.uplift.trees import Predict
from segspark.models.uplift.trial import Trial

HILLSTROM = (
    Path(os.environ.get("SEGSPARK_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "hillstrom"
    / "hillstrom.csv.gz"
)


def fit_line(features: np.ndarray, values: np.ndarray) -> Predict:
    """Least squares with 0 for unknown values, for tests of what does not depend on the regression."""
    columns = np.column_stack([np.ones(len(features)), np.nan_to_num(features)])
    weights = np.linalg.lstsq(columns, values, rcond=None)[0]
    return lambda rows: np.column_stack([np.ones(len(rows)), np.nan_to_num(rows)]) @ weights


def trial(seed: int, n: int, effect: float, effect_of_first: float = 0.0, share: float = 0.5) -> Trial:
    """People who visit with 20 % or more, by their second feature; a mail adds ``effect``, and ``effect_of_first`` more
    where the first feature is above 0."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4))
    is_treated = rng.random(n) < share
    rate = 0.3 + 0.1 * np.tanh(features[:, 1]) + is_treated * (effect + effect_of_first * (features[:, 0] > 0))
    return Trial(is_treated, (rng.random(n) < rate).astype(float), features, share)


def hillstrom() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arms, visits and features of the published send to 64,000 customers."""
    if not HILLSTROM.exists():
        pytest.skip("no data in SEGSPARK_SHARED_DATA/hillstrom")
    with gzip.open(HILLSTROM, "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 64_000
    numbers = [[float(r[c]) for c in ("recency", "history", "mens", "womens", "newbie")] for r in rows]
    categories = [(name, value) for name in ("zip_code", "channel") for value in sorted({r[name] for r in rows})]
    flags = [[float(r[name] == value) for name, value in categories] for r in rows]
    features = np.column_stack([numbers, flags])
    return np.array([r["segment"] for r in rows]), np.array([float(r["visit"]) for r in rows]), features
