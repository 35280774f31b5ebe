"""Models beside others on the same rows, in one sitting: MLlib's trees as the program fits them, scikit-learn's and xgboost's.

    python -m benchmarks.models [--rows 20000 100000] [--customers 10000000] [--xgboost PYTHON] [--result FILE]

Each gets the same training rows, keeps the same tenth of the people aside for stopping, has the same number of trees,
depth and step at most, and is asked about the same held-out rows. Seconds are those of the clock: only their ratios within
one sitting say something, and the load of the machine is noted. xgboost is no dependency: it is measured where it is
installed, or with another Python that has it. Rows are made from a seed; Telco and online_shoppers are taken from
SEGSPARK_SHARED_DATA where it has them (one fifth held out).

Beside them stand the rows a second of reasons (``benchmarks.reasons``), and BG/NBD fitted to a made list of customers:
its seconds, and the parameters that were planted and found.
"""

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks import reasons, xgboost_peer
from segspark.config.url import Url
from segspark.models.propensity.config import Trees
from segspark.models.propensity.fit import fit_to, scored_by
from segspark.models.table.columns import encode
from segspark.models.table.config import FlatTable
from segspark.models.table.read import read_table
from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.bgnbd_fit import BgNbdFit, fit_bgnbd
from segspark.models.value.cells import Cells
from segspark.spark.session import local_session

