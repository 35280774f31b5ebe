"""Verify data files before Spark reads them: its own reader verifies pages only, not what describes them."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyspark.sql import SparkSession

from segspark.errors import damage_told
from segspark.spark.classic import tasks_at_once
from segspark.store.parquet import verify_parts

# A second of one core. More is shared among the tasks.
BYTES_ON_DRIVER = 1_000_000_000


def verify_for_spark(spark: SparkSession, files: Sequence[tuple[str, int]]) -> None:
    """Verify files, given by URL and size.

    Raises:
        DamagedFile: one of them is damaged or missing.
    """
    if sum(size for _, size in files) <= BYTES_ON_DRIVER:
        verify_parts(url for url, _ in files)
        return
    n_tasks = min(len(files), 4 * tasks_at_once(spark))
    work = [[url for url, _ in files[at::n_tasks]] for at in range(n_tasks)]

    def verify(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for at in batch.column(0).to_pylist():
                verify_parts(work[at])
            yield batch

    with damage_told():
        spark.range(0, n_tasks, 1, n_tasks).mapInArrow(verify, "id bigint").count()
