"""One way to open a Spark session: the settings of the project locally, the cluster's own under spark-submit."""

import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyspark
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.environment import cache_folder, jar_folder, java_command, under_spark_submit
from segspark.errors import InfrastructureError

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
    # Files that the log names (tables/plain.py) are looked at here, without a job.
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
ARCHIVE_TIMEOUT_S = 180


def session_for(workspace: Workspace, name: str, jit: Jit | None = None) -> SparkSession:
    """The session of a run: the one spark-submit gave, else a local one with the workspace's settings.

    Args:
        jit: instead of the workspace's, for questions that are soon answered.

    Raises:
        InfrastructureError: spark-submit was given no Delta.
    """
    if under_spark_submit() or SparkSession.getActiveSession() is not None:
        return _submitted(workspace, name)
    scratch = scratch_folder(workspace.lake)
    # MLflow and pandas take their temporary folder from Python, Spark's native libraries theirs from the JVM.
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    os.environ.setdefault("MLFLOW_DFS_TMP", str(scratch / "mlflow"))
    spark = workspace.spark
    return local_session(
        name,
        warehouse=scratch / "warehouse",
        master=spark.master,
        memory=spark.driver_memory,
        jit=jit or spark.jit,
        options={
            "spark.local.dir": str(scratch),
            "spark.sql.shuffle.partitions": str(spark.shuffle_partitions or 2 * (os.cpu_count() or 2)),
            "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={scratch} -XX:-UsePerfData",
            **spark.options,
        },
    )


@contextmanager
def rows_per_batch(session: SparkSession, rows: int) -> Iterator[None]:
    """Within it at most so many rows go to Python at once: for text of anybody's length. (Spark can also measure the
    bytes of a batch; it then does so after every row, which costs more than all else that happens to the row.)"""
    key = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(key) or EVERYWHERE[key]
    session.conf.set(key, str(rows))
    try:
        yield
    finally:
        session.conf.set(key, before)


def checkpoint_as_planned(frame: DataFrame, partitions: int) -> DataFrame:
    """A local checkpoint that still knows by which columns its rows are partitioned, so that aggregations by them need
    no shuffle: Spark forgets it of a plan that is adapted while it runs. For one thread at a time: the settings that it
    changes meanwhile are the session's.

    Args:
        partitions: of each shuffle, since nothing joins small ones afterwards.
    """
    session = frame.sparkSession
    meanwhile = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": str(partitions)}
    before = {key: str(session.conf.get(key)) for key in meanwhile}
    try:
        for key, value in meanwhile.items():
            session.conf.set(key, value)
        return frame.localCheckpoint()
    finally:
        for key, value in before.items():
            session.conf.set(key, value)


def warm_up(session: SparkSession) -> None:
    """One small query over what nearly every flow uses; whoever has to wait for something else has it done by then.

    The first query of a process starts Python workers, loads some thousand classes and compiles the planner.
    """
    names = session.range(0, 10_000, 1, 2).selectExpr(
        "id", "cast(id % 997 AS string) AS word", "timestamp_micros(id) AS at"
    )
    through_python = names.mapInArrow(lambda batches: batches, names.schema)
    latest = through_python.groupBy("word").agg(F.max(F.struct("at", "id")).alias("last"), F.count("*").alias("n"))
    joined = names.join(latest.select("word", "last.id"), on=["word", "id"], how="left_semi")
    in_order = Window.partitionBy("word").orderBy("at", "id")
    joined.withColumn("nth", F.row_number().over(in_order)).where("nth = 1").groupBy("nth").count().collect()


