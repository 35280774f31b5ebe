"""The small demo that pages look at."""

from pathlib import Path

import pytest
from docs.runs import Runs
from pyspark.sql import SparkSession

from segspark.app.run import daily, run
from segspark.app.workspace import open_workspace
from segspark.demo.generate import AS_OF, generate
from segspark.pipeline.progress import Quiet
from segspark.tables.io.spark_lake import SparkLake

PEOPLE, RECORDS = 400, 8_000


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"), run)


@pytest.fixture(scope="session")
def small_demo(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo with one finished day; training would take longer than all pages together."""
    folder = tmp_path_factory.mktemp("demo") / "demo-workspace"
    generate(folder, people=PEOPLE, events=RECORDS)
    workspace = open_workspace(folder, {})
    daily(workspace, SparkLake(workspace.lake, spark), AS_OF, Quiet())
    return folder
