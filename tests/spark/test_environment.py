import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.config.url import Url
from segspark.errors import EXIT_INFRASTRUCTURE, InfrastructureError
from segspark.spark import environment, versions
from segspark.spark.environment import (
    Check,
    available_memory,
    cache_folder,
    check_environment,
    examine_environment,
    jar_folder,
    main,
    parse_java_version,
    wrong_jars,
)

# Delta's, of the Spark of this environment.
JAR = "delta-spark_4.2_2.13-4.4.0"
Install = Callable[[str], Path]


@pytest.fixture
def install_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A Java that says the given words, alone in PATH."""

    def install(words: str) -> Path:
        java = tmp_path / "java-home" / "bin" / "java"
        java.parent.mkdir(parents=True, exist_ok=True)
        java.write_text(f"#!/bin/sh\ncat >&2 <<'WORDS'\n{words}\nWORDS\n")
        java.chmod(0o755)
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", f"{java.parent}:/usr/bin:/bin")
        return java

    return install


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose list names one jar; the folder for it is empty."""
    sums = tmp_path / "clone" / "conf" / "jars" / "SHA256SUMS"
    sums.parent.mkdir(parents=True)
    sums.write_text(f"{hashlib.sha256(b'right').hexdigest()}  {JAR}.jar\n")
    monkeypatch.setattr(environment, "CLONE", tmp_path / "clone")
    monkeypatch.delenv("SEGSPARK_JARS", raising=False)
    jars = tmp_path / "clone" / "jars"
    jars.mkdir()
    return jars


def check(name: str, lake: Path) -> Check:
    return next(c for c in examine_environment(Url(str(lake))) if c.name == name)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019-01-15', 11),
        ("no such thing", None),
    ],
)
def test_java_tells_its_version_in_many_ways(said: str, version: int | None) -> None:
    assert parse_java_version(said) == version


@given(st.text())
def test_any_words_of_a_java_are_survived(said: str) -> None:
    assert parse_java_version(said) is None or isinstance(parse_java_version(said), int)


def test_a_right_java_is_fine(install_java: Install, tmp_path: Path) -> None:
    java = install_java('openjdk version "17.0.1"')
    assert check("Java", tmp_path) == Check("Java", f"17 at {java}")


def test_an_old_java_is_named_with_the_cure(install_java: Install, tmp_path: Path) -> None:
    install_java('java version "1.8.0_392"')
    found = check("Java", tmp_path)
    assert "8 at" in found.detail
    assert "too old" in found.cure
    assert "openjdk-17" in found.cure


def test_no_java_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check("Java", tmp_path).cure


def test_java_home_goes_before_path(install_java: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_java('openjdk version "17.0.1"')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    found = check("Java", tmp_path)
    assert "does not run" in found.detail
    assert "JAVA_HOME" in found.cure


def test_jars_that_differ_from_the_list_are_named(listed: Path, tmp_path: Path) -> None:
    (listed / f"{JAR}.jar").write_bytes(b"wrong")
    (listed / "two.jar").write_bytes(b"old version")
    found = check("jars", tmp_path)
    assert f"{JAR}.jar is missing or not the one listed" in found.detail
    assert "two.jar is not in the list" in found.detail
    assert "make setup" in found.cure
    assert main(["verify-jars"]) == 1


def test_jars_of_the_list_are_fine(listed: Path, tmp_path: Path) -> None:
    (listed / f"{JAR}.jar").write_bytes(b"right")
    assert wrong_jars(listed) == []
    assert not check("jars", tmp_path).cure
    assert main(["verify-jars"]) == 0


def test_jars_of_another_spark_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a folder was filled for one environment and is named to another."""
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path))
    monkeypatch.setattr(versions.metadata, "version", {"pyspark": "4.0.2", "delta-spark": "4.0.0"}.__getitem__)
    (tmp_path / f"{JAR}.jar").touch()
    found = check("jars", tmp_path)
    assert "delta-spark_2.13-4.0.0.jar, the Delta of this Spark, is missing" in found.detail
    assert str(tmp_path) in found.cure
    (tmp_path / "delta-spark_2.13-4.0.0.jar").touch()
    assert not check("jars", tmp_path).cure


def test_without_maven_missing_jars_are_left_to_ivy(
    listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    found = check("jars", tmp_path)
    assert "Ivy" in found.detail
    assert not found.cure
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/bin/{name}")
    assert check("jars", tmp_path).cure == "Run: make setup"


def test_outside_a_clone_jars_are_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "CLONE", tmp_path)
    monkeypatch.delenv("SEGSPARK_JARS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert jar_folder() == cache_folder() / "jars" / JAR == tmp_path / "cache" / "segspark" / "jars" / JAR
    monkeypatch.setenv("SEGSPARK_JARS", str(tmp_path / "mine"))
    assert jar_folder() == tmp_path / "mine"


def test_memory_is_that_of_the_container(tmp_path: Path) -> None:
    gib = 1024**3
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 8388608 kB\n")
    assert available_memory(tmp_path) == 8 * gib
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (group / "memory.current").write_text(f"{3 * gib}\n")
    (group / "memory.stat").write_text(f"anon 5\nfile {gib}\n")
    (group / "memory.max").write_text("max\n")
    assert available_memory(tmp_path) == 8 * gib
    # 4 GiB allowed, 3 used, of which the page cache's one is given back when needed.
    (group / "memory.max").write_text(f"{4 * gib}\n")
    assert available_memory(tmp_path) == 2 * gib
    assert available_memory(tmp_path / "elsewhere") is None


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "available_memory", lambda: 10**9)
    found = check("memory", tmp_path)
    assert found.detail == "0.9 GiB free"
    assert "2 GiB" in found.cure


def test_too_little_disk_is_measured_where_the_lake_will_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> os.terminal_size:
        asked.append(path)
        return type("Usage", (), {"free": 1000})()  # type: ignore[no-any-return]

    monkeypatch.setattr(environment.shutil, "disk_usage", usage)
    assert "1 GiB" in check("disk", tmp_path / "not" / "yet").cure
    assert asked == [tmp_path]


def test_a_lake_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write anywhere, so the answer of the system is replaced, not the rights.
    monkeypatch.setattr(environment.os, "access", lambda path, mode: False)
    found = check("lake", tmp_path / "lake")
    assert f"no right to write below {tmp_path}" in found.detail
    assert "segspark.yaml" in found.cure


def test_a_lake_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("")
    assert check("lake", tmp_path / "lake").cure


@pytest.mark.parametrize(("version", "right"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 15, 0), False)])
def test_python_must_be_one_that_spark_knows(
    version: tuple[int, ...], right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert (check("Python", tmp_path).cure == "") is right


@pytest.mark.parametrize(
    ("version", "right"), [("3.5.6", False), ("4.0.2", True), ("4.2.0", True), ("4.3.0.dev1", False)]
)
def test_spark_must_be_one_that_is_claimed(
    version: str, right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions.metadata, "version", lambda name: version)
    assert (check("Spark", tmp_path).cure == "") is right


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environment, "available_memory", lambda: 1)
    with pytest.raises(InfrastructureError) as caught:
        check_environment(Url(str(tmp_path)))
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["- Java", "- memory"]
    assert caught.value.exit_code == EXIT_INFRASTRUCTURE


@pytest.mark.parametrize("variable", ["PYSPARK_GATEWAY_PORT", "SPARK_REMOTE"])
def test_under_spark_submit_or_connect_java_and_jars_are_the_clusters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "12345")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {c.name for c in examine_environment(Url(str(tmp_path)))} == {"Python", "Spark", "memory", "lake", "disk"}