def scratch_folder(lake: Path) -> Path:
    """A folder below the lake for what this process writes and forgets; those of killed runs are removed."""
    host = socket.gethostname()
    for old in (lake / "_tmp").glob(f"{host}-*"):
        if not _is_running(old.name.rpartition("-")[2]):
            shutil.rmtree(old, ignore_errors=True)
    scratch = lake / "_tmp" / f"{host}-{os.getpid()}"
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _submitted(workspace: Workspace, name: str) -> SparkSession:
    """Under spark-submit the master, memory and cores are the cluster's; what Delta and UTC need is ours."""
    builder = SparkSession.builder.appName(name)
    for key, value in {**EVERYWHERE, **workspace.spark.options}.items():
        builder = builder.config(key, value)
    if workspace.spark.shuffle_partitions:
        builder = builder.config("spark.sql.shuffle.partitions", str(workspace.spark.shuffle_partitions))
    session = _quiet(builder.getOrCreate())
    _require_delta(session)
    return session


def _require_delta(session: SparkSession) -> None:
    """Without the jar Spark starts, warns where nobody looks, and fails at the first table."""
    loader = session.sparkContext._jvm.java.lang.Thread.currentThread().getContextClassLoader()  # type: ignore[union-attr]
    if loader.getResource(EVERYWHERE["spark.sql.extensions"].replace(".", "/") + ".class") is None:
        raise InfrastructureError(
            "spark-submit was given no Delta. From the clone: spark-submit --properties-file conf/spark-local.conf "
            f"jobs/...; elsewhere: spark-submit --packages {DELTA_PACKAGE} jobs/..."
        )


def local_session(
    name: str,
    *,
    warehouse: Path,
    cores: int | str = "*",
    master: str | None = None,
    memory: str = "3g",
    jit: Jit = "full",
    options: dict[str, str] | None = None,
) -> SparkSession:
    """A session in this process; ``spark.driver.extraJavaOptions`` of the options is added to ours."""
    # Workers in an unactivated environment must be this very Python.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    given = dict(options or {})
    java = " ".join(
        [
            JVM_OPTIONS,
            *_jit_options(jit),
            quiet_log(),
            *_class_archive(),
            given.pop("spark.driver.extraJavaOptions", ""),
        ]
    )
    # Workers on other machines may know this package by a zip alone.
    is_here = (master or "local").startswith("local")
    settings = {
        **EVERYWHERE,
        **LOCAL,
        **_jars(),
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": java.strip(),
        **({"spark.python.daemon.module": "segspark.worker_daemon"} if is_here else {}),
        **given,
    }
    builder = SparkSession.builder.appName(name).master(master or f"local[{cores}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with _empty_conf():
        return _quiet(builder.getOrCreate())


@contextmanager
def _empty_conf() -> Iterator[None]:
    """An empty configuration folder while the JVM starts, unless the user has one.

    It is on the class path, and the JVM refuses a class archive over a folder that holds anything, such as the
    spark-defaults.conf that ``segspark.spark_defaults`` writes.
    """
    if "SPARK_CONF_DIR" in os.environ:
        yield
        return
    folder = cache_folder() / "no-conf"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SPARK_CONF_DIR"] = str(folder)
    try:
        yield
    finally:
        del os.environ["SPARK_CONF_DIR"]


def _jars() -> dict[str, str]:
    """The fetched jars; where there are none, Ivy fetches them at the session's start."""
    jars = sorted(jar_folder().glob("*.jar"))
    if jars:
        return {"spark.jars": ",".join(map(str, jars))}
    return {"spark.jars.packages": DELTA_PACKAGE, "spark.jars.ivy": str(cache_folder() / "ivy")}


def quiet_log() -> str:
    """JVM option for logs that show errors only."""
    return f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}"


def _jit_options(jit: Jit) -> list[str]:
    """How long code waits for the optimising compiler, and which methods it leaves out; the latter are absent where this
    package is no folder."""
    if jit == "quick":
        return [JIT_QUICK]
    path = Path(__file__).parent / "jit.directives"
    # The JVM tells that it has read them: not on the output, which may be somebody's JSON.
    told = ["-XX:+UnlockDiagnosticVMOptions", "-XX:+DisplayVMOutputToStderr"]
    return [JIT_FULL, *([*told, f"-XX:CompilerDirectivesFile={path}"] if path.exists() else [])]


