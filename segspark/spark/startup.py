"""Faster start of a session on one machine. Everything works without it: ``spark.fast_start: false`` leaves it out.

It has two parts, both for a local master only:

- a class-data archive, from which the JVM maps its classes instead of loading them from jars. It is made once
  (``python -m segspark.spark.startup``, run by ``make setup``) and refused by a JVM that has anything in its
  configuration folder, hence ``empty_conf``;
- the parent of the Python workers (``worker_daemon.py``), which imports what workers need before it forks them. Spark
  starts it as the main module of a process of its own, by the name it is given here; so it is a module by itself.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from segspark.spark.environment import cache_folder, jar_folder, java_command
from segspark.spark.settings import java_option

ARCHIVE_TIMEOUT_S = 180
WORKERS_PARENT = {"spark.python.daemon.module": "segspark.spark.worker_daemon"}


def warm_up(session: SparkSession) -> None:
    """Run one small query over what nearly every flow uses, while the caller waits for something else.

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


def class_archive() -> list[str]:
    """JVM options for a class-data archive, which saves a quarter of a small run's time and CPU; it is optional."""
    archive = class_archive_path()
    # With these options the JVM silently ignores an archive of another Java or class path.
    silent = ["-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"]
    return [java_option(f"-XX:SharedArchiveFile={archive}"), *silent] if archive.exists() else []


@contextmanager
def empty_conf() -> Iterator[None]:
    """An empty configuration folder while the JVM starts, unless the user has one.

    The folder is on the class path, and the JVM refuses a class archive if it holds anything, such as the
    spark-defaults.conf written by ``segspark.spark.defaults``.
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


def class_archive_path() -> Path:
    """The archive of this Java with this environment's Spark and jars."""
    java = Path(java_command() or "").resolve()
    spark = Path(pyspark.__file__).parent
    # The JVM silently ignores an archive if the jars were rewritten, even with the same content.
    jars = sorted([*jar_folder().glob("*.jar"), *(spark / "jars").glob("*.jar")])
    what = "\n".join([str(java), *(f"{jar} {jar.stat().st_mtime_ns}" for jar in jars)])
    where, content = (hashlib.sha256(text.encode()).hexdigest()[:12] for text in (str(spark), what))
    return cache_folder() / f"classes-{where}-{content}.jsa"


def make_class_archive() -> Path | None:
    """Write the archive by one small run in a separate process; None if that failed."""
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
        # Replaced atomically, also if two processes make it at once; older archives of this environment are useless.
        made.replace(archive)
        for old in archive.parent.glob(f"{archive.name.rpartition('-')[0]}-*.jsa"):
            if old != archive:
                old.unlink(missing_ok=True)
    return archive


# Loads the classes of nearly every flow: a partitioned Delta write, an aggregation, a read. The archive is written
# when the JVM ends, so this waits for it.
_SMALL_RUN = """
import sys
from pathlib import Path
from segspark.spark.session import local_session
from segspark.spark.settings import java_option
folder, archive = sys.argv[1:]
at, scratch = java_option(f"-XX:ArchiveClassesAtExit={archive}"), java_option(f"-Djava.io.tmpdir={folder}")
options = f"{at} -Xlog:disable -XX:-UsePerfData {scratch}"
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


if __name__ == "__main__":
    # ``python -m segspark.spark.startup`` makes the class archive; without it everything works, but a little slower.
    print(make_class_archive() or "no class archive")
