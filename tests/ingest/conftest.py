"""What several files of this room look at."""

import pytest
from ingest.batches import TWO_BATCHES
from lakes import Lakes

from segspark.tables.io.spark_lake import SparkLake


@pytest.fixture(scope="module")
def lake(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> SparkLake:
    """After two batches."""
    return lakes.copy(TWO_BATCHES, tmp_path_factory.mktemp("batches") / "w")[1]
