"""Trees are fitted to some cuts, stop when more do not help, and give calibrated probabilities to the people of a day."""

from datetime import date

import numpy as np
import pytest
from pyspark.ml.classification import GBTClassificationModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.models.evaluate.calibration import calibrated
from segspark.models.evaluate.judgement import Blend, CalibrationMap
from segspark.models.propensity.announce import Announcement
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.contest import announced
from segspark.models.propensity.fit import BESIDE, CALIBRATED, Trees, fit_trees, pipeline, probability, scored_by
from segspark.models.propensity.inputs import Input
from segspark.models.propensity.judged import Scored
from segspark.models.propensity.training_set import for_trees

CUTS = (date(2026, 1, 1), date(2026, 4, 1))
CONFIG = Propensity(max_iter=12, max_depth=2)
INPUTS = (Input("days_since_order", 1000.0), Input("n_order_30d", 0.0))
N = 1500


def rows_of(spark: SparkSession) -> DataFrame:
    """The longer somebody has not bought, the less likely a next order is; of two who are alike the one with more orders
    of late is likelier to buy."""
    rng, rows = np.random.default_rng(4), []
    for cut in CUTS:
        for at in range(N):
            days, orders = rng.uniform(0, 200), rng.integers(0, 4)
            label = int(rng.random() < 1 / (1 + np.exp(-(days - 100) / 25 + orders)))
            digits = f"{at * 7919 % 16**4:04x}", f"{at * 104729 % 16**6:06x}{at * 31337 % 16**4:04x}"
            # As the smallest of several ids begins: with small digits.
            person = f"{at % 7:06x}{digits[0]}".ljust(18, "0") + digits[1] + "0000"
            rows.append((person, cut, label, [days, float(orders)]))
    return spark.createDataFrame(rows, "person_id string, cut_date date, label int, values array<double>")


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    return rows_of(spark).cache()


@pytest.fixture(scope="module")
def trees(rows: DataFrame) -> Trees:
    return fit_trees(rows, CUTS[:1], N, CONFIG)


def described(model: GBTClassificationModel) -> str:
    return model.toDebugString.split("\n", 1)[1]


def test_only_the_given_cuts_are_fitted_and_the_tree_count_is_known(trees: Trees) -> None:
    assert trees.n_rows == N
    assert 2 <= trees.n_trees <= CONFIG.max_iter


def test_fitting_stops_when_more_trees_do_not_help_people_kept_aside(rows: DataFrame) -> None:
    found = fit_trees(rows, CUTS, 2 * N, Propensity(max_iter=60, max_depth=5, step_size=1.0))
    assert found.n_trees < 30


def test_the_same_rows_give_the_same_trees_however_they_lie(rows: DataFrame, trees: Trees) -> None:
    again = fit_trees(rows.orderBy(F.col("person_id").desc()).repartition(5), CUTS[:1], N, CONFIG)
    assert described(again.model) == described(trees.model)


def test_of_too_many_rows_a_share_of_the_people_is_fitted(rows: DataFrame) -> None:
    few = CONFIG.model_copy(update={"max_iter": 1, "max_training_rows": 800})
    found = fit_trees(rows, CUTS, 2 * N, few)
    ids = [at * 104729 % 16**6 for at in range(N)]
    # The same people at every cut.
    assert found.n_rows == 2 * sum(i / 16**6 < 800 / (2 * N) for i in ids)


def test_people_of_another_cut_are_scored_with_their_inputs(rows: DataFrame, trees: Trees) -> None:
    found = scored_by(trees.model, rows.where(F.col("cut_date") == F.lit(CUTS[1]))).collect()
    assert len(found) == N
    assert {r["fold"] for r in found} == {0, 1}
    late = [r["p"] for r in found if r["inputs"][0] > 150]
    assert min(late) > max(r["p"] for r in found if r["inputs"][0] < 50)


