"""An environment of its own for each Spark that is claimed: this project's wheel, that Spark, its Delta and its jars.

They are made once, below SEGSPARK_VERSIONS or the user's cache, and hold the versions of requirements.txt otherwise.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
OF_THE_PLATFORM = ("pyspark", "delta-spark", "py4j", "importlib-metadata")


class NotMade(Exception):
    """An environment could not be made, as without a network."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it; nothing of the clone is in its path."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def site(self) -> Path:
        return next((self.folder / "lib").glob("python3.*/site-packages"))

    def run(self, *arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """A command of this environment's Python, with its jars."""
        outer = ("PYTHONPATH", "SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_PYTHON")
        kept = {name: value for name, value in os.environ.items() if name not in outer}
        path = f"{self.python.parent}:{os.environ['PATH']}"
        return subprocess.run(
            [str(self.python), *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=1800,
            env={**kept, "PATH": path, "SEGSPARK_JARS": str(self.folder / "jars"), **environ},
        )  # fmt: skip


def make_environment(spark: str, delta: str, wheel: Path, extra: str = "") -> Environment:
    """The environment of a Spark, with the wheel as it is now.

    Args:
        extra: of pyspark, such as ``connect``.

    Raises:
        NotMade: it is not there yet and cannot be made here.
    """
    pins = _pins()
    name = hashlib.sha256(pins.encode()).hexdigest()[:8]
    environment = Environment(_base() / f"spark-{spark}-delta-{delta}{extra and '-'}{extra}-{name}")
    pip = ("pip", "install", "--quiet", "--python", str(environment.python))
    if not (environment.folder / ".made").exists():
        shutil.rmtree(environment.folder, ignore_errors=True)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(environment.folder))
        constraints = environment.folder / "constraints.txt"
        constraints.write_text(pins)
        _uv(
            *pip,
            str(wheel),
            f"pyspark{f'[{extra}]' * bool(extra)}=={spark}",
            f"delta-spark=={delta}",
            "--constraints",
            str(constraints),
        )
        (environment.folder / ".made").touch()
    _uv(*pip, "--no-deps", "--reinstall", str(wheel))
    if not list((environment.folder / "jars").glob("*.jar")) and shutil.which("mvn"):
        _fetch_jars(environment)
    return environment


def make_plain_environment(*packages: str) -> Environment:
    """An environment of packages whose pins clash with this project's, which is not in it.

    Args:
        packages: each with its version, as ``name==1.2``.

    Raises:
        NotMade: it is not there yet and cannot be made here.
    """
    environment = Environment(_base() / "-".join(packages).replace("==", "-"))
    if not (environment.folder / ".made").exists():
        shutil.rmtree(environment.folder, ignore_errors=True)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(environment.folder))
        _uv("pip", "install", "--quiet", "--python", str(environment.python), *packages)
        (environment.folder / ".made").touch()
    return environment


def build_wheel(folder: Path) -> Path:
    """This clone's wheel; built from a copy, since setuptools leaves files beside its sources."""
    copy = folder / "sources"
    copy.mkdir()
    shutil.copytree(TOP / "segspark", copy / "segspark", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, copy / name)
    _uv("build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", str(folder), str(copy))
    return next(folder.glob("segspark-*.whl"))


def _fetch_jars(environment: Environment) -> None:
    """By the command that a user is told."""
    said = environment.run("-c", "from segspark.spark.jars import maven_command; print(maven_command())", cwd=TOP)
    done = subprocess.run([*said.stdout.split(), "-q", "-B"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMade(f"the jars could not be fetched: {done.stdout[-500:]}")


def _pins() -> str:
    """The versions of requirements.txt, without what the platform brings."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)(.*)$", (TOP / "requirements.txt").read_text(), re.MULTILINE)
    kept = (f"{name}=={version}{rest}" for name, version, rest in found if name not in OF_THE_PLATFORM)
    return "".join(f"{line.rstrip(' ' + chr(92))}\n" for line in kept)


def _base() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("SEGSPARK_VERSIONS") or cache / "segspark" / "versions")


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if uv is None:
        raise NotMade("uv is not installed; it is in the extra [dev]")
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMade(f"uv {arguments[0]}: {done.stderr[-500:]}")
