"""Trees of Spark's models, from files and from a session: values add up to what Spark itself says."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.ml.classification import GBTClassificationModel, GBTClassifier
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.ml.functions import array_to_vector
from pyspark.ml.regression import GBTRegressionModel, GBTRegressor
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.errors import CheckFailed
from segspark.models.shapley.gbt import from_model, read_gbt
from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.shapley.trees import Ensemble

OLD = Path(__file__).parents[1] / "fixtures" / "churn" / "sparkml" / "stages" / "3_GBTClassifier_04bf852e3484"
FIELDS = ("feature", "threshold", "left", "right", "value", "cover", "weight")


def inputs() -> np.ndarray:
    """Few different values, so that rows lie on thresholds."""
    rng = np.random.default_rng(3)
    return np.column_stack([rng.integers(0, most, 300) for most in (90, 8, 3, 40)]) * 1.0


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    """x (all inputs), label (bought again), weight, features."""
    x = inputs()
    label = (x[:, 0] / 30 + x[:, 1] * x[:, 2] / 4 + x[:, 3] % 7 / 3 > 4).astype(float)
    table = {"x": x.tolist(), "label": label.tolist(), "weight": (1.0 + x[:, 1] / 10).tolist(), "at": range(len(x))}
    frame = spark.createDataFrame(list(zip(*table.values(), strict=True)), [*table]).repartition(1)
    return frame.withColumn("features", array_to_vector("x")).cache()


@pytest.fixture(scope="module")
def classifier(people: DataFrame) -> GBTClassificationModel:
    return GBTClassifier(maxIter=4, maxDepth=3, stepSize=0.3, subsamplingRate=0.7, weightCol="weight", seed=1).fit(
        people
    )


@pytest.fixture(scope="module")
def regression(people: DataFrame) -> GBTRegressionModel:
    return GBTRegressor(maxIter=2, maxDepth=2, seed=1).fit(people.withColumn("label", F.col("x")[3] + F.col("x")[1]))


def saved(model: Any, folder: Path) -> Path:
    model.write().save(f"file://{folder / 'model'}")
    return folder / "model"


def said(model: Any, people: DataFrame, column: str) -> np.ndarray:
    found = model.transform(people).orderBy("at").select(column).collect()
    return np.array([row[0] for row in found])


def assert_same(one: Ensemble, other: Ensemble) -> None:
    assert one.n_features == other.n_features
    for a, b in zip(one.trees, other.trees, strict=True):
        for field in FIELDS:
            assert np.array_equal(getattr(a, field), getattr(b, field)), field


def test_values_of_a_classifier_add_up_to_sparks_log_odds(
    classifier: GBTClassificationModel, people: DataFrame, tmp_path: Path
) -> None:
    tables = LeafTables.compile(read_gbt(saved(classifier, tmp_path)))
    log_odds = tables.base + tables.values(inputs()).sum(axis=1)
    # The raw prediction is half of them.
    assert log_odds == pytest.approx(2 * said(classifier, people, "rawPrediction")[:, 1], abs=1e-12)
    probability = said(classifier, people, "probability")[:, 1]
    assert 0.05 < probability.mean() < 0.95
    assert log_odds == pytest.approx(np.log(probability / (1 - probability)), abs=1e-9)


def test_values_of_a_regression_add_up_to_sparks_prediction(
    regression: GBTRegressionModel, people: DataFrame, tmp_path: Path
) -> None:
    tables = LeafTables.compile(read_gbt(saved(regression, tmp_path)))
    found = tables.base + tables.values(inputs()).sum(axis=1)
    assert found == pytest.approx(said(regression, people, "prediction"), abs=1e-9)


def test_a_session_shows_the_trees_that_are_saved(
    classifier: GBTClassificationModel, regression: GBTRegressionModel, tmp_path: Path
) -> None:
    for model in (classifier, regression):
        assert_same(from_model(model), read_gbt(saved(model, tmp_path / model.uid)))


def test_the_cover_is_the_weight_of_the_rows(classifier: GBTClassificationModel, people: DataFrame) -> None:
    root = from_model(GBTClassifier(maxIter=1, maxDepth=1, weightCol="weight", seed=1).fit(people)).trees[0]
    assert root.cover[0] == pytest.approx(sum(1.0 + inputs()[:, 1] / 10))


# --- Files alone ------------------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(OLD, tmp_path / OLD.name)
    return tmp_path / OLD.name


def change(folder: Path, part: str, by: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    (path,) = (folder / part).glob("part-*.parquet")
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(by(table.to_pylist()), schema=table.schema), path)


def test_an_old_model_is_read_without_a_session() -> None:
    ensemble = read_gbt(OLD)
    root = ensemble.trees[0]
    assert (len(ensemble.trees), ensemble.n_features) == (3, 4)
    assert [t.weight for t in ensemble.trees] == [2.0, 0.3, 0.3]
    assert root.feature.tolist() == [3, 0, -1, -1, -1]
    assert root.threshold.tolist()[:2] == [1.0201923076923076, 65.5]
    assert (root.left.tolist(), root.right.tolist()) == ([1, 2, -1, -1, -1], [4, 3, -1, -1, -1])
    assert root.cover.tolist() == [139, 23, 21, 2, 116]
    assert root.value[[2, 3, 4]].tolist() == [-1.0, 0.0, 1.0]


def test_the_order_of_rows_and_the_number_of_files_do_not_matter(copied: Path) -> None:
    (path,) = (copied / "data").glob("part-*.parquet")
    rows = pq.read_table(path)
    turned = rows.take(np.arange(rows.num_rows)[::-1])
    pq.write_table(turned.slice(0, 4), path)
    pq.write_table(turned.slice(4), path.with_name("part-00001.parquet"))
    assert_same(read_gbt(copied), read_gbt(OLD))


def test_missing_nodes_and_trees_are_told(copied: Path) -> None:
    change(copied, "data", lambda rows: rows[:-1])
    with pytest.raises(CheckFailed, match="tree 2 nodes are missing"):
        read_gbt(copied)
    change(copied, "data", lambda rows: [row for row in rows if row["treeID"] != 1])
    with pytest.raises(CheckFailed, match=r"Of the 3 trees .* some are missing"):
        read_gbt(copied)


def test_missing_weights_of_trees_are_told(copied: Path) -> None:
    change(copied, "treesMetadata", lambda rows: rows[1:])
    with pytest.raises(CheckFailed, match="Of the 3 trees"):
        read_gbt(copied)


def test_another_stage_is_refused() -> None:
    with pytest.raises(CheckFailed, match="is a VectorAssembler; trees are read of"):
        read_gbt(next(OLD.parent.glob("2_*")))


def test_splits_by_categories_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    people = spark.createDataFrame([(c, float(c in "bd")) for c in "aabbccdd" * 3], ["country", "label"])
    indexed = StringIndexer(inputCol="country", outputCol="at").fit(people).transform(people)
    vectors = VectorAssembler(inputCols=["at"], outputCol="features").transform(indexed)
    model = GBTClassifier(maxIter=1, maxDepth=1).fit(vectors)
    for read in (lambda: from_model(model), lambda: read_gbt(saved(model, tmp_path))):
        with pytest.raises(CheckFailed, match=r"splits the inputs \[0\] by categories"):
            read()


def test_a_model_without_java_is_refused() -> None:
    class Remote:
        """Of Spark Connect: its parts are on the server."""

        _java_obj = "a reference"

    with pytest.raises(CheckFailed, match="Spark Connect"):
        from_model(Remote())  # type: ignore[arg-type]
