import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.config.load import load_workspace
from segspark.errors import InfrastructureError
from segspark.spark import session, settings, startup
from segspark.spark.checkpoints import checkpoint_as_planned, rows_per_batch
from segspark.spark.defaults import spark_defaults, write_spark_defaults
from segspark.spark.environment import java_command
from segspark.spark.scratch import scratch_folder
from segspark.spark.session import session_for
from segspark.spark.settings import DELTA_PACKAGE, EVERYWHERE, JVM_OPTIONS, LOCAL

ROOT = Path(__file__).parents[2]


def settings_of(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {key: value.strip() for key, value in (line.split(maxsplit=1) for line in lines)}


def test_the_session_has_the_settings_of_the_project(spark: SparkSession) -> None:
    for key, value in {**EVERYWHERE, **LOCAL}.items():
        assert spark.conf.get(key) == value
    assert f"{JVM_OPTIONS} {settings.JIT_QUICK}" in (spark.conf.get("spark.driver.extraJavaOptions") or "")
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    assert not logging.getLogger("DataFrameQueryContextLogger").isEnabledFor(logging.ERROR)


def test_a_running_session_is_taken_and_its_master_kept(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("spark: {master: 'local[7]', shuffle_partitions: 3}")
    before = spark.conf.get("spark.sql.shuffle.partitions")
    try:
        taken = session_for(load_workspace(tmp_path, {}), "taken")
        assert taken.sparkContext is spark.sparkContext
        assert taken.sparkContext.master == "local[2]"
        assert taken.conf.get("spark.sql.shuffle.partitions") == "3"
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", str(before))


def test_a_session_without_delta_is_refused(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    session._require_delta(spark)
    monkeypatch.setitem(EVERYWHERE, "spark.sql.extensions", "io.delta.sql.NoSuchExtension")
    with pytest.raises(InfrastructureError, match=r"conf/spark-local.conf"):
        session._require_delta(spark)


def test_conf_spark_local_says_what_the_session_sets() -> None:
    said = settings_of((ROOT / "conf" / "spark-local.conf").read_text())
    assert {**EVERYWHERE, **LOCAL}.items() <= said.items()
    assert f"{JVM_OPTIONS} {settings.JIT_FULL}" in said["spark.driver.extraJavaOptions"]


def test_conf_spark_cluster_leaves_the_cluster_its_own() -> None:
    said = settings_of((ROOT / "conf" / "spark-cluster.conf").read_text())
    assert EVERYWHERE.items() <= said.items()
    assert not {"spark.master", "spark.driver.memory", "spark.executor.memory", "spark.executor.cores"} & set(said)
    assert DELTA_PACKAGE in (ROOT / "conf" / "spark-cluster.conf").read_text()


def test_the_pom_and_ivy_fetch_the_same_delta() -> None:
    pom = (ROOT / "conf" / "jars" / "pom.xml").read_text()
    group, artifact, version = DELTA_PACKAGE.split(":")
    for part in (f"<groupId>{group}<", f"<artifactId>{artifact}<", f"<version>{version}<"):
        assert part in pom
    assert f'"delta-spark=={version}"' in (ROOT / "pyproject.toml").read_text()
    assert f"{artifact}-{version}.jar" in (ROOT / "conf" / "jars" / "SHA256SUMS").read_text()


def test_spark_defaults_name_the_jars_or_ivy(tmp_path: Path) -> None:
    assert settings_of(spark_defaults(tmp_path))["spark.jars.packages"] == DELTA_PACKAGE
    (tmp_path / "b.jar").touch()
    (tmp_path / "a.jar").touch()
    said = settings_of(write_spark_defaults(tmp_path / "spark", tmp_path).read_text())
    assert said["spark.jars"] == f"{tmp_path}/a.jar,{tmp_path}/b.jar"
    assert "spark.jars.packages" not in said
    # With another master the executors must find the driver.
    assert "spark.driver.host" not in said


def test_without_jars_ivy_stays_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert session._jars() == {
        "spark.jars.packages": DELTA_PACKAGE,
        "spark.jars.ivy": str(tmp_path / "cache" / "segspark" / "ivy"),
    }


def test_what_a_killed_run_left_is_removed_and_a_running_ones_kept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = scratch_folder(tmp_path)
    host = mine.name.rpartition("-")[0]
    killed, running, foreign = (mine.with_name(n) for n in (f"{host}-{ended.pid}", f"{host}-{os.getppid()}", "other-1"))
    for folder in (killed, running, foreign):
        folder.mkdir()
    assert scratch_folder(tmp_path) == mine
    assert not killed.exists()
    assert running.exists()
    assert foreign.exists()


def test_the_class_archive_is_of_one_java_and_one_set_of_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = startup.class_archive_path()
    assert first.is_relative_to(tmp_path)
    assert startup.class_archive() == []
    first.parent.mkdir(parents=True)
    first.touch()
    assert f"-XX:SharedArchiveFile={first}" in startup.class_archive()
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    assert startup.class_archive_path() != first


def test_without_java_no_class_archive_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert startup.make_class_archive() is None


@pytest.mark.parametrize(("jit", "has_directives"), [("full", True), ("quick", False)])
def test_the_jvm_takes_our_options_and_says_nothing_on_its_output(jit: settings.Jit, has_directives: bool) -> None:
    """A directive that it cannot read keeps the JVM from starting; a word on its output would spoil our JSON."""
    java = java_command()
    assert java is not None
    said = subprocess.run(
        [java, *" ".join([JVM_OPTIONS, *startup.jit_options(jit)]).split(), "-version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (0, "")
    assert ("2 compiler directives added" in said.stderr) is has_directives


def test_workers_find_what_they_need_imported(spark: SparkSession) -> None:
    """By their parent, so that not each of them takes two seconds for it."""

    def loaded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import sys

        there = [name in sys.modules for name in ("pandas", "segspark.features.engine.arrow")]
        yield pa.RecordBatch.from_pydict({"there": there})

    rows = spark.range(1).mapInArrow(loaded, "there boolean").collect()
    assert {r["there"] for r in rows} == {True}


def test_workers_do_not_read_the_zips_of_spark(spark: SparkSession) -> None:
    """Each task would read the list of their files again."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import sys

        paths = [p for p in (*sys.path, *sys.path_importer_cache) if "pyspark.zip" in p or "py4j-" in p]
        yield pa.RecordBatch.from_pydict({"path": pa.array(paths, pa.string())})

    assert spark.range(1).mapInArrow(read, "path string").collect() == []


def test_large_rows_go_to_python_few_at_a_time(spark: SparkSession) -> None:
    rows = spark.range(0, 100, 1, 1).selectExpr("repeat('x', 1000000) AS text")

    def largest() -> int:
        sizes = rows.mapInArrow(lambda batches: (_length_of(b) for b in batches), "n bigint").collect()
        return max(row["n"] for row in sizes)

    assert largest() == 100
    with rows_per_batch(spark, 30):
        assert largest() == 30
    assert largest() == 100


def test_a_checkpoint_as_planned_is_aggregated_without_a_shuffle(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows() -> DataFrame:
        return spark.range(100).selectExpr("id % 7 AS who", "id").repartition("who")

    rows().localCheckpoint().groupBy("who", "id").count().explain()
    assert "Exchange" in capsys.readouterr().out
    before = [spark.conf.get(k) for k in ("spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions")]
    kept = checkpoint_as_planned(rows(), 3)
    kept.groupBy("who", "id").count().explain()
    assert "Exchange" not in capsys.readouterr().out
    assert kept.rdd.getNumPartitions() == 3
    assert [spark.conf.get(k) for k in ("spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions")] == before


def _length_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"n": [batch.num_rows]})
