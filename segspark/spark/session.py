"""The only way to open a Spark session: with the project's settings locally, the cluster's under spark-submit."""

import logging
import os
import sys
import tempfile
import warnings
from contextlib import nullcontext
from pathlib import Path

from py4j.java_gateway import java_import
from pyspark import SparkContext
from pyspark.sql import SparkSession

from segspark.config.models import Workspace
from segspark.errors import InfrastructureError
from segspark.spark.checkpoints import is_of_one_process
from segspark.spark.classic import context_of
from segspark.spark.environment import is_remote, under_spark_submit
from segspark.spark.jars import jar_settings, told_if_not_fetched
from segspark.spark.java_locale import utf8_names
from segspark.spark.jvm_words import without_no_news
from segspark.spark.key_travel import carry_keys
from segspark.spark.scratch import scratch_folder
from segspark.spark.settings import (
    COMPILE_LATE,
    COMPILE_QUICKLY,
    EVERYWHERE,
    JVM_OPTIONS,
    LOCAL,
    java_option,
    quiet_log,
)
from segspark.spark.startup import WORKERS_PARENT, class_archive, empty_conf
from segspark.spark.stores import options_of, require_connector
from segspark.spark.versions import delta_package, refuse_other_spark
from segspark.store import store_at
from segspark.store.access import for_hadoop


def session_for(workspace: Workspace, name: str, is_short: bool = False) -> SparkSession:
    """The session of a run: the one given by spark-submit or by a Connect server, else a local one with the workspace's settings.

    Args:
        is_short: the session answers one short question, so the JVM's optimising compiler is left out.

    Raises:
        ConfigError: this Spark is none that segspark runs on, or it cannot reach the lake's store.
        InfrastructureError: spark-submit was started without Delta, or Delta could not be fetched.
    """
    refuse_other_spark()
    if under_spark_submit() or is_remote() or SparkSession.getActiveSession() is not None:
        return _submitted(workspace, name)
    scratch = scratch_folder(workspace.folder)
    # MLflow and pandas use Python's temporary folder, Spark's native libraries the JVM's.
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    os.environ.setdefault("MLFLOW_DFS_TMP", str(scratch / "mlflow"))
    spark = workspace.spark
    with without_no_news():
        session = local_session(
            name,
            warehouse=scratch / "warehouse",
            master=spark.master,
            memory=spark.driver_memory,
            is_short=is_short,
            fast_start=spark.fast_start,
            options={
                "spark.local.dir": str(scratch),
                "spark.sql.shuffle.partitions": str(spark.shuffle_partitions or 2 * (os.cpu_count() or 2)),
                "spark.driver.extraJavaOptions": f"{java_option(f'-Djava.io.tmpdir={scratch}')} -XX:-UsePerfData",
                **for_hadoop(workspace.file_access),
                **jar_settings(lake=workspace.lake),
                **options_of(workspace.lake, os.environ),
                **spark.options,
            },
        )
    require_connector(session, workspace.lake)
    return session


def _submitted(workspace: Workspace, name: str) -> SparkSession:
    """The session under spark-submit or of a Connect server: master, memory and cores are the cluster's, settings for Delta and UTC ours."""
    builder = SparkSession.builder.appName(name)
    if workspace.lake.is_remote:
        # MLflow hands a model over from executors to the driver through files.
        os.environ.setdefault("MLFLOW_DFS_TMP", store_at(workspace.lake).for_spark("_mlflow-tmp"))
    of_store = {**for_hadoop(workspace.file_access), **options_of(workspace.lake, os.environ)}
    for key, value in {**EVERYWHERE, **of_store, **workspace.spark.options}.items():
        builder = builder.config(key, value)
    if workspace.spark.shuffle_partitions:
        builder = builder.config("spark.sql.shuffle.partitions", str(workspace.spark.shuffle_partitions))
    with warnings.catch_warnings():
        # A Connect server has its own static settings, and says so for each of ours.
        warnings.simplefilter("ignore")
        session = _quiet(builder.getOrCreate())
    _require_delta(session)
    require_connector(session, workspace.lake)
    return session


def _require_delta(session: SparkSession) -> None:
    """Without the Delta jar Spark starts, logs a warning that nobody reads, and fails at the first table."""
    context = context_of(session)
    if context is None:
        return
    loader = context._jvm.java.lang.Thread.currentThread().getContextClassLoader()  # type: ignore[union-attr]
    if loader.getResource(EVERYWHERE["spark.sql.extensions"].replace(".", "/") + ".class") is None:
        raise InfrastructureError(
            "spark-submit was given no Delta. On this machine: spark-submit --properties-file FILE with the settings that "
            "`segspark submit-conf --local` prints; on a cluster without it: `segspark pack FOLDER --fetch-delta`, or "
            f"--packages {delta_package(session.version)}."
        )


def local_session(
    name: str,
    *,
    warehouse: Path,
    cores: int | str = "*",
    master: str | None = None,
    memory: str = "3g",
    is_short: bool = False,
    fast_start: bool = True,
    options: dict[str, str] | None = None,
) -> SparkSession:
    """A session in this process; ``spark.driver.extraJavaOptions`` in the options is appended to ours.

    Args:
        is_short: as for ``session_for``.
        fast_start: use what startup.py offers a local master.
    """
    # Workers must use this Python even if the environment is not activated.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    given = dict(options or {})
    java = " ".join(
        [
            JVM_OPTIONS,
            COMPILE_QUICKLY if is_short else COMPILE_LATE,
            quiet_log(),
            *(class_archive() if fast_start else []),
            given.pop("spark.driver.extraJavaOptions", ""),
        ]
    )
    # Workers on other machines may have this package only as a zip.
    has_parent = fast_start and is_of_one_process(master or "local")
    settings = {
        **EVERYWHERE,
        **LOCAL,
        **jar_settings(),
        "spark.sql.warehouse.dir": str(warehouse),
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": java.strip(),
        **(WORKERS_PARENT if has_parent else {}),
        **given,
    }
    builder = SparkSession.builder.appName(name).master(master or f"local[{cores}]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with utf8_names(), empty_conf() if fast_start else nullcontext(), told_if_not_fetched(settings):
        return _quiet(builder.getOrCreate())


def _quiet(session: SparkSession) -> SparkSession:
    carry_keys()
    context = context_of(session)
    if context is not None:
        context.setLogLevel("ERROR")
        _import_by_name(context)
    logging.getLogger("DataFrameQueryContextLogger").setLevel(logging.CRITICAL)
    return session


# The classes behind every column.
_OF_COLUMNS = (
    "org.apache.spark.sql.functions",
    "org.apache.spark.api.python.PythonUtils",
    "org.apache.spark.sql.api.python.PythonSQLUtils",
)


def _import_by_name(context: SparkContext) -> None:
    """PySpark imports whole packages: for each ``F.col`` the JVM would look for a class of that name in one package after
    the other, in every jar. Classes imported by name are found at once."""
    for name in _OF_COLUMNS:
        java_import(context._jvm, name)
