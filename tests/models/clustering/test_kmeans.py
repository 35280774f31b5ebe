"""MLlib's groups are those of the search, whose sums Spark's tasks make."""

import numpy as np
import pytest
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession
from sklearn.metrics import silhouette_score

from segspark.models.clustering.blocks import MemoryBlocks, SparkBlocks
from segspark.models.clustering.fitted import Fitted, NoneFits
from segspark.models.clustering.gates import Gates
from segspark.models.clustering.joint import joint_sweep
from segspark.models.clustering.kmeans import fit_kmeans, model_of
from segspark.models.clustering.sweep import nearest


def blobs(seed: int, n: int, groups: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) + 6 * rng.normal(size=(groups, 3))[rng.integers(0, groups, n)]


def test_sums_by_spark_tasks_are_those_in_memory_and_mllib_has_the_groups(spark: SparkSession) -> None:
    points = blobs(5, 600)
    frame = spark.createDataFrame([tuple(map(float, p)) for p in points], "a double, b double, c double")
    frame = frame.repartition(3).localCheckpoint()
    in_memory = joint_sweep(MemoryBlocks(points), points, [3, 4], 2)
    by_tasks = joint_sweep(SparkBlocks(frame), points, [3, 4], 2)
    for k in (3, 4):
        np.testing.assert_allclose(by_tasks[k].centres, in_memory[k].centres)
        assert by_tasks[k].inertia == pytest.approx(in_memory[k].inertia)
    vectors = spark.createDataFrame([(p.tolist(),) for p in points], "x array<double>")
    vectors = vectors.select(array_to_vector("x").alias("features"))
    fitted = fit_kmeans(vectors, SparkBlocks(frame), points, range(2, 6), 2, Gates(0.7, 0.3, 20), 600)
    assert isinstance(fitted, Fitted)
    assert fitted.k == 4
    labels = nearest(points, np.array(fitted.centres))
    assert fitted.sweep[2].silhouette == pytest.approx(silhouette_score(points, labels), abs=1e-6)
    refused = fit_kmeans(vectors, SparkBlocks(frame), points, [2, 4], 2, Gates(0.7, 0.99, 20), 600)
    assert isinstance(refused, NoneFits)
    assert [(row.k, row.failed) for row in refused.sweep] == [(2, ("silhouette",)), (4, ("silhouette",))]
    assert refused.sweep[1].stability == fitted.sweep[2].stability
    assert [r.k for r in fitted.sweep] == [2, 3, 4, 5]
    assert all(r.stability is not None for r in fitted.sweep)
    sizes = sorted(r["count"] for r in fitted.stages[0].transform(vectors).groupBy("prediction").count().collect())
    assert sizes == sorted(int(s) for s in by_tasks[4].sizes)
    given_centres = model_of(vectors, in_memory[3].centres).clusterCenters()
    np.testing.assert_allclose(sorted(map(tuple, given_centres)), sorted(map(tuple, in_memory[3].centres)))
