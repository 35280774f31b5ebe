"""The settings stand once in the code; the files for spark-submit, Maven and pip say the same."""

import shlex
from pathlib import Path

import pytest

from segspark.spark import settings
from segspark.spark.jars import POM
from segspark.spark.settings import EVERYWHERE, JVM_OPTIONS, LOCAL, java_option, quiet_log
from segspark.spark.versions import CLAIMED, package_of

ROOT = Path(__file__).parents[2]
DELTA_PACKAGE = package_of("4.2", CLAIMED[-1].delta)


def settings_of(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {key: value.strip() for key, value in (line.split(maxsplit=1) for line in lines)}


def test_conf_spark_local_says_what_the_session_sets() -> None:
    said = settings_of((ROOT / "conf" / "spark-local.conf").read_text())
    assert {**EVERYWHERE, **LOCAL}.items() <= said.items()
    # The paths are those of the clone, where it is run.
    quiet = said["spark.driver.extraJavaOptions"].rpartition("-Dlog4j2.configurationFile=")[2]
    assert (ROOT / quiet).is_file()
    assert f"{JVM_OPTIONS} {settings.COMPILE_LATE}" in said["spark.driver.extraJavaOptions"]


def test_conf_spark_cluster_leaves_the_cluster_its_own() -> None:
    said = settings_of((ROOT / "conf" / "spark-cluster.conf").read_text())
    assert EVERYWHERE.items() <= said.items()
    assert not {"spark.master", "spark.driver.memory", "spark.executor.memory", "spark.executor.cores"} & set(said)
    assert DELTA_PACKAGE in (ROOT / "conf" / "spark-cluster.conf").read_text()


def test_the_pom_and_ivy_fetch_the_same_delta() -> None:
    pom = POM.read_text()
    group, artifact, version = DELTA_PACKAGE.split(":")
    for part in (f"<groupId>{group}<", f"<delta.artifact>{artifact}<", f"<delta.version>{version}<"):
        assert part in pom
    assert f'"delta-spark=={version}"' in (ROOT / "pyproject.toml").read_text()
    assert f"{artifact}-{version}.jar" in (ROOT / "conf" / "jars" / "SHA256SUMS").read_text()


def test_conf_files_set_the_options_of_the_jvm_alike() -> None:
    files = {
        name: settings_of((ROOT / "conf" / name).read_text()) for name in ("spark-local.conf", "spark-cluster.conf")
    }
    # Wide aggregations need it on every JVM that runs them; the rest is of one machine.
    for key in ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"):
        assert files["spark-cluster.conf"][key] == "-XX:-DontCompileHugeMethods"
    assert "-XX:-DontCompileHugeMethods" in JVM_OPTIONS
    for key in {*files["spark-local.conf"]} & {*files["spark-cluster.conf"]} - {"spark.driver.extraJavaOptions"}:
        assert files["spark-local.conf"][key] == files["spark-cluster.conf"][key], key


def test_what_holds_everywhere_and_what_locally_do_not_contradict() -> None:
    assert not set(EVERYWHERE) & set(LOCAL)
    assert all(isinstance(value, str) for value in (EVERYWHERE | LOCAL).values())
    assert EVERYWHERE["spark.sql.session.timeZone"] == "UTC"


def test_the_quiet_log_is_configured_by_a_file_that_is_there() -> None:
    option, _, path = quiet_log().partition("=")
    assert option == "-Dlog4j2.configurationFile"
    assert Path(path).is_file()


@pytest.mark.parametrize("folder", ["/plain", "/été à Lyon", "/l'été", '/so "called"', "/back\\slash", "/a\tb"])
def test_a_jvm_option_stays_one_whatever_its_path_holds(folder: str) -> None:
    # Spark splits the options as a shell does, which is what shlex does too.
    text = f"-XX:+UseParallelGC {java_option(f'-Djava.io.tmpdir={folder}')} -Dlast=1"
    assert shlex.split(text) == ["-XX:+UseParallelGC", f"-Djava.io.tmpdir={folder}", "-Dlast=1"]


def test_a_plain_jvm_option_is_not_quoted() -> None:
    assert java_option("-Djava.io.tmpdir=/été/x") == "-Djava.io.tmpdir=/été/x"
