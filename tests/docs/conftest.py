"""The small demo that pages look at."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from pyspark.sql import SparkSession

from segspark.cli.main import cli

PEOPLE, EVENTS = 400, 8_000


@pytest.fixture(scope="session")
def small_demo(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished demo, and what the command wrote."""
    folder = tmp_path_factory.mktemp("demo") / "demo-workspace"
    done = CliRunner().invoke(cli, ["demo", str(folder), "--people", str(PEOPLE), "--events", str(EVENTS)])
    assert done.exit_code == 0, f"{done.output}{done.exception}"
    return folder, done.output
