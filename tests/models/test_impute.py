"""Imputation from neighbours, against scikit-learn, and along one person's time."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import KNNImputer

from segspark.models.impute import NearestImputer, fit_nearest, interpolate

NAN = float("nan")
NAMES = ("a", "b", "c", "d")


def gappy(n: int, share: float, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, len(NAMES))) * [1, 10, 100, 0.1] + [0, 5, -50, 1]
    values[rng.random(values.shape) < share] = NAN
    return {name: values[:, i] for i, name in enumerate(NAMES)}


@settings(max_examples=40, deadline=None)
@given(st.integers(12, 80), st.floats(0.0, 0.4), st.integers(1, 7), st.integers(0, 1000))
def test_it_is_scikit_learns_imputer_on_scaled_features(n: int, share: float, k: int, seed: int) -> None:
    columns = gappy(n, share, seed)
    imputer = fit_nearest(columns, NAMES, k=k)
    filled, is_imputed = imputer.apply(columns)
    values = np.column_stack([columns[name] for name in NAMES])
    scaled = (values - imputer.centre) / imputer.spread
    expected = KNNImputer(n_neighbors=k, keep_empty_features=True).fit_transform(scaled)
    ours = (np.column_stack([filled[name] for name in NAMES]) - imputer.centre) / imputer.spread
    # A row without any value has the same distance from nobody: scikit-learn takes the column's mean as well.
    assert np.allclose(ours, expected, atol=1e-7)
    assert np.array_equal(np.column_stack([is_imputed[name] for name in NAMES]), np.isnan(values))


def test_what_is_known_stays_and_what_is_saved_gives_the_same() -> None:
    columns = gappy(60, 0.2, 3)
    imputer = fit_nearest(columns, NAMES, k=3)
    saved = NearestImputer.from_dict(json.loads(json.dumps(imputer.as_dict())))
    filled, is_imputed = saved.apply(columns)
    again, _ = imputer.apply(columns)
    for name in NAMES:
        assert np.array_equal(filled[name], again[name])
        assert np.array_equal(filled[name][~is_imputed[name]], columns[name][~is_imputed[name]])
        assert not np.isnan(filled[name]).any()


def test_a_large_snapshot_is_represented_by_a_sample_and_comes_near_the_whole() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=20_000)
    b = 3 * a + rng.normal(size=20_000) * 0.1
    gaps = rng.random(20_000) < 0.1
    columns = {"a": a, "b": np.where(gaps, NAN, b)}
    imputer = fit_nearest(columns, ("a", "b"), sample=1_000)
    assert len(imputer.reference) == 1_000
    filled, _ = imputer.apply(columns)
    assert np.abs(filled["b"] - b)[gaps].mean() < 0.15


def test_no_neighbour_or_no_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one neighbour"):
        fit_nearest({"a": np.array([1.0])}, ("a",), k=0)


def test_a_gap_in_ones_time_lies_on_the_line_between_its_neighbours() -> None:
    person = np.array(["b", "a", "a", "a", "b", "a"])
    at = np.array([1, 0, 4, 10, 2, 20])
    values = np.array([NAN, 10.0, NAN, 20.0, NAN, NAN])
    filled, is_imputed = interpolate(person, at, values)
    assert filled.tolist()[1:4] == [10.0, 14.0, 20.0]
    assert filled[5] == 20.0
    # b never had a value: none is invented.
    assert np.isnan(filled[[0, 4]]).all()
    assert is_imputed.tolist() == [False, False, True, False, False, True]
