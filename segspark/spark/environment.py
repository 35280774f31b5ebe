"""Checks before Spark starts: Java, jars, memory, disk, rights; each failure names its remedy."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segspark.config.url import Url
from segspark.errors import InfrastructureError
from segspark.spark.stores import S3_SCHEMES, connector_jars
from segspark.spark.versions import claimed_range, delta_package, is_claimed, refuse_other_spark, spark_version
from segspark.store import store_at

JAVA = 17
PYTHON_FROM, PYTHON_TO = (3, 11), (3, 14)
MIN_MEMORY_BYTES = 2 * 1024**3
MIN_DISK_BYTES = 1024**3
CLONE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Check:
    """The result of one check; ``cure`` is empty if it passed."""

    name: str
    detail: str
    cure: str = ""


# Names of the checks that a question can do without.
OF_WRITING = ("lake", "disk")


def jar_folder() -> Path:
    """The folder of the jars: SEGSPARK_JARS, else the clone's, else one of this Delta in the user's cache."""
    if os.environ.get("SEGSPARK_JARS"):
        return Path(os.environ["SEGSPARK_JARS"])
    if (CLONE / "conf" / "jars").is_dir():
        return CLONE / "jars"
    return cache_folder() / "jars" / _jar_name()


def _jar_name() -> str:
    """Of Delta's jar for this Spark, without its suffix."""
    return "-".join(delta_package().split(":")[1:])


def cache_folder() -> Path:
    """The user's cache, the only folder written outside of clone and lake."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "segspark"


def check_environment(lake: Url, writes: bool = True) -> None:
    """Run all checks before any JVM starts.

    Args:
        writes: whether the lake has to be written too; a question only reads it.

    Raises:
        ConfigError: this Spark is none that segspark runs on; the other checks would say nothing then.
        InfrastructureError: all failed checks with their remedies.
    """
    refuse_other_spark()
    wrong = [c for c in examine_environment(lake) if c.cure and (writes or c.name not in OF_WRITING)]
    if wrong:
        raise InfrastructureError("not ready:\n" + "\n".join(f"- {c.name}: {c.detail}. {c.cure}" for c in wrong))


def examine_environment(lake: Url) -> list[Check]:
    """All checks. Under spark-submit, or of a Connect server, Java and jars are others', and the JVM runs already."""
    machine = [] if under_spark_submit() or is_remote() else [_java(), _jars(), *_connector(lake)]
    return [_python(), _spark(), *machine, _memory(), *_folder(lake)]


