"""XGBoost on frozen rows: the same people and settings as the library is given on arrays, whatever the partitions."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from models.propensity.test_fit import CONFIG, CUTS, N, rows_of
from pyspark.sql import DataFrame, SparkSession

from segspark.models.propensity.xgboost_fit import fit_xgboost, why_not

xgboost = pytest.importorskip("xgboost")


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    return rows_of(spark).cache()


def on_arrays(rows: DataFrame) -> dict[tuple[str, Any], float]:
    """The library's own trees of the rows, in the order of people and cuts; its early stopping by the tenth kept aside."""
    found = sorted(rows.collect(), key=lambda r: (r["person_id"], r["cut_date"]))
    x, y = np.array([r["values"] for r in found], np.float32), np.array([r["label"] for r in found])
    aside = np.array([int(r["person_id"][6:10], 16) / 16**4 < 0.1 for r in found])
    model = xgboost.XGBClassifier(
        n_estimators=CONFIG.max_iter, max_depth=CONFIG.max_depth, learning_rate=CONFIG.step_size, min_child_weight=5.0,
        tree_method="hist", early_stopping_rounds=10, eval_metric="logloss", n_jobs=1, random_state=CONFIG.seed,
    )  # fmt: skip
    model.fit(x[~aside], y[~aside], eval_set=[(x[aside], y[aside])], verbose=False)
    p = model.predict_proba(x)[:, 1]
    return {(r["person_id"], r["cut_date"]): float(q) for r, q in zip(found, p, strict=True)}


def test_its_trees_are_those_of_the_library_on_the_same_people(rows: DataFrame) -> None:
    scorer = fit_xgboost(rows.repartition(5), 2 * N, CONFIG)
    scored = scorer(rows).collect()
    assert len(scored) == 2 * N
    expected = on_arrays(rows)
    found = {(r["person_id"], r["cut_date"]): r["p"] for r in scored}
    assert found == pytest.approx(expected, abs=1e-6)
    assert {r["fold"] for r in scored} == {0, 1}
    assert {r["cut_date"] for r in scored} == set(CUTS)
    assert {len(r["inputs"]) for r in scored} == {2}


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"spark.master": "local[2]"}, ""),
        ({"spark.master": "yarn"}, ""),
        ({"spark.master": "yarn", "spark.dynamicAllocation.enabled": "true"}, "dynamic_allocation"),
        # Spark itself takes no notice of it there.
        ({"spark.master": "local[2]", "spark.dynamicAllocation.enabled": "true"}, ""),
    ],
)
def test_executors_that_come_and_go_cannot_run_it(settings: dict[str, str], why: str) -> None:
    session: Any = SimpleNamespace(sparkContext="context", conf=settings)
    assert why_not(session) == why


def test_a_client_of_spark_connect_cannot_run_it() -> None:
    session: Any = SimpleNamespace(conf={})
    assert why_not(session) == "connect"
