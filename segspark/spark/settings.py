"""The settings of a Spark session: everywhere, on one machine, and of the JVM."""

from pathlib import Path
from typing import Literal

DELTA_PACKAGE = "io.delta:delta-spark_4.2_2.13:4.4.0"


EVERYWHERE = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    # Rows on their way to Python are else measured one by one, which takes a quarter of it; where a row may be large,
    # see ``rows_per_batch``.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    # A few partitions are written at once: else each task sorts its rows by them first.
    "spark.sql.maxConcurrentOutputFileWriters": "4",
    # Classes made of queries are kept for the next day's, which are the same: a day makes several hundred.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Every column would note the line it was made in: several calls to the JVM and a failing import for each.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    # Files that the log names (tables/io/reader.py) are looked at here, without a job.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "2000",
    # Of what is read where it was written.
    "spark.shuffle.checksum.enabled": "false",
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
}


# Wide aggregations make methods over 8,000 bytes, which the JIT else refuses.
# The parallel collector costs a small machine less than the default one.
# Arrow looks at the bounds of each value that it writes, which Spark's own rows do without.
# Code that waits for the optimising compiler is longer, and is thrown away with its query: the default room for it fills
# within a minute.
JVM_OPTIONS = (
    "-XX:-DontCompileHugeMethods -XX:+UseParallelGC -XX:ReservedCodeCacheSize=512m "
    "-Darrow.enable_unsafe_memory_access=true -Darrow.enable_null_check_for_get=false"
)


# The optimising compiler is kept for what works on rows (jit.directives), and there for what does so for a while.
JIT_FULL = (
    "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 "
    "-XX:Tier4BackEdgeThreshold=400000"
)


# A small run throws code away before the optimising compiler has earned its time.
JIT_QUICK = "-XX:TieredStopAtLevel=1"


Jit = Literal["full", "quick"]


def quiet_log() -> str:
    """JVM option for logs that show errors only."""
    return f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}"
