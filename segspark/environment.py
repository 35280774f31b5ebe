"""What must be there before Spark starts: Java, jars, memory, disk, rights. Says what to do where it is not."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from segspark.errors import InfrastructureError

JAVA = 17
MIN_MEMORY_BYTES = 2 * 1024**3
MIN_DISK_BYTES = 1024**3
CLONE = Path(__file__).parents[1]


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
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "segspark"


def check_environment(lake: Path) -> None:
    """Everything at once, before any JVM.

    Raises:
        InfrastructureError: each missing thing with its cure.
    """
    wrong = [c for c in examine_environment(lake) if c.cure]
    if wrong:
        raise InfrastructureError("not ready:\n" + "\n".join(f"- {c.name}: {c.detail}. {c.cure}" for c in wrong))


def examine_environment(lake: Path) -> list[Check]:
    return [_python(), _java(), _jars(), _memory(), *_folder(lake)]


def _python() -> Check:
    have = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", have, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or later.")


def java_command() -> str | None:
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
    """Name -> SHA-256 of the committed list."""
    listed = CLONE / "conf" / "jars" / "SHA256SUMS"
    if not listed.exists():
        return {}
    pairs = (line.split() for line in listed.read_text().splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def wrong_jars(folder: Path) -> list[str]:
    """Names of jars that are missing or have another content than listed."""
    return [
        name
        for name, digest in expected_jars().items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]


def _jars() -> Check:
    folder = jar_folder()
    if not any(folder.glob("*.jar")):
        if shutil.which("mvn") is None:
            return Check("jars", "none; Spark will fetch them by Ivy at its start")
        return Check("jars", f"none in {folder}", "Run: make setup")
    wrong = wrong_jars(folder)
    if wrong:
        return Check("jars", f"{', '.join(wrong)} missing or other than listed", f"Remove {folder} and run: make setup")
    return Check("jars", f"{len(list(folder.glob('*.jar')))} in {folder}")


def _memory() -> Check:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return Check("memory", "unknown on this system")
    shown = f"{free / 1024**3:.1f} GiB free"
    return Check("memory", shown, "" if free >= MIN_MEMORY_BYTES else "At least 2 GiB are needed; close other programs.")


def _folder(lake: Path) -> list[Check]:
    at = lake
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
    """``python -m segspark.environment verify-jars``: 0 where the folder holds what the list says."""
    if arguments == ["verify-jars"]:
        wrong = wrong_jars(jar_folder())
        for name in wrong:
            print(f"jars: {name} is missing or differs from conf/jars/SHA256SUMS", file=sys.stderr)
        return 1 if wrong else 0
    print("usage: python -m segspark.environment verify-jars", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