def under_spark_submit(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether Spark started this Python (every deploy mode sets the port of its gateway), not the other way round."""
    return "PYSPARK_GATEWAY_PORT" in environ


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether sessions are those of a Spark Connect server, as Spark itself is told."""
    return bool(environ.get("SPARK_REMOTE"))


def _python() -> Check:
    have = ".".join(map(str, sys.version_info[:3]))
    allowed = f"{_dotted(PYTHON_FROM)} to {_dotted(PYTHON_TO)}"
    right = PYTHON_FROM <= sys.version_info[:2] <= PYTHON_TO
    return Check("Python", have, "" if right else f"Use Python {allowed}; Spark knows no other.")


def _spark() -> Check:
    version = spark_version()
    if version is None:
        return Check("Spark", "pyspark is not installed", "Run: pip install 'segspark[local]'")
    wish = f"segspark runs on Spark {claimed_range()}. Run: pip install 'segspark[local]'"
    return Check("Spark", f"pyspark {version}", "" if is_claimed(version) else wish)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def java_command() -> str | None:
    """The Java that Spark will start, by Spark's own rule: from JAVA_HOME, else from PATH."""
    home = os.environ.get("JAVA_HOME")
    if home:
        return str(Path(home) / "bin" / "java")
    return shutil.which("java")


def _java() -> Check:
    cure = f"Install a Java {JAVA} runtime (e.g. the package openjdk-{JAVA}-jre-headless) or set JAVA_HOME."
    command = java_command()
    if command is None:
        return Check("Java", "there is none in PATH", cure)
    try:
        output = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return Check("Java", f"{command} does not run", cure)
    version = parse_java_version(output)
    if version is None:
        return Check("Java", f"{command} does not tell its version", cure)
    return Check("Java", f"{version} at {command}", "" if version >= JAVA else f"It is too old. {cure}")


def parse_java_version(output: str) -> int | None:
    """The major version in the output of ``java -version``: 17 for ``17.0.9``, 8 for ``1.8.0_392``."""
    match = re.search(r'version "(\d+)(?:\.(\d+))?', output)
    if match is None:
        return None
    major = int(match[1])
    return int(match[2] or 0) if major == 1 else major


def expected_jars(of: str = ".") -> dict[str, str]:
    """Name -> SHA-256, from the committed list; empty outside a clone.

    Args:
        of: the folder of a store's jars; by default of those that every lake needs.
    """
    listed = CLONE / "conf" / "jars" / of / "SHA256SUMS"
    if not listed.exists():
        return {}
    pairs = (line.split() for line in listed.read_text().splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def unlisted_jars(folder: Path) -> list[str]:
    """Jars that are not listed, such as leftovers of another version: Spark would load both."""
    expected = expected_jars()
    return sorted(jar.name for jar in folder.glob("*.jar") if expected and jar.name not in expected)


def wrong_jars(folder: Path, of: str = ".") -> list[str]:
    """Names of jars that are missing or differ from the listed checksum."""
    return [
        name
        for name, digest in expected_jars(of).items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def _jars() -> Check:
    folder = jar_folder()
    jars = list(folder.glob("*.jar"))
    if not jars:
        # Without Maven, or outside a clone, Ivy fetches the jars; otherwise the set-up was forgotten.
        if shutil.which("mvn") is None or not expected_jars():
            return Check("jars", f"none in {folder}; Spark fetches them by Ivy at its start")
        return Check("jars", f"none in {folder}", "Run: make setup")
    delta = f"{_jar_name()}.jar"
    listed = delta in expected_jars()
    problems = [f"{name} is missing or not the one listed" for name in wrong_jars(folder)] if listed else []
    if not listed and not (folder / delta).is_file():
        problems.append(f"{delta}, the Delta of this Spark, is missing")
    if folder == CLONE / "jars":
        problems += [f"{name} is not in the list" for name in unlisted_jars(folder)]
    if problems:
        cure = "run: make setup" if expected_jars() else "run again: Spark fetches them by Ivy"
        return Check("jars", "; ".join(problems), f"Remove {folder} and {cure}")
    return Check("jars", f"{len(jars)} in {folder}")


def _connector(lake: Url) -> list[Check]:
    """The jars by which Spark reaches a lake's store; for what is not S3 whoever starts Spark gives them."""
    if lake.scheme not in S3_SCHEMES:
        return []
    folder = jar_folder()
    jars = connector_jars(lake, folder)
    if not jars:
        if list(folder.glob("hadoop-aws-*.jar")) or not list(folder.glob("*.jar")):
            return []
        return [Check("jars for S3", f"none in {folder / 's3'}", "Run: make s3")]
    wrong = wrong_jars(folder / "s3", "s3")
    detail = "; ".join(f"{name} is missing or not the one listed" for name in wrong)
    return [Check("jars for S3", detail or f"{len(jars)} in {folder / 's3'}", "Run: make s3" if wrong else "")]


def _memory() -> Check:
    free = available_memory()
    if free is None:
        return Check("memory", "unknown on this system")
    shown = f"{free / 1024**3:.1f} GiB free"
    return Check(
        "memory", shown, "" if free >= MIN_MEMORY_BYTES else "At least 2 GiB are needed; close other programs."
    )


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes available to this process: of the system, or of its container's limit; None if unknown."""
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None
    group = root / "sys/fs/cgroup"
    try:
        # Not a number ("max") if there is no limit; the page cache counts as used but can be reclaimed.
        limit, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        stat = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        cache = next((int(value) for name, value in stat if name == "file"), 0)
        free = min(free, max(limit - used + cache, 0))
    except (OSError, ValueError):
        pass
    return free


def _folder(lake: Url) -> list[Check]:
    if lake.is_remote:
        return [_reached(lake)]
    at = Path(lake.text)
    while not at.exists() and at != at.parent:
        at = at.parent
    may_write = at.is_dir() and os.access(at, os.W_OK | os.X_OK)
    free = shutil.disk_usage(at).free
    return [
        Check(
            "lake",
            f"{lake}" + ("" if may_write else f" cannot be written: no right to write below {at}"),
            "" if may_write else "Give this user the right, or set `lake` in segspark.yaml to another folder.",
        ),
        Check(
            "disk",
            f"{free / 1024**3:.1f} GiB free",
            "" if free >= MIN_DISK_BYTES else "At least 1 GiB is needed; make room or move the lake.",
        ),
    ]


def _reached(lake: Url) -> Check:
    try:
        # A bucket that is not there has no file either, but it cannot be listed.
        store_at(lake).below("_none").list()
    except InfrastructureError as error:
        what, _, cure = str(error).partition(". ")
        return Check("lake", what, cure)
    return Check("lake", f"{lake} is reached")


def main(arguments: list[str]) -> int:
    """``python -m segspark.spark.environment verify-jars [s3]``: 0 if the jars match the list, or are left to Ivy."""
    if arguments not in (["verify-jars"], ["verify-jars", "s3"]):
        print("usage: python -m segspark.spark.environment verify-jars [s3]", file=sys.stderr)
        return 2
    checks = [_jars()] if len(arguments) == 1 else _connector(Url("s3://any"))
    for check in checks:
        if check.cure:
            print(f"{check.name}: {check.detail}. {check.cure}", file=sys.stderr)
    return 1 if any(check.cure for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
