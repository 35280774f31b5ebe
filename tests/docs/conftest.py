"""The small demo that pages look at."""

from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from segspark.cli.main import cli
from segspark.spark import environment

PEOPLE, EVENTS = 400, 8_000


@pytest.fixture(scope="session")
def small_demo(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished demo, and what the command wrote."""
    folder = tmp_path_factory.mktemp("demo") / "demo-workspace"
    # Training is the longest part; fewer tries of it show the same.
    fewer = {"SEGSPARK__MODELS__BEHAVIOUR__K": "5", "SEGSPARK__MODELS__CHURN__N_TRAINING_CUTS": "1"}
    with patch.object(environment, "MIN_MEMORY_BYTES", 0):
        done = CliRunner(env=fewer).invoke(cli, ["demo", str(folder), "--people", str(PEOPLE), "--events", str(EVENTS)])
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    return folder, done.output
