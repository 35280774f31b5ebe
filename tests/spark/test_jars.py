"""Where Delta comes from: the folder of jars, or Ivy, which is told what to leave out and whose failure is explained."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from segspark.errors import EXIT_INFRASTRUCTURE, InfrastructureError
from segspark.spark.jars import POM, fetched_by_ivy, jar_settings, maven_command, told_if_not_fetched
from segspark.spark.settings import SHIPPED_BY_SPARK
from segspark.spark.versions import delta_package


def test_without_jars_ivy_fetches_this_delta_alone_and_stays_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert jar_settings() == {
        "spark.jars.packages": delta_package(),
        "spark.jars.excludes": ",".join(SHIPPED_BY_SPARK),
        "spark.jars.ivy": str(tmp_path / "cache" / "segspark" / "ivy"),
    }
    (tmp_path / "a.jar").touch()
    assert jar_settings() == {"spark.jars": f"{tmp_path}/a.jar"}


def test_what_is_left_out_is_not_delta_nor_what_a_platform_adds() -> None:
    from fnmatch import fnmatch

    for kept in ("io.delta:delta-storage", "io.unitycatalog:unitycatalog-client", "org.apache.hadoop:hadoop-aws"):
        assert not any(fnmatch(kept, pattern) for pattern in SHIPPED_BY_SPARK), kept
    for shipped in ("com.fasterxml.jackson.core:jackson-databind", "org.apache.hadoop:hadoop-client-api"):
        assert any(fnmatch(shipped, pattern) for pattern in SHIPPED_BY_SPARK), shipped


def test_a_failed_download_says_what_to_set() -> None:
    words = "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number."
    with pytest.raises(InfrastructureError) as told, told_if_not_fetched(fetched_by_ivy()):
        raise RuntimeError(words)
    assert told.value.exit_code == EXIT_INFRASTRUCTURE
    for word in (delta_package(), "-Dhttps.proxyHost", "spark.jars.ivySettings", maven_command(), "driver_memory"):
        assert word in str(told.value)


def test_another_failure_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="Java gateway process exited"), told_if_not_fetched({"spark.jars": "a.jar"}):
        raise RuntimeError("Java gateway process exited")
    with pytest.raises(ValueError, match="other"), told_if_not_fetched(fetched_by_ivy()):
        raise ValueError("other")


def test_maven_fetches_with_the_pom_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    _, artifact, version = delta_package().split(":")
    for part in (f"-f {POM} ", f"-Ddelta.artifact={artifact} ", f"-Ddelta.version={version} ", f"={tmp_path}"):
        assert part in maven_command()
    names = {tag.tag.rpartition("}")[2]: tag.text for tag in ElementTree.parse(POM).iter()}
    assert (names["delta.artifact"], names["delta.version"]) == (artifact, version)
