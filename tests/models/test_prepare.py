"""Preparation: what is fitted, and that SQL and numpy apply it alike."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from sklearn.impute import KNNImputer

from segspark.models.prepare import Input, Outliers, Preparation, fit_preparation

NAN = float("nan")


def test_missing_values_take_the_median_or_the_given_value() -> None:
    columns = {"a": np.array([1.0, 2.0, 9.0, NAN]), "b": np.array([1.0, 2.0, 9.0, NAN])}
    a, b = fit_preparation(columns, [Input("a"), Input("b", fill=0.0)], clip_quantile=1.0).features
    assert (a.fill, b.fill) == (2.0, 0.0)


def test_values_beyond_the_quantiles_are_winsorised_to_values_that_occur() -> None:
    values = np.arange(1.0, 101.0)
    (fitted,) = fit_preparation({"x": values}, [Input("x")], clip_quantile=0.9).features
    assert (fitted.low, fitted.high) == (10.0, 90.0)


def test_a_count_of_a_rare_act_stays_a_count() -> None:
    # Of a thousand people 992 did nothing: the 99 % quantile is 0, and one click would be as many as nine.
    values = np.array([0.0] * 992 + [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0])
    (fitted,) = fit_preparation({"x": values}, [Input("x")]).features
    assert (fitted.low, fitted.high) == (0.0, 4.0)
    assert len(np.unique(fitted.apply(values))) == 5
    turned = fit_preparation({"x": -values}, [Input("x")]).features[0]
    assert (turned.low, turned.high) == (-4.0, 0.0)


@given(st.lists(st.integers(-30, 30), min_size=1, max_size=300), st.sampled_from([0.5, 0.9, 0.99]))
def test_no_clip_leaves_fewer_than_five_values_where_there_were_as_many(values: list[int], quantile: float) -> None:
    columns = {"x": np.array(values, dtype=float)}
    (fitted,) = fit_preparation(columns, [Input("x")], clip_quantile=quantile).features
    kept = np.unique(np.clip(columns["x"], fitted.low, fitted.high))
    assert len(kept) >= min(5, len(set(values)))


@pytest.mark.parametrize(
    ("scaling", "centre", "spread"),
    [("zscore", 3.0, math.sqrt(2.0)), ("minmax", 1.0, 4.0), ("robust", 3.0, 2.0)],
)
def test_scalings(scaling: str, centre: float, spread: float) -> None:
    values = {"x": np.array([1.0, 2.0, 3.0, 4.0, 5.0])}
    (fitted,) = fit_preparation(values, [Input("x")], 1.0, scaling).features  # type: ignore[arg-type]
    assert (fitted.centre, fitted.spread) == pytest.approx((centre, spread))


@pytest.mark.parametrize(
    ("outliers", "low", "high"),
    # Quartiles 2 and 6, median 4, median absolute deviation 2.
    [("iqr", 2 - 1.5 * 4, 6 + 1.5 * 4), ("mad", 4 - 3.5 * 1.4826 * 2, 4 + 3.5 * 1.4826 * 2), ("none", -1e300, 1e300)],
)
def test_outliers_are_winsorised_or_flagged_and_never_dropped(outliers: Outliers, low: float, high: float) -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0, NAN])
    (fitted,) = fit_preparation({"x": values}, [Input("x")], outliers=outliers).features
    assert (fitted.low, fitted.high) == pytest.approx((low, high))
    is_imputed, is_outlier = fitted.flags(values)
    assert is_imputed.tolist() == [False] * 7 + [True]
    assert is_outlier.tolist() == [False] * 6 + [outliers != "none", False]
    assert len(fitted.apply(values)) == 8


def test_where_half_of_the_values_are_equal_nothing_is_an_outlier() -> None:
    values = np.array([0.0] * 9 + [5.0])
    outliers: Outliers
    for outliers in ("iqr", "mad"):
        (fitted,) = fit_preparation({"x": values}, [Input("x")], outliers=outliers).features
        assert not fitted.flags(values)[1].any()


def test_rounding_errors_of_equal_values_are_no_variation() -> None:
    columns = {"x": np.array([NAN, NAN, 109338.0])}
    got = fit_preparation(columns, [Input("x", fill=0.0, log=True)]).apply(columns)
    assert np.abs(got).max() < 1e-9


def test_a_feature_that_does_not_vary_or_is_missing_everywhere_divides_by_one() -> None:
    columns = {"same": np.array([4.0, 4.0]), "none": np.array([NAN, NAN])}
    preparation = fit_preparation(columns, [Input("same"), Input("none", fill=7.0, log=True)])
    assert [f.spread for f in preparation.features] == [1.0, 1.0]
    assert np.array_equal(preparation.apply(columns), np.zeros((2, 2)))


@settings(max_examples=40)
@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(NAN)), min_size=3, max_size=40))
def test_z_scores_have_mean_zero_and_spread_one_or_zero(values: list[float]) -> None:
    columns = {"x": np.array(values)}
    got = fit_preparation(columns, [Input("x", fill=0.0, log=True)]).apply(columns)
    assert abs(got.mean()) < 1e-6
    assert abs(got.std() - 1) < 1e-6 or got.std() < 1e-6


def test_outliers_may_only_be_flagged() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0])
    (fitted,) = fit_preparation({"x": values}, [Input("x")], outliers="iqr", winsorise=False).features
    assert fitted.apply(values).argmax() == 6
    assert fitted.apply(values)[6] == pytest.approx((100 - values.mean()) / values.std())
    assert fitted.flags(values)[1].tolist() == [False] * 6 + [True]
    assert "least" not in fitted.sql()


def gappy(n: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    a = rng.gamma(1.0, 50.0, n)
    columns = {"a": a, "b": 3 * a + rng.normal(0, 5, n), "c": rng.normal(0, 1, n)}
    for values in columns.values():
        values[rng.random(n) < 0.2] = NAN
    return columns


NEAREST = [Input("a", log=True, impute="nearest"), Input("b", impute="nearest"), Input("c", impute="nearest")]


def test_neighbours_are_those_of_scikit_learn_among_the_scaled_features() -> None:
    columns = gappy(200, 4)
    preparation = fit_preparation(columns, NEAREST, neighbours=3)
    scaled = np.column_stack([f.apply(columns[f.name]) for f in preparation.features])
    assert np.isnan(scaled).any()
    assert np.allclose(preparation.apply(columns), KNNImputer(n_neighbors=3).fit_transform(scaled), atol=1e-9)
    assert not np.isnan(preparation.apply(columns)).any()


def test_a_feature_that_nobody_has_takes_its_constant() -> None:
    columns = {"a": np.full(3, NAN), "b": np.array([1.0, 2.0, NAN])}
    preparation = fit_preparation(columns, [Input("a", 7.0, impute="nearest"), Input("b", impute="nearest")])
    assert preparation.features[0].fill == 7.0
    assert not np.isnan(preparation.apply(columns)).any()


def test_what_is_saved_fills_from_the_same_neighbours() -> None:
    columns = gappy(60, 5)
    preparation = fit_preparation(columns, NEAREST, neighbours=3)
    again = Preparation.from_dict(json.loads(json.dumps(preparation.as_dict())))
    assert np.array_equal(again.apply(columns), preparation.apply(columns))


def test_the_saved_sql_gives_what_was_fitted(spark: SparkSession) -> None:
    rows = [(1.0, 5), (None, 80), (900.0, None), (-3.0, 0), (12.5, 7)]
    frame = spark.createDataFrame(rows, "a double, b int")
    columns = {n: np.array([NAN if r[i] is None else float(r[i]) for r in rows]) for i, n in enumerate("ab")}
    preparation = fit_preparation(columns, [Input("a", log=True, weight=2.0), Input("b", fill=1.0)], 0.8, "robust")
    made = preparation.stage().transform(frame).select(*preparation.columns).toPandas().to_numpy()
    assert np.allclose(made, preparation.apply(columns), rtol=1e-12, atol=1e-12)
    flagged = preparation.stage(with_flags=True).transform(frame)
    for fitted in preparation.features:
        said = flagged.select(f"is_imputed_{fitted.name}", f"is_outlier_{fitted.name}").toPandas().to_numpy()
        assert np.array_equal(said, np.column_stack(fitted.flags(columns[fitted.name])))
