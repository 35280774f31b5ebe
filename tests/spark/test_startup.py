"""What makes a JVM start faster is of one Java and one set of jars, and is never needed."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from segspark.spark import startup
from segspark.spark.environment import java_command
from segspark.spark.settings import COMPILE_LATE, COMPILE_QUICKLY, JVM_OPTIONS


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


@pytest.mark.parametrize("compiler", [COMPILE_LATE, COMPILE_QUICKLY])
def test_the_jvm_takes_our_options_and_says_nothing_on_its_output(compiler: str) -> None:
    """An option that it does not know keeps the JVM from starting; a word on its output would spoil our JSON."""
    java = java_command()
    assert java is not None
    said = subprocess.run(
        [java, *f"{JVM_OPTIONS} {compiler}".split(), "-version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (0, "")


def test_an_archive_is_whole_or_not_there_and_replaces_the_older_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(startup, "java_command", lambda: "/usr/bin/java")
    path = startup.class_archive_path()
    path.parent.mkdir(parents=True)
    old, foreign = path.with_name(f"{path.name.rpartition('-')[0]}-old.jsa"), path.with_name("classes-other-1.jsa")
    old.touch()
    foreign.touch()
    runs: list[Any] = []

    def ends_without(command: list[str], **_: Any) -> None:
        runs.append(command)

    def too_slow(command: list[str], **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    def makes(command: list[str], **_: Any) -> None:
        runs.append(command)
        Path(command[-1]).write_bytes(b"archive")

    for run in (ends_without, too_slow):
        monkeypatch.setattr(startup.subprocess, "run", run)
        assert startup.make_class_archive() is None
        assert old.exists()
        assert not path.exists()
    monkeypatch.setattr(startup.subprocess, "run", makes)
    assert startup.make_class_archive() == path
    assert path.read_bytes() == b"archive"
    assert sorted(p.name for p in path.parent.iterdir()) == sorted([path.name, foreign.name])
    # It is made once.
    assert startup.make_class_archive() == path
    assert len(runs) == 2


def test_the_first_query_of_a_process_can_be_made_beforehand(spark: SparkSession) -> None:
    startup.warm_up(spark)
