"""One Spark session for the whole run: tiny frames, two shuffle partitions, UTC."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

JARS = Path(__file__).parents[1] / "jars"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from segspark.session import local_session

    session = local_session(
        "tests",
        warehouse=tmp_path_factory.mktemp("warehouse"),
        cores=2,
        options={
            "spark.sql.shuffle.partitions": "2",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        },
    )
    yield session
    session.stop()
