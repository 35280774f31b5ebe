"""A training of the same frozen rows gives the same numbers, on any number of cores and however the rows lie."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from models.propensity import same_trainings
from models.propensity.same_trainings import laid_out, train, write_rows
from pyspark.sql import SparkSession

TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    write_rows(path)
    return path


@pytest.mark.slow
def test_two_trainings_of_rows_that_lie_differently_have_one_fingerprint(
    spark: SparkSession, rows: Path, tmp_path: Path
) -> None:
    stored = spark.read.parquet(str(rows))
    found = [train(laid_out(stored, nth), tmp_path / str(nth)) for nth in (1, 6)]
    fits = found[0][0]
    # All parts are there, so that the fingerprint speaks of each.
    assert fits.announcement.blend is not None
    assert fits.published.n_trees > 1
    assert len({fingerprint for _, fingerprint in found}) == 1


@pytest.mark.slow
def test_ten_trainings_on_one_core_and_on_two_have_one_fingerprint(rows: Path, tmp_path: Path) -> None:
    found = []
    for master, first in (("local[1]", 0), ("local[2]", 5)):
        command = [sys.executable, same_trainings.__file__, master, str(rows), str(tmp_path / master), str(first), "5"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=1800)
        found += json.loads(done.stdout.splitlines()[-1])
    assert len(found) == 10
    assert len(set(found)) == 1, found