def test_the_pipeline_fills_scores_and_calibrates(spark: SparkSession, trees: Trees) -> None:
    curve = CalibrationMap((0.2, 0.5, 0.8), (0.3, 0.35, 0.6))
    people = spark.createDataFrame(
        [("ann", 21, 1), ("bob", 172, 0), ("eve", 172, None)], "person_id string, days_since_order int, n_order_30d int"
    )
    scored = pipeline(INPUTS, trees.model, Announcement(None, curve)).transform(people)
    found = {r["person_id"]: r for r in scored.select("person_id", probability().alias("p"), CALIBRATED).collect()}
    for row in found.values():
        assert row[CALIBRATED] == pytest.approx(calibrated(curve, np.array([row["p"]]))[0])
    assert found["ann"][CALIBRATED] < found["bob"][CALIBRATED]
    # No order in thirty days is what a missing number stands for.
    assert found["eve"][CALIBRATED] == found["bob"][CALIBRATED]


def test_a_blend_in_the_pipeline_is_the_one_that_was_fitted(spark: SparkSession, trees: Trees) -> None:
    fitted = Announcement(Blend(0.2, 0.6, 0.5, -0.1), CalibrationMap((0.1, 0.5, 0.9), (0.15, 0.4, 0.95)))
    other = "1 / (1 + exp(-(x_days_since_order - 100) / 50.0D))"
    people = spark.createDataFrame(
        [("ann", 21, 1), ("bob", 172, 0), ("eve", 172, None)], "person_id string, days_since_order int, n_order_30d int"
    )
    rows = pipeline(INPUTS, trees.model, fitted, other).transform(people).orderBy("person_id")
    rows = rows.select(probability().alias("p"), BESIDE, CALIBRATED).collect()
    p, beside, announced = (np.array([row[name] for row in rows]) for name in ("p", BESIDE, CALIBRATED))
    nobody = Sample({}, np.zeros(3))
    assert announced == pytest.approx(fitted.of(Scored(nobody, p, np.zeros(3), beside)))
    assert beside == pytest.approx(1 / (1 + np.exp(-(np.array([21, 172, 172]) - 100) / 50)))


def test_what_a_simpler_model_alone_looks_at_reaches_it_and_no_tree(spark: SparkSession, trees: Trees) -> None:
    pace = Input("known_order_days", 0.0, "`n_order_day_lifetime`", ("n_order_day_lifetime",))
    fitted = Announcement(Blend(0.0, 0.0, 1.0, 0.0), CalibrationMap((0.0, 1.0), (0.0, 1.0)))
    other = "1 / (1 + `x_known_order_days`)"
    people = spark.createDataFrame(
        [("ann", 21, 1, 4), ("bob", 21, 1, 9)],
        "person_id string, days_since_order int, n_order_30d int, n_order_day_lifetime int",
    )
    model = pipeline(INPUTS, trees.model, fitted, other, (pace,))
    rows = {r["person_id"]: r for r in model.transform(people).collect()}
    assert [rows[who][BESIDE] for who in ("ann", "bob")] == [0.2, 0.1]
    assert rows["ann"]["features"] == rows["bob"]["features"]
    assert len(rows["ann"]["features"]) == len(INPUTS)
    # Frozen rows hold its values behind those of the trees, and the version says the same of them.
    values = F.array(*[F.expr(i.expression) for i in (*INPUTS, pace)])
    frozen = for_trees(people.select("person_id", F.lit(1).alias("label"), values.alias("values")), len(INPUTS))
    names = [i.name for i in (*INPUTS, pace)]
    found = {r["person_id"]: r for r in announced(model, frozen, names).collect()}
    for who, row in found.items():
        assert row["p"] == pytest.approx(rows[who][CALIBRATED])
    assert list(found["bob"]["inputs"]) == [21, 1, 9]
    scored = scored_by(trees.model, frozen.withColumn("cut_date", F.lit(CUTS[0]))).collect()
    assert {len(r["inputs"]) for r in scored} == {3}
