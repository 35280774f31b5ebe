"""The Dockerfile passes its linter, names what exists, and agrees with the pins; its entry point is run for real.

No engine that builds images is needed, and none has built this one.
"""

import io
import os
import re
import shlex
import subprocess
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pyspark
from deploy.project import DEPLOY, PROJECT, TOP, pinned
from dockerfile_parse import DockerfileParser

from segspark.spark.environment import JAVA

DOCKER = DEPLOY / "docker"
ENTRYPOINT = DOCKER / "entrypoint.sh"
TEXT = (DOCKER / "Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """(INSTRUCTION, the rest), lines joined."""
    parser = DockerfileParser(fileobj=io.BytesIO(TEXT.encode()))
    return [(each["instruction"], each["value"]) for each in parser.structure if each["instruction"] != "COMMENT"]


def rest_of(*names: str) -> list[str]:
    return [rest for name, rest in instructions() if name in names]


def copied() -> list[str]:
    """What is copied from the clone."""
    return [source for rest in rest_of("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]]


def test_images_have_a_version_and_every_stage_has_a_known_instruction() -> None:
    known = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "HEALTHCHECK", "LABEL", "RUN", "USER", "WORKDIR"}
    assert {name for name, _ in instructions()} <= known
    stages = {rest.split()[-1] for rest in rest_of("FROM") if " AS " in rest}
    images = [rest.split()[0] for rest in rest_of("FROM")]
    assert [image for image in images if image not in stages and not re.search(r":[^:/]*\d", image)] == []


def test_everything_that_is_copied_exists_and_is_let_through() -> None:
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert len(copied()) >= 9
    for source in copied():
        assert (TOP / source).exists(), source
        assert any(source == path or source.startswith(f"{path}/") for path in allowed), source


def test_nothing_else_of_the_clone_reaches_the_builder() -> None:
    lines = [x for x in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if not x.startswith("#")]
    assert lines[0] == "*"
    allowed = [line[1:] for line in lines if line.startswith("!")]
    needed = copied()
    assert [path for path in allowed if not any(n == path or n.startswith(f"{path}/") for n in needed)] == []
    assert any(fnmatch("segspark/.segspark-key", line) for line in lines if not line.startswith("!"))


def test_nothing_secret_is_baked_in() -> None:
    names = " ".join([*rest_of("ENV", "ARG", "LABEL"), *copied()])
    assert re.search(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL", names, re.IGNORECASE) is None


def test_it_does_not_run_as_root() -> None:
    assert rest_of("USER") == ["185"]
    at = [name for name, _ in instructions()]
    assert at.index("USER") > max(n for n, name in enumerate(at) if name in ("RUN", "COPY"))


def test_versions_agree_with_those_of_the_project() -> None:
    python = re.findall(r"^FROM python:(\d+\.\d+)-", TEXT, re.MULTILINE)
    assert set(python) == {"3.11"}
    assert PROJECT["requires-python"] == f">={python[0]}"
    assert f"/lib/python{python[0]}/site-packages/pyspark " in TEXT
    assert f"uv=={pinned('uv')}" in TEXT
    assert f"openjdk-{JAVA}-jre-headless" in TEXT
    assert f"temurin-{JAVA} AS jars" in TEXT
    assert f"-t segspark:{PROJECT['version']} " in TEXT
    extras = re.search(r'"segspark\[([\w,]+)\]', TEXT)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_jars_are_those_that_make_setup_fetches() -> None:
    makefile = (TOP / "Makefile").read_text()
    groups = re.findall(r"-DincludeGroupIds=(\S+)", TEXT)
    assert groups == re.findall(r"-DincludeGroupIds=(\S+)", makefile)
    poms = re.findall(r"-f (\S+pom\.xml)", TEXT)
    assert poms == re.findall(r"-f ((?!tests/)\S+pom\.xml)", makefile)
    assert all((TOP / pom).is_file() for pom in poms)
    for sums in re.findall(r"(conf/jars\S*/SHA256SUMS|conf/jars/SHA256SUMS)", TEXT):
        assert (TOP / sums).is_file()


# The entry point: `tini` and `java` are stubs that print what they are given, everything else is real.


def start(tmp_path: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    stubs = tmp_path / "bin"
    stubs.mkdir()
    (stubs / "tini").write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    (stubs / "java").write_text('#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\n')
    (stubs / "spark-submit").write_text('#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\n')
    for stub in stubs.iterdir():
        stub.chmod(0o755)
    return subprocess.run(
        [str(ENTRYPOINT), *words], capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": f"{stubs}:{os.environ['PATH']}", "SPARK_HOME": str(tmp_path), **environ},
    )  # fmt: skip


def test_any_command_runs_and_what_it_writes_is_its_own(tmp_path: Path) -> None:
    done = start(tmp_path, "sh", "-c", "umask; echo $0 $1", "a", "b c")
    assert done.stdout.splitlines() == ["0077", "a b c"]


def test_its_exit_code_is_the_commands(tmp_path: Path) -> None:
    assert start(tmp_path, "sh", "-c", "exit 4").returncode == 4


def test_a_driver_is_submitted_in_client_mode(tmp_path: Path) -> None:
    done = start(
        tmp_path, "driver", "--properties-file", "/conf/spark.properties", "a b", SPARK_DRIVER_BIND_ADDRESS="::1"
    )
    assert done.stdout.split("\n") == [
        "<--conf>", "<spark.driver.bindAddress=::1>", "<--conf>", "<spark.executorEnv.SPARK_DRIVER_POD_IP=::1>",
        "<--deploy-mode>", "<client>", "<--properties-file>", "</conf/spark.properties>", "<a b>", "",
    ]  # fmt: skip


EXECUTOR = {
    "SPARK_DRIVER_URL": "spark://driver", "SPARK_EXECUTOR_ID": "7", "SPARK_EXECUTOR_CORES": "4",
    "SPARK_EXECUTOR_MEMORY": "10g", "SPARK_APPLICATION_ID": "app", "SPARK_EXECUTOR_POD_IP": "10.0.0.7",
    "SPARK_RESOURCE_PROFILE_ID": "0", "SPARK_EXECUTOR_POD_NAME": "pod",
}  # fmt: skip


def test_an_executor_gets_its_options_in_order_and_whole(tmp_path: Path) -> None:
    more = {f"SPARK_JAVA_OPT_{n}": f"-Dn={n} of 12" for n in range(12)}
    words = start(tmp_path, "executor", **EXECUTOR, **more).stdout.splitlines()
    assert words[:12] == [f"<-Dn={n} of 12>" for n in range(12)]
    assert words[12:14] == ["<-Xms10g>", "<-Xmx10g>"]
    at = words.index("<org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend>")
    assert words[at + 1 :] == [
        "<--driver-url>", "<spark://driver>", "<--executor-id>", "<7>", "<--cores>", "<4>", "<--app-id>", "<app>",
        "<--hostname>", "<10.0.0.7>", "<--resourceProfileId>", "<0>", "<--podName>", "<pod>",
    ]  # fmt: skip


def test_an_executor_without_options_starts_too(tmp_path: Path) -> None:
    assert start(tmp_path, "executor", **EXECUTOR).stdout.splitlines()[0] == "<-Xms10g>"


def test_a_variable_that_spark_did_not_set_is_an_error(tmp_path: Path) -> None:
    done = start(tmp_path, "executor")
    assert done.returncode != 0
    assert "SPARK_EXECUTOR_MEMORY: unbound variable" in done.stderr


def test_variables_and_options_are_those_of_this_spark() -> None:
    (jar,) = (Path(pyspark.__file__).parent / "jars").glob("spark-kubernetes_*.jar")
    with zipfile.ZipFile(jar) as opened:
        words = b"".join(opened.read(n) for n in opened.namelist() if "/k8s/" in n and n.endswith(".class"))
    text = ENTRYPOINT.read_text()
    executor = text[text.index("  executor)") :]
    ours = {*re.findall(r"\$\{?(SPARK_[A-Z_]+)", text), "SPARK_JAVA_OPT_", *re.findall(r"(--[a-zA-Z-]+) \"", executor)}
    of_the_image = {"SPARK_HOME"}
    assert len(ours) > 15
    assert sorted(word for word in ours - of_the_image if word.encode() not in words) == []


def test_the_shell_script_is_one() -> None:
    assert os.access(ENTRYPOINT, os.X_OK)
    assert subprocess.run(["bash", "-n", str(ENTRYPOINT)], check=False).returncode == 0
    assert shlex.split(rest_of("ENTRYPOINT")[0].strip("[]"))[0].endswith("entrypoint.sh")
