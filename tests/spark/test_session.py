"""One way to open a session: the project's settings locally, the cluster's own under spark-submit."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from py4j.java_gateway import JavaClass
from pyspark.sql import SparkSession

from segspark.app.workspace import open_workspace
from segspark.errors import InfrastructureError
from segspark.spark import session, settings
from segspark.spark.session import session_for
from segspark.spark.settings import EVERYWHERE, JVM_OPTIONS, LOCAL
from segspark.spark.startup import class_archive_path


def test_the_session_has_the_settings_of_the_project(spark: SparkSession) -> None:
    for key, value in {**EVERYWHERE, **LOCAL}.items():
        assert spark.conf.get(key) == value
    assert f"{JVM_OPTIONS} {settings.COMPILE_QUICKLY}" in (spark.conf.get("spark.driver.extraJavaOptions") or "")
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    assert not logging.getLogger("DataFrameQueryContextLogger").isEnabledFor(logging.ERROR)


def test_the_classes_behind_columns_are_imported_by_name(spark: SparkSession) -> None:
    """Nothing of PySpark or of its bridge is replaced; the JVM only knows where they are."""
    jvm: Any = spark.sparkContext._jvm
    for name in session._OF_COLUMNS:
        found = getattr(jvm, name.rpartition(".")[2])
        assert type(found) is JavaClass
        assert found._fqn == name


def test_a_running_session_is_taken_and_its_master_kept(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("spark: {master: 'local[7]', shuffle_partitions: 3}")
    before = spark.conf.get("spark.sql.shuffle.partitions")
    try:
        taken = session_for(open_workspace(tmp_path, {}), "taken")
        assert taken.sparkContext is spark.sparkContext
        assert taken.sparkContext.master == "local[2]"
        assert taken.conf.get("spark.sql.shuffle.partitions") == "3"
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", str(before))


def test_a_session_without_delta_is_refused(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    session._require_delta(spark)
    monkeypatch.setitem(EVERYWHERE, "spark.sql.extensions", "io.delta.sql.NoSuchExtension")
    with pytest.raises(InfrastructureError, match=r"submit-conf --local.*delta-spark_4\.2_2\.13"):
        session._require_delta(spark)


def test_a_local_session_has_a_scratch_of_its_own_and_the_workspaces_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not beside another session: what it would be started with is looked at."""
    given: dict[str, object] = {}
    monkeypatch.setattr(session, "local_session", lambda name, **more: given.update(more, name=name))
    monkeypatch.setattr(session.SparkSession, "getActiveSession", staticmethod(lambda: None))
    monkeypatch.setattr(session.tempfile, "tempdir", None)
    for name in ("TMPDIR", "MLFLOW_DFS_TMP"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("MLFLOW_DFS_TMP")
    monkeypatch.delenv("SPARK_LOCAL_DIRS", raising=False)
    (tmp_path / "segspark.yaml").write_text(
        "lake: ./lake\nspark: {master: 'local[3]', driver_memory: 1g, options: {spark.x: y}}"
    )
    session_for(open_workspace(tmp_path, {}), "daily")
    scratch = Path(os.environ["TMPDIR"])
    assert scratch.is_relative_to(tmp_path)
    assert not scratch.is_relative_to(tmp_path / "lake")
    assert os.environ["MLFLOW_DFS_TMP"] == str(scratch / "mlflow")
    assert (given["name"], given["master"], given["memory"]) == ("daily", "local[3]", "1g")
    assert (given["is_short"], given["fast_start"]) == (False, True)
    options = given["options"]
    assert isinstance(options, dict)
    assert (options["spark.local.dir"], options["spark.x"]) == (str(scratch), "y")
    assert f"-Djava.io.tmpdir={scratch}" in options["spark.driver.extraJavaOptions"]
    (tmp_path / "segspark.yaml").write_text("spark: {fast_start: false}")
    session_for(open_workspace(tmp_path, {}), "explain", is_short=True)
    assert (given["is_short"], given["fast_start"]) == (True, False)


@pytest.mark.parametrize(("fast_start", "is_short"), [(True, False), (False, False), (True, True)])
def test_a_session_starts_without_the_tricks_if_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast_start: bool, is_short: bool
) -> None:
    given, conf = settings_of_a_session(tmp_path, monkeypatch, fast_start=fast_start, is_short=is_short)
    assert ("-XX:SharedArchiveFile=" in given["spark.driver.extraJavaOptions"]) is fast_start
    assert ("spark.python.daemon.module" in given) is fast_start
    # An empty configuration folder is for the archive alone.
    assert (conf is not None) is fast_start
    assert (settings.COMPILE_QUICKLY in given["spark.driver.extraJavaOptions"]) is is_short


def test_workers_of_another_machine_have_no_parent_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = settings_of_a_session(tmp_path, monkeypatch, master="spark://elsewhere:7077")
    assert "spark.python.daemon.module" not in given


def settings_of_a_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **asked: Any
) -> tuple[dict[str, str], str | None]:
    """What a session would be started with, and the configuration folder meanwhile."""
    given: dict[str, str] = {}
    folder: list[str | None] = []

    class Builder:
        def config(self, key: str, value: str) -> "Builder":
            given[key] = value
            return self

        def appName(self, name: str) -> "Builder":
            return self

        def master(self, name: str) -> "Builder":
            return self

        def getOrCreate(self) -> None:
            folder.append(os.environ.get("SPARK_CONF_DIR"))

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("SPARK_CONF_DIR", raising=False)
    archive = class_archive_path()
    archive.parent.mkdir(parents=True)
    archive.touch()
    monkeypatch.setattr(session.SparkSession, "builder", Builder())
    monkeypatch.setattr(session, "_quiet", lambda started: started)
    session.local_session("x", warehouse=tmp_path, **asked)
    return given, folder[0]
