"""What a bare spark-submit of this environment starts with."""

import sys
from pathlib import Path

import pyspark
import pytest
from spark.test_settings import settings_of

from segspark.spark import defaults
from segspark.spark.defaults import spark_defaults, write_spark_defaults
from segspark.spark.settings import COMPILE_LATE, EVERYWHERE, JVM_OPTIONS, LOCAL
from segspark.spark.versions import delta_package


def test_spark_defaults_name_the_jars_or_ivy(tmp_path: Path) -> None:
    assert settings_of(spark_defaults(tmp_path))["spark.jars.packages"] == delta_package()
    (tmp_path / "b.jar").touch()
    (tmp_path / "a.jar").touch()
    said = settings_of(write_spark_defaults(tmp_path / "spark", tmp_path).read_text())
    assert said["spark.jars"] == f"{tmp_path}/a.jar,{tmp_path}/b.jar"
    assert "spark.jars.packages" not in said
    # With another master the executors must find the driver.
    assert "spark.driver.host" not in said


def test_they_are_the_settings_of_the_project_and_this_python(tmp_path: Path) -> None:
    said = settings_of(spark_defaults(tmp_path))
    local = {k: v for k, v in LOCAL.items() if not k.startswith("spark.driver.")}
    assert {**EVERYWHERE, **local}.items() <= said.items()
    assert f"{JVM_OPTIONS} {COMPILE_LATE}" in said["spark.driver.extraJavaOptions"]
    assert said["spark.pyspark.python"] == said["spark.pyspark.driver.python"] == sys.executable
    assert "spark.master" not in said


def test_only_the_spark_of_a_virtual_environment_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pyspark, "__file__", str(tmp_path / "pyspark" / "__init__.py"))
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert defaults.main() == 1
    assert "--properties-file conf/spark-local.conf" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert defaults.main() == 0
    path = tmp_path / "pyspark" / "conf" / "spark-defaults.conf"
    assert capsys.readouterr().out.strip() == str(path)
    assert path.is_file()
