"""Trains a model on rows that lie in other partitions and in another order each time, and tells its fingerprints.

    python tests/models/propensity/same_trainings.py MASTER ROWS SCRATCH FIRST N

The rows are of a made shop whose buyers follow BG/NBD, so that its probability is blended with the trees.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from models.value.simulated import simulate
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from segspark.models.fingerprint import fingerprint_of
from segspark.models.propensity.baselines import baselines_of, fit_baselines
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.cuts import Cuts
from segspark.models.propensity.fit import pipeline
from segspark.models.propensity.fits import Fits, fit_all
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.inputs import PACE, Input
from segspark.models.propensity.judged import read_past
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.propensity.training_set import for_trees
from segspark.models.value.bgnbd import BgNbd
from segspark.spark.session import local_session

PEOPLE = 2_000
WINDOW = Window(28)
CUTS = Cuts((date(2026, 1, 1), date(2026, 1, 29)), date(2026, 2, 26))
CONFIG = Propensity(max_iter=5, max_depth=3, label_days=WINDOW.days, min_people=100)
INPUTS = tuple(Input(name, 0.0) for name in ("days_since_order", "rounded", "constant", "noise"))


def write_rows(path: Path, seed: int = 3) -> None:
    """Rows of gold.training_sets. Some inputs have few values, so that many splits are nearly as good as others."""
    rng, tables = np.random.default_rng(seed), []
    for cut in CUTS.all:
        age = rng.integers(5, 300, PEOPLE).astype(float)
        shop = simulate(BgNbd(0.6, 25.0, 0.9, 2.5), age, seed=cut.toordinal(), after=float(WINDOW.days))
        x, t_x = shop.cells.x, np.floor(shop.cells.t_x)
        inputs = np.column_stack(
            [age - t_x + 1, np.round(x / 3), np.ones(PEOPLE), rng.integers(0, 4, PEOPLE), x + 1, age + 1]
        )
        ids = ["".join(f"{digit:x}" for digit in rng.integers(0, 16, 32)) for _ in range(PEOPLE)]
        columns = {"person_id": ids, "cut_date": [cut] * PEOPLE, "label": (shop.later == 0).astype(np.int32),
                   "values": list(inputs)}  # fmt: skip
        tables.append(pa.table(columns))
    pq.write_table(pa.concat_tables(tables), path)


def train(rows: DataFrame, folder: Path) -> tuple[Fits, str]:
    """The fits of a training, and the fingerprint of the pipeline that is published, with blend and calibration."""
    rows = for_trees(rows, len(INPUTS))
    frozen = Frozen("set", rows, INPUTS, CUTS, dict.fromkeys(CUTS.all, PEOPLE), {}, beside=PACE)
    past = read_past(rows.where(F.col("cut_date").isin(*CUTS.train)), frozen.all_inputs, frozen.of(CUTS.train)).sample
    bgnbd = fit_baselines(past, baselines_of(NO_ORDER, WINDOW.days))["bgnbd"]
    fits = fit_all(frozen, WINDOW, CONFIG, bgnbd)
    other = bgnbd.sql if fits.announcement.blend else ""
    model = pipeline(INPUTS, fits.published.model, fits.announcement, other, PACE)
    model.write().overwrite().save(str(folder))
    return fits, fingerprint_of(folder)


def laid_out(rows: DataFrame, nth: int) -> DataFrame:
    """The same rows in 1 to 10 partitions, each time in another order."""
    return rows.repartition(1 + nth % 10).sortWithinPartitions(F.rand(nth))


def fingerprints(spark: SparkSession, path: Path, folder: Path, first: int, n: int) -> Iterator[str]:
    rows = spark.read.parquet(str(path))
    for nth in range(first, first + n):
        yield train(laid_out(rows, nth), folder / str(nth))[1]


if __name__ == "__main__":
    master, path, scratch, first, n = sys.argv[1:]
    session = local_session("trainings", warehouse=Path(scratch) / "warehouse", master=master)
    print(json.dumps(list(fingerprints(session, Path(path), Path(scratch), int(first), int(n)))))
    session.stop()
