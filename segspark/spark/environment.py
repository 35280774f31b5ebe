"""What must be there before Spark starts: Java, jars, memory, disk, rights. Says what to do where it is not."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from segspark.config.url import Url
from segspark.errors import InfrastructureError

JAVA = 17
PYTHON_FROM, PYTHON_TO = (3, 11), (3, 14)
SPARK_FROM, SPARK_TO = (4, 0), (4, 2)
MIN_MEMORY_BYTES = 2 * 1024**3
MIN_DISK_BYTES = 1024**3
CLONE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``cure`` is empty where it is right."""

    name: str
    detail: str
    cure: str = ""


def jar_folder() -> Path:
    """Where the jars are: SEGSPARK_JARS, else the clone's, else the user's cache."""
    if os.environ.get("SEGSPARK_JARS"):
        return Path(os.environ["SEGSPARK_JARS"])
    if (CLONE / "conf" / "jars").is_dir():
        return CLONE / "jars"
    return cache_folder() / "jars"


def cache_folder() -> Path:
    """The one folder outside clone and lake that is written: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "segspark"


def check_environment(lake: Url) -> None:
    """Everything at once, before any JVM.

    Raises:
        InfrastructureError: each missing thing with its cure.
    """
    wrong = [c for c in examine_environment(lake) if c.cure]
    if wrong:
        raise InfrastructureError("not ready:\n" + "\n".join(f"- {c.name}: {c.detail}. {c.cure}" for c in wrong))


def examine_environment(lake: Url) -> list[Check]:
    """Every check. Under spark-submit Java, Spark and jars are the cluster's, and the JVM runs already."""
    machine = [] if under_spark_submit() else [_spark(), _java(), _jars()]
    return [_python(), *machine, _memory(), *_folder(lake)]


def under_spark_submit(environ: Mapping[str, str] = os.environ) -> bool:
    """Spark started this Python (every deploy mode sets the port of its gateway), not the other way round."""
    return "PYSPARK_GATEWAY_PORT" in environ


def _python() -> Check:
    have = ".".join(map(str, sys.version_info[:3]))
    allowed = f"{_dotted(PYTHON_FROM)} to {_dotted(PYTHON_TO)}"
    right = PYTHON_FROM <= sys.version_info[:2] <= PYTHON_TO
    return Check("Python", have, "" if right else f"Use Python {allowed}; Spark knows no other.")


def _spark() -> Check:
    try:
        have = metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return Check("Spark", "pyspark is not installed", "Run: pip install 'segspark[local]'")
    version = tuple(int(part) for part in re.findall(r"\d+", have)[:2])
    right = SPARK_FROM <= version <= SPARK_TO
    wish = f"Delta needs pyspark {_dotted(SPARK_FROM)} to {_dotted(SPARK_TO)}. Run: pip install 'segspark[local]'"
    return Check("Spark", f"pyspark {have}", "" if right else wish)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def java_command() -> str | None:
    """The Java that Spark will start, by Spark's own rule: JAVA_HOME, else PATH."""
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
        said = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return Check("Java", f"{command} does not run", cure)
    version = parse_java_version(said)
    if version is None:
        return Check("Java", f"{command} does not tell its version", cure)
    return Check("Java", f"{version} at {command}", "" if version >= JAVA else f"It is too old. {cure}")


def parse_java_version(said: str) -> int | None:
    """The major version from what ``java -version`` prints: 17 of ``17.0.9``, 8 of ``1.8.0_392``."""
    match = re.search(r'version "(\d+)(?:\.(\d+))?', said)
    if match is None:
        return None
    major = int(match[1])
    return int(match[2] or 0) if major == 1 else major


def expected_jars() -> dict[str, str]:
    """Name -> SHA-256 of the committed list; empty outside a clone."""
    listed = CLONE / "conf" / "jars" / "SHA256SUMS"
    if not listed.exists():
        return {}
    pairs = (line.split() for line in listed.read_text().splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def unlisted_jars(folder: Path) -> list[str]:
    """Jars of another version left behind; Spark would load both."""
    expected = expected_jars()
    return sorted(jar.name for jar in folder.glob("*.jar") if expected and jar.name not in expected)


def wrong_jars(folder: Path) -> list[str]:
    """Names of jars that are missing or have another content than listed."""
    return [
        name
        for name, digest in expected_jars().items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def _jars() -> Check:
    folder = jar_folder()
    jars = list(folder.glob("*.jar"))
    if not jars:
        # Without Maven, or outside a clone, Ivy is the way; with both at hand set-up was only forgotten.
        if shutil.which("mvn") is None or not expected_jars():
            return Check("jars", f"none in {folder}; Spark fetches them by Ivy at its start")
        return Check("jars", f"none in {folder}", "Run: make setup")
    faults = [f"{name} is missing or not the one listed" for name in wrong_jars(folder)]
    if folder == CLONE / "jars":
        faults += [f"{name} is not in the list" for name in unlisted_jars(folder)]
    if faults:
        return Check("jars", "; ".join(faults), f"Remove {folder} and run: make setup")
    return Check("jars", f"{len(jars)} in {folder}")


def _memory() -> Check:
    free = available_memory()
    if free is None:
        return Check("memory", "unknown on this system")
    shown = f"{free / 1024**3:.1f} GiB free"
    return Check(
        "memory", shown, "" if free >= MIN_MEMORY_BYTES else "At least 2 GiB are needed; close other programs."
    )


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes this process may still take: the system's, or what is left of its container's limit; None if unknown."""
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None
    group = root / "sys/fs/cgroup"
    try:
        # Not a number ("max") where there is no limit; the page cache counts as used but is given back.
        limit, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        stat = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        cache = next((int(value) for name, value in stat if name == "file"), 0)
        free = min(free, max(limit - used + cache, 0))
    except (OSError, ValueError):
        pass
    return free


def _folder(lake: Url) -> list[Check]:
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


def main(arguments: list[str]) -> int:
    """``python -m segspark.spark.environment verify-jars``: 0 where the jars are those of the list, or are left to Ivy."""
    if arguments == ["verify-jars"]:
        check = _jars()
        if check.cure:
            print(f"jars: {check.detail}. {check.cure}", file=sys.stderr)
        return 1 if check.cure else 0
    print("usage: python -m segspark.spark.environment verify-jars", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
