"""Both trees of the hurdle on drawn people: the total is kept, and who is expected to spend more does."""

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from segspark.models.propensity.config import Trees
from segspark.models.propensity.inputs import Input
from segspark.models.value import hurdle_fit
from segspark.models.value.hurdle_fit import Hurdle, fit_hurdle, hurdle_stages, valued_by

N = 1200
INPUTS = (Input("recency", 0.0), Input("usual", 0.0))


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    """The longer ago, the less likely an order; amounts spread around what is usual of each, with a long tail."""
    rng, rows = np.random.default_rng(4), []
    for at in range(N):
        recency, usual = rng.uniform(0, 200), rng.choice([1000.0, 4000.0])
        buys = rng.random() < 1 / (1 + np.exp((recency - 100) / 25))
        # A factor with a mean of 1, whose logarithm has a mean of -0.32.
        cents = float(usual * np.exp(0.8 * rng.normal() - 0.32)) if buys else 0.0
        person = f"{at * 7919 % 16**6:06x}{at * 104729 % 16**6:06x}{at * 31337 % 16**6:06x}".ljust(32, "0")
        rows.append((person, "2026-01-01", int(buys), cents, [recency, float(usual)], recency, float(usual), 1.0))
    schema = (
        "person_id string, cut_date string, label int, cents double, values array<double>, recency double, usual double, "
        "value_cents double"
    )
    return spark.createDataFrame(rows, schema).cache()


@pytest.fixture(scope="module")
def hurdle(people: DataFrame) -> Hurdle:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hurdle_fit, "TREES", Trees(max_iter=8, max_depth=3))
        return fit_hurdle(people, N, people.where("label = 1").count())


def test_expected_values_keep_the_total_and_tell_people_apart(people: DataFrame, hurdle: Hurdle) -> None:
    found = valued_by(hurdle, people).toPandas()
    assert found["hurdle_cents"].sum() == pytest.approx(found["cents"].sum(), rel=0.1)
    # The mean is above the exponent of the mean logarithm, by e^0.32.
    assert hurdle.factor == pytest.approx(np.exp(0.32), rel=0.15)
    truth = found["usual"] / (1 + np.exp((found["recency"] - 100) / 25))
    assert np.corrcoef(found["hurdle_cents"], truth)[0, 1] > 0.95


def test_the_pipeline_says_the_same_less_the_discount(people: DataFrame, hurdle: Hurdle) -> None:
    said = PipelineModel(hurdle_stages(INPUTS, hurdle, 0.9)).transform(people.drop("values"))
    both = said.select("person_id", "value_cents").join(
        valued_by(hurdle, people).select("person_id", "hurdle_cents"), on="person_id", how="inner"
    )
    rows = both.toPandas()
    assert len(rows) == N
    assert rows["value_cents"].to_numpy() == pytest.approx(0.9 * rows["hurdle_cents"].to_numpy())
