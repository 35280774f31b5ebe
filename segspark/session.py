"""One way to open a Spark session: the settings of the project locally, the cluster's own under spark-submit."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.environment import cache_folder, jar_folder, java_command

DELTA_PACKAGE = "io.delta:delta-spark_4.2_2.13:4.4.0"
EVERYWHERE = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
}
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
}
# Wide aggregations make methods over 8,000 bytes, which the JIT else refuses.
JVM_OPTIONS = "-XX:-DontCompileHugeMethods"


def session_for(workspace: Workspace, name: str) -> SparkSession:
    """The session of a run: the one spark-submit gave, else a local one with the workspace's settings."""
    if os.environ.get("SPARK_ENV_LOADED") or SparkSession.getActiveSession() is not None:
        return _submitted(workspace, name)
    scratch = workspace.lake / "_tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    return local_session(
        name,
        warehouse=scratch / "warehouse",
        master=workspace.spark.master,
        memory=workspace.spark.driver_memory,
        options={
            "spark.local.dir": str(scratch),
            "spark.sql.shuffle.partitions": str(workspace.spark.shuffle_partitions or 2 * (os.cpu_count() or 2)),
            **workspace.spark.options,
        },
    )


def _submitted(workspace: Workspace, name: str) -> SparkSession:
    """Under spark-submit the master, memory and cores are the cluster's; what Delta and UTC need is ours."""
    builder = SparkSession.builder.appName(name)
    for key, value in {**EVERYWHERE, **workspace.spark.options}.items():
        builder = builder.config(key, value)
    if workspace.spark.shuffle_partitions:
        builder = builder.config("spark.sql.shuffle.partitions", str(workspace.spark.shuffle_partitions))
    return _quiet(builder.getOrCreate())


def local_session(
    name: str,
    *,
    warehouse: Path,
    cores: int | str = "*",
    master: str | None = None,
    memory: str = "3g",
    options: dict[str, str] | None = None,
) -> SparkSession:
    """A session in this process."""
    # Workers in an unactivated environment must be this very Python.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    given = dict(options or {})
    java = " ".join([JVM_OPTIONS, _quiet_log(), *_class_archive(), given.pop("spark.driver.extraJavaOptions", "")])
    settings = {
        **EVERYWHERE,
        **LOCAL,
        **_jars(),
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": java.strip(),
        **given,
    }
    builder = SparkSession.builder.appName(name).master(master or f"local[{cores}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return _quiet(builder.getOrCreate())


def _jars() -> dict[str, str]:
    """The fetched jars; where there are none, Ivy fetches them at the session's start."""
    jars = sorted(jar_folder().glob("*.jar"))
    if jars:
        return {"spark.jars": ",".join(map(str, jars))}
    return {"spark.jars.packages": DELTA_PACKAGE, "spark.jars.ivy": str(cache_folder() / "ivy")}


def _quiet_log() -> str:
    return f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}"


def _class_archive() -> list[str]:
    """A class-data archive in the cache halves the start of the JVM; made by ``make_class_archive``, never needed."""
    archive = _archive()
    return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"] if archive.exists() else []


def _archive() -> Path:
    import pyspark

    return cache_folder() / f"spark-{pyspark.__version__}.jsa"


def make_class_archive() -> None:
    """Write the archive by one run of a small session in a process of its own; a failure is of no consequence."""
    archive = _archive()
    if archive.exists() or java_command() is None:
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    code = (
        "import tempfile, pathlib\n"
        "from segspark.session import local_session\n"
        "with tempfile.TemporaryDirectory() as t:\n"
        f"    s = local_session('archive', warehouse=pathlib.Path(t), options={{'spark.driver.extraJavaOptions': "
        f"'-XX:ArchiveClassesAtExit={archive}'}})\n"
        "    s.range(10).write.format('delta').save(t + '/x')\n"
        "    s.read.format('delta').load(t + '/x').groupBy('id').count().collect()\n"
        "    s.stop()\n"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=180, check=False)


def _quiet(session: SparkSession) -> SparkSession:
    session.sparkContext.setLogLevel("ERROR")
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL)
    return session
