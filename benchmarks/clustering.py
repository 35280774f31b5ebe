"""The search for k = 2 to 12 against MLlib and scikit-learn on the same data in one run: ``--set S`` or ``L``.

Ours gives for every k the centres, the inertia and the sizes over everybody, and the Euclidean silhouette of 5,000 people.
MLlib fits every k once and evaluates each silhouette, of squared distances over everybody; scikit-learn, in memory and without silhouettes, takes the best of ten starts. Ours and MLlib
read the same Parquet file. Only the ratios of one run mean anything.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from memory import peak_memory
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame
from sklearn.cluster import KMeans as MemoryKMeans

from segspark.models.clustering.blocks import SparkBlocks
from segspark.models.clustering.joint import Solution, joint_sweep
from segspark.models.clustering.silhouette import silhouettes
from segspark.models.clustering.sweep import nearest
from segspark.spark.session import local_session
from segspark.spark.startup import warm_up

SETS = {"S": 50_000, "L": 500_000}
KS, DIMENSIONS, GROUPS, SEED, SAMPLE = range(2, 13), 20, 8, 7, 20_000
T = TypeVar("T")


def draw(n: int) -> np.ndarray:
    """Groups of unequal size and width that overlap."""
    rng = np.random.default_rng(SEED)
    centres = rng.normal(0, 1.6, size=(GROUPS, DIMENSIONS))
    shares = np.arange(1, GROUPS + 1) / sum(range(1, GROUPS + 1))
    of = rng.choice(GROUPS, n, p=shares)
    return centres[of] + rng.normal(size=(n, DIMENSIONS)) * (0.6 + 0.1 * of)[:, None]


def ours(frame: DataFrame) -> tuple[dict[int, Solution], list[float]]:
    # The first rows of a file are any rows here; in the product the sample is drawn by the people's pseudonyms.
    rows = frame.limit(SAMPLE).toArrow()
    sample = np.column_stack([c.to_numpy() for c in rows.columns])
    found = joint_sweep(SparkBlocks(frame), sample, KS, SEED)
    return found, silhouettes(sample, [nearest(sample, solution.centres) for solution in found.values()])


def mllib(frame: DataFrame) -> dict[int, tuple[float, float]]:
    vectors = VectorAssembler(inputCols=frame.columns, outputCol="features").transform(frame).select("features")
    found = {}
    for k in KS:
        model = KMeans(k=k, seed=SEED).fit(vectors)
        found[k] = model.summary.trainingCost, ClusteringEvaluator().evaluate(model.transform(vectors))
    return found


def best_of_ten(points: np.ndarray) -> dict[int, float]:
    return {k: MemoryKMeans(k, n_init=10, random_state=SEED).fit(points).inertia_ for k in KS}


def measure(what: str, run: Callable[[], T], times: int) -> tuple[dict[str, object], T]:
    """Median of some runs, and the peak memory without the JVM's."""
    seconds = []
    with peak_memory() as peak:
        for _ in range(times):
            start = time.perf_counter()
            found = run()
            seconds.append(time.perf_counter() - start)
    row = {"what": what, "seconds": statistics.median(seconds), "times": times, "peak_mib": peak[0] >> 20}
    print(f"{what:60} {row['seconds']:8.2f} s {row['peak_mib']:6} MiB", flush=True)
    return row, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="S")
    parser.add_argument("--times", type=int, default=1, help="runs of each peer; ours runs three times")
    arguments = parser.parse_args()
    n = SETS[arguments.set]
    points, load = draw(n), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        columns = {f"x{at}": points[:, at] for at in range(DIMENSIONS)}
        pq.write_table(pa.table(columns), f"{folder}/points.parquet", row_group_size=n // 4)
        spark = local_session("bench", warehouse=Path(folder) / "warehouse")
        warm_up(spark)
        frame = spark.read.parquet(f"{folder}/points.parquet")
        ours(frame)
        rows = []
        row, (mine, apart) = measure("segspark, joint sweep with silhouettes", lambda: ours(frame), 3)
        rows.append(row)
        row, theirs = measure("MLlib, one fit and silhouette per k", lambda: mllib(frame), arguments.times)
        rows.append(row)
        row, ten = measure(
            "scikit-learn, best of ten per k, no silhouette", lambda: best_of_ten(points), arguments.times
        )
        rows.append(row)
        spark.stop()
    seconds = [r["seconds"] for r in rows]
    ratios = {
        "joint sweep / MLlib sweep with silhouettes": seconds[0] / seconds[1],
        "joint sweep / scikit-learn best of ten": seconds[0] / seconds[2],
        "worst inertia / scikit-learn best of ten": max(mine[k].inertia / ten[k] for k in KS),
    }
    by_k = {
        k: {
            "inertia": mine[k].inertia,
            "mllib_inertia": theirs[k][0],
            "scikit_learn_inertia": ten[k],
            "silhouette_euclidean": apart[at],
            "mllib_silhouette_squared": theirs[k][1],
        }
        for at, k in enumerate(KS)
    }
    for what, ratio in ratios.items():
        print(f"{what:60} {ratio:8.4f}")
    result = {
        "set": arguments.set, "people": n, "dimensions": DIMENSIONS, "seed": SEED, "cores": os.cpu_count(),
        "load_before": load, "versions": {p: version(p) for p in ("pyspark", "scikit-learn", "numpy", "scipy", "pyarrow")},
        "rows": rows, "ratios": ratios, "by_k": by_k,
    }  # fmt: skip
    name = "clustering.json" if arguments.set == "L" else f"clustering-{arguments.set}.json"
    path = Path(__file__).parent / "results" / name
    path.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