def _class_archive() -> list[str]:
    """A class-data archive spares the JVM a quarter of a small run's time and CPU; it is never needed."""
    archive = class_archive_path()
    # Another Java, or another class path, is refused by the JVM, in silence with these switches.
    silent = ["-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"]
    return [f"-XX:SharedArchiveFile={archive}", *silent] if archive.exists() else []


def class_archive_path() -> Path:
    """The archive of this Java with this environment's Spark and jars."""
    java = Path(java_command() or "").resolve()
    spark = Path(pyspark.__file__).parent
    # The JVM refuses, in silence, an archive over jars that were written anew, be they the same.
    jars = sorted([*jar_folder().glob("*.jar"), *(spark / "jars").glob("*.jar")])
    what = "\n".join([str(java), *(f"{jar} {jar.stat().st_mtime_ns}" for jar in jars)])
    where, content = (hashlib.sha256(text.encode()).hexdigest()[:12] for text in (str(spark), what))
    return cache_folder() / f"classes-{where}-{content}.jsa"


def make_class_archive() -> Path | None:
    """Write the archive by one small run in a process of its own; None where that did not work out."""
    archive = class_archive_path()
    if archive.exists() or java_command() is None:
        return archive if archive.exists() else None
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        made = Path(folder) / "classes.jsa"
        try:
            subprocess.run(
                [sys.executable, "-c", _SMALL_RUN, folder, str(made)],
                capture_output=True,
                timeout=ARCHIVE_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        if not made.exists():
            return None
        # Whole or not at all, also when two make it at once; this environment's older ones are of no use any more.
        made.replace(archive)
        for old in archive.parent.glob(f"{archive.name.rpartition('-')[0]}-*.jsa"):
            if old != archive:
                old.unlink(missing_ok=True)
    return archive


# What nearly every flow touches: a partitioned Delta write, an aggregation, a read. The archive is written while the
# JVM ends, so this waits for it.
_SMALL_RUN = """
import sys
from pathlib import Path
from segspark.session import local_session
folder, archive = sys.argv[1:]
options = f"-XX:ArchiveClassesAtExit={archive} -Xlog:disable -XX:-UsePerfData -Djava.io.tmpdir={folder}"
spark = local_session("classes", warehouse=Path(folder), options={"spark.driver.extraJavaOptions": options})
rows = spark.range(100).selectExpr("id", "id % 3 AS part", "cast(id AS string) AS word")
rows.write.format("delta").partitionBy("part").save(folder + "/a")
read = spark.read.format("delta").load(folder + "/a").groupBy("part").count()
read.write.format("delta").mode("overwrite").save(folder + "/b")
spark.read.format("delta").load(folder + "/b").collect()
gateway = spark.sparkContext._gateway
spark.stop()
gateway.shutdown()
gateway.proc.stdin.close()
gateway.proc.wait()
"""


def _quiet(session: SparkSession) -> SparkSession:
    session.sparkContext.setLogLevel("ERROR")
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL)
    _remember_functions(session)
    return session


def _remember_functions(session: SparkSession) -> None:
    """Every call of ``F.col`` and its like asks the JVM what ``functions`` is and what its ``col`` is, and the JVM looks
    into each jar for classes of that name: a third of the time that a day's queries take to be written down."""
    jvm = session.sparkContext._jvm
    for name in ("functions", "org.apache.spark.sql.functions", "PythonUtils", "PythonSQLUtils"):
        known = getattr(jvm, name)
        if not isinstance(known, _Remembered):
            setattr(jvm, name, _Remembered(known))


class _Remembered:
    """A class of the JVM whose static functions are looked up once."""

    def __init__(self, java_class: Any) -> None:
        self._java_class = java_class

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._java_class, name)
        setattr(self, name, found)
        return found


if __name__ == "__main__":
    # ``python -m segspark.session`` makes the class archive; without it everything works, a little slower.
    print(make_class_archive() or "no class archive")
