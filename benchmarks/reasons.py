"""Reasons for many people: rows a second on one core, for trees like those of churn, and for deeper ones.

    python -m benchmarks.reasons [--result FILE]

Trees are full and random, with forty-five inputs: a fitted tree of the same depth is smaller. Seconds are those of the
processor (user and system, one thread), since others may use the machine; the best of some runs. Where the shap library
is installed, its values of some rows are compared, and its time is shown.
"""

import argparse
import json
import os
import pickle
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from segspark.models.shapley.leaf_tables import LeafTables
from segspark.models.shapley.reasons import strongest
from segspark.models.shapley.trees import NOTHING, Ensemble, Tree

INPUTS, SEED = 45, 7
# Trees, depth, rows, times; the last holds no tables between two calls, so that a call has a cost of its own.
CASES = ((30, 4, 50_000, 5), (60, 4, 50_000, 5), (100, 4, 50_000, 5), (100, 6, 10_000, 3), (10, 10, 10_000, 1))
RESULT = Path(__file__).parent / "results" / "reasons.json"
T = TypeVar("T")


def grown(rng: np.random.Generator, depth: int) -> Tree:
    """A full tree, its nodes numbered by levels."""
    n, n_inner = 2 ** (depth + 1) - 1, 2**depth - 1
    node = np.arange(n)
    is_leaf = node >= n_inner
    cover = np.where(is_leaf, rng.integers(20, 2_000, n), 0.0)
    for at in range(n_inner - 1, -1, -1):
        cover[at] = cover[2 * at + 1] + cover[2 * at + 2]
    return Tree(
        feature=np.where(is_leaf, NOTHING, rng.integers(0, INPUTS, n)),
        threshold=rng.normal(size=n),
        left=np.where(is_leaf, NOTHING, 2 * node + 1),
        right=np.where(is_leaf, NOTHING, 2 * node + 2),
        value=np.where(is_leaf, rng.normal(size=n), 0.0),
        cover=cover,
        weight=0.3,
    )


def measured(run: Callable[[], T], times: int) -> tuple[float, T]:
    """The processor's seconds of the best run, and what it gave."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        found = run()
        seconds.append(time.process_time() - start)
    return min(seconds), found


def measure(n_trees: int, depth: int, n_rows: int, times: int) -> dict[str, Any]:
    rng = np.random.default_rng(SEED)
    ensemble = Ensemble(tuple(grown(rng, depth) for _ in range(n_trees)), INPUTS)
    rows = rng.normal(size=(n_rows, INPUTS))
    compiling, tables = measured(lambda: LeafTables.compile(ensemble), times)
    values_s, values = measured(lambda: tables.values(rows), times)
    reasons_s, _ = measured(lambda: strongest(values), times)
    content = pickle.dumps(tables)
    unpickling, _ = measured(lambda: pickle.loads(content), times)
    row = {
        "trees": n_trees, "depth": depth, "rows": n_rows, "compile_s": compiling, "unpickle_s": unpickling,
        "pickle_bytes": len(content), "values_s": values_s, "strongest_s": reasons_s,
        "rows_per_s": n_rows / (values_s + reasons_s),
    }  # fmt: skip
    return row | _compared(ensemble, rows[:500], values[:500])


def _compared(ensemble: Ensemble, rows: np.ndarray, values: np.ndarray) -> dict[str, Any]:
    """The largest difference from shap's values, and its rows a second; nothing if it is not installed."""
    if not find_spec("shap"):
        return {}
    import shap

    trees = [
        {
            "children_left": tree.left.astype(np.int32), "children_right": tree.right.astype(np.int32),
            "children_default": tree.right.astype(np.int32), "features": tree.feature.astype(np.int32),
            "thresholds": tree.threshold, "values": tree.value[:, None] * tree.weight, "node_sample_weight": tree.cover,
        }
        for tree in ensemble.trees
    ]  # fmt: skip
    explainer = shap.TreeExplainer({"trees": trees}, feature_perturbation="tree_path_dependent")
    seconds, theirs = measured(lambda: explainer.shap_values(rows), 1)
    return {
        "largest_difference_from_shap": float(np.abs(np.reshape(theirs, values.shape) - values).max()),
        "shap_rows_per_s": len(rows) / seconds,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--result", type=Path, default=RESULT)
    arguments = parser.parse_args()
    load, rows = os.getloadavg()[0], []
    for case in CASES:
        rows.append(row := measure(*case))
        print(f"{row['trees']:4} trees of depth {row['depth']:2}: {row['rows_per_s']:9,.0f} rows a second", flush=True)
    result = {
        "inputs": INPUTS, "seed": SEED, "cores_used": 1, "load_before": load, "rows": rows,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "versions": {name: found for name in ("numpy", "shap") if (found := _version(name))},
    }  # fmt: skip
    arguments.result.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
