"""The settings of a Spark session: common, for one machine, and for the JVM."""

from pathlib import Path

# What Delta's jars depend on and Spark ships itself, in another version at times: Ivy is told to leave it out, and has
# seven jars to fetch instead of dozens.
SHIPPED_BY_SPARK = (
    "com.fasterxml.jackson.*:*",
    "com.github.luben:*",
    "com.google.code.findbugs:*",
    "commons-*:*",
    "io.airlift:*",
    "jakarta.*:*",
    "javax.*:*",
    "org.antlr:*",
    "org.apache.hadoop:hadoop-client-api",
    "org.apache.hadoop:hadoop-client-runtime",
    "org.apache.httpcomponents*:*",
    "org.apache.logging.log4j:*",
    "org.apache.parquet:*",
    "org.locationtech.jts:*",
    "org.openapitools:*",
    "org.roaringbitmap:*",
    "org.scala-lang*:*",
    "org.slf4j:*",
    "org.xerial.snappy:*",
)


EVERYWHERE = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    # Rows sent to Python are measured one by one unless the batch size is fixed, which takes a quarter of the time; for
    # large rows see ``rows_per_batch``.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    # Tasks write a few partitions at once; otherwise each first sorts its rows by partition.
    "spark.sql.maxConcurrentOutputFileWriters": "4",
    # Generated classes are cached for the next day's queries, which are the same: a day generates several hundred.
    "spark.sql.codegen.cache.maxEntries": "2000",
    # Otherwise every column records its source line, by several JVM calls and a failing import each.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}


LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    # Files named by the log (tables/io/reader.py) are listed on the driver, without a job.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "2000",
    # For data read on the machine that wrote it.
    "spark.shuffle.checksum.enabled": "false",
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
}


# Wide aggregations generate methods over 8,000 bytes, which the JIT refuses by default.
# The parallel garbage collector costs a small machine less than the default one.
# Arrow checks bounds for each value it writes; Spark's own rows do without.
# Code waiting for the optimising compiler is longer and is discarded with its query: the default code cache fills
# within a minute.
WIDE_METHODS = "-XX:-DontCompileHugeMethods"
JVM_OPTIONS = (
    f"{WIDE_METHODS} -XX:+UseParallelGC -XX:ReservedCodeCacheSize=512m "
    "-Darrow.enable_unsafe_memory_access=true -Darrow.enable_null_check_for_get=false"
)


# Code that plans a query runs a few hundred times and is discarded; the optimising compiler is for code that runs longer.
COMPILE_LATE = (
    "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 "
    "-XX:Tier4BackEdgeThreshold=400000"
)


# A session for one short question ends before the optimising compiler pays off.
COMPILE_QUICKLY = "-XX:TieredStopAtLevel=1"


def quiet_log() -> str:
    """JVM option for logs that show errors only."""
    return java_option(f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}")


def java_option(text: str) -> str:
    """One JVM option as a part of ``spark.driver.extraJavaOptions``, which Spark splits at spaces outside of quotes."""
    if not any(sign.isspace() or sign in "\"'\\" for sign in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