SEED, INPUTS, TEST_ROWS = 7, 40, 20_000
DATA = Path(os.environ.get("SEGSPARK_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
RESULT = Path(__file__).parent / "results" / "models.json"
REAL = {
    "telco": ("telco/Telco-Customer-Churn.csv.gz", {"label": "Churn", "id": "customerID"}),
    "online_shoppers": ("online_shoppers/online_shoppers_intention.csv.gz", {"label": "Revenue", "delimiter": ";"}),
}
PLANTED = BgNbd(0.6, 60.0, 0.8, 2.5)


@dataclass(frozen=True)
class Rows:
    """Training rows, and held-out ones.

    Attributes:
        ids: 32 hexadecimal digits of whom a training row is of.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    ids: list[str]
    test: np.ndarray
    test_y: np.ndarray

    @property
    def is_aside(self) -> np.ndarray:
        """As ``draws.is_aside`` says it in SQL."""
        return np.array([int(i[6:10], 16) / 16**4 < 0.1 for i in self.ids])


def made(n: int) -> Rows:
    """Skewed counts, amounts and days as a shop has them; a fifth of the inputs tell something of the label."""
    rng = np.random.default_rng(SEED)
    total = n + TEST_ROWS
    x = np.floor(np.exp(rng.normal(0, 1.2, (total, INPUTS))) * 3)
    x[:, ::2][rng.random((total, INPUTS // 2)) < 0.5] = 0
    logs = np.log1p(x[:, :8])
    margin = 1.2 * logs[:, 0] - logs[:, 1] + 0.8 * logs[:, 2] * (logs[:, 3] > 1) - 0.7 * np.abs(logs[:, 4] - 1.2)
    margin += 0.5 * (logs[:, 5] > logs[:, 6]) + 0.3 * logs[:, 7]
    y = (rng.random(total) < 1 / (1 + np.exp(-(margin - margin.mean())))).astype(int)
    return Rows(f"made {n:,}", x[:n], y[:n], _ids(rng, n), x[n:], y[n:])


def real(name: str) -> Rows | None:
    """A published table, encoded as the program does it; None where it is not there."""
    file, section = REAL[name]
    if not (DATA / file).exists():
        print(f"{name}: skipped, no {file} in SEGSPARK_SHARED_DATA")
        return None
    config = FlatTable.model_validate({"file": str(DATA / file), **section})
    table = read_table(Url(str(DATA / file)), config, name)
    encoded = encode(table.rows, config)
    x = np.column_stack(list(encoded.columns.values()))
    y = table.rows[config.label].str.casefold().isin(config.positive).to_numpy(int)
    rng = np.random.default_rng(SEED)
    here = rng.random(len(y)) < 0.2
    return Rows(name, x[~here], y[~here], _ids(rng, int((~here).sum())), x[here], y[here])


def _ids(rng: np.random.Generator, n: int) -> list[str]:
    return [row.tobytes().hex() for row in rng.integers(0, 256, (n, 16), dtype=np.uint8)]


def by_mllib(spark: SparkSession, rows: Rows, config: Trees, folder: Path) -> dict[str, Any]:
    def stored(name: str, ids: list[str], x: np.ndarray, y: np.ndarray) -> Any:
        columns = {"person_id": ids, "cut_date": [date(2026, 1, 1)] * len(y), "label": y.astype(np.int32),
                   "values": list(x)}  # fmt: skip
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
        return spark.read.parquet(str(folder / f"{name}.parquet"))

    train = stored("train", rows.ids, rows.x, rows.y)
    start = time.perf_counter()
    trees = fit_to(train, len(rows.y), config)
    seconds = time.perf_counter() - start
    ids = [f"{at:032x}" for at in range(len(rows.test_y))]
    scored = scored_by(trees.model, stored("test", ids, rows.test, rows.test_y)).orderBy("person_id").toPandas()
    return {"p": scored["p"].to_numpy(), "seconds": seconds, "trees": trees.n_trees}


def by_sklearn(rows: Rows, config: Trees) -> dict[str, Any]:
    model = HistGradientBoostingClassifier(
        max_iter=config.max_iter, max_depth=config.max_depth, learning_rate=config.step_size, early_stopping=True,
        n_iter_no_change=1, min_samples_leaf=20, random_state=config.seed,
    )  # fmt: skip
    aside = rows.is_aside
    start = time.perf_counter()
    model.fit(rows.x[~aside], rows.y[~aside], X_val=rows.x[aside], y_val=rows.y[aside])
    seconds = time.perf_counter() - start
    return {"p": model.predict_proba(rows.test)[:, 1], "seconds": seconds, "trees": model.n_iter_}


def by_xgboost(rows: Rows, config: Trees, python: str, folder: Path) -> dict[str, Any] | None:
    """None where it is not installed."""
    settings = {
        "cores": os.cpu_count(),
        **{k: getattr(config, k) for k in ("max_iter", "max_depth", "step_size", "seed")},
    }
    if find_spec("xgboost"):
        return xgboost_peer.fit(rows.x, rows.y, rows.is_aside, rows.test, settings)
    if not python:
        print("xgboost: skipped, it is not installed; --xgboost names a Python that has it")
        return None
    given, asked, found = (folder / name for name in ("rows.npz", "settings.json", "found.npz"))
    np.savez(given, x=rows.x, y=rows.y, is_aside=rows.is_aside, test=rows.test)
    asked.write_text(json.dumps(settings))
    subprocess.run([python, xgboost_peer.__file__, str(given), str(asked), str(found)], check=True)
    with np.load(found) as result:
        return {"p": result["p"], **{k: result[k].item() for k in ("seconds", "trees", "version")}}


def compare(spark: SparkSession, rows: Rows, python: str) -> Iterator[dict[str, Any]]:
    """A line for each program; the ratio is to the seconds of scikit-learn."""
    config = Trees(max_training_rows=max(100, len(rows.y)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = {
            "mllib": by_mllib(spark, rows, config, folder), "sklearn": by_sklearn(rows, config),
            "xgboost": by_xgboost(rows, config, python, folder),
        }  # fmt: skip
    for name, result in found.items():
        if result is None:
            continue
        p = np.clip(result.pop("p"), 1e-6, 1 - 1e-6)
        ratio = result["seconds"] / found["sklearn"]["seconds"]
        yield {"rows": rows.name, "inputs": rows.x.shape[1], "program": name, **result, "times_sklearn": ratio,
               "auc": roc_auc_score(rows.test_y, p), "log_loss": log_loss(rows.test_y, p),
               "load": os.getloadavg()[0]}  # fmt: skip


def customers(n: int) -> dict[str, Any]:
    """BG/NBD fitted to the cells of a made list: whole days, as the program counts them."""
    rng = np.random.default_rng(SEED)
    age = rng.integers(30, 1_000, n)
    rate, p = rng.gamma(PLANTED.r, 1 / PLANTED.alpha, n), rng.beta(PLANTED.a, PLANTED.b, n)
    now, x, last, going = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n), np.arange(n)
    while len(going):
        now[going] += rng.exponential(size=len(going)) / rate[going]
        going = going[now[going] <= age[going]]
        x[going] += 1
        last[going] = now[going]
        going = going[rng.random(len(going)) >= p[going]]
    del now, rate, p, going
    # A history as one whole number: orders, day of the last one, days since the first one.
    t_x = np.maximum(np.round(last).astype(np.int64), (x > 0).astype(np.int64))
    keys, people = np.unique((x * 1_000 + np.minimum(t_x, age)) * 1_000 + age, return_counts=True)
    cells = Cells(keys // 1_000_000, keys // 1_000 % 1_000, keys % 1_000, people)
    start = time.perf_counter()
    fit = fit_bgnbd(cells)
    seconds = time.perf_counter() - start
    assert isinstance(fit, BgNbdFit)
    names = ("r", "alpha", "a", "b")
    return {"customers": n, "cells": len(keys), "fit_s": seconds, "load": os.getloadavg()[0],
            "planted": {k: getattr(PLANTED, k) for k in names}, "found": {k: getattr(fit.model, k) for k in names},
            "standard_errors_of_logs": list(fit.errors)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[20_000, 100_000])
    parser.add_argument("--customers", type=int, default=10_000_000)
    parser.add_argument("--xgboost", default="", metavar="PYTHON")
    parser.add_argument("--result", type=Path, default=RESULT)
    arguments = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as warehouse:
        spark = local_session("benchmarks.models", warehouse=Path(warehouse))
        sets = [*(made(n) for n in arguments.rows), *(found for name in REAL if (found := real(name)))]
        # Not measured: the JVM compiles on its first fit.
        list(compare(spark, made(2_000), arguments.xgboost))
        for rows in sets:
            for line in compare(spark, rows, arguments.xgboost):
                lines.append(line)
                print(
                    "{rows:>18} {program:8} {seconds:7.2f} s  AUC {auc:.4f}  log-loss {log_loss:.4f}".format(**line),
                    flush=True,
                )
        spark.stop()
    reason = reasons.measure(60, 4, 50_000, 3)
    print(f"reasons: {reason['rows_per_s']:,.0f} rows a second and core", flush=True)
    value = customers(arguments.customers) if arguments.customers else {}
    result = {
        "seed": SEED, "trees": Trees().model_dump(include={"max_iter", "max_depth", "step_size"}), "fits": lines,
        "reasons": reason, "value": value,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("pyspark", "scikit-learn", "numpy")},
    }  # fmt: skip
    print(json.dumps(value))
    arguments.result.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
