"""A folder with everything that spark-submit takes: the installed code as a zip, a job per program, settings, the pom."""

import re
import shutil
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import segspark
from segspark.errors import ConfigError
from segspark.spark.jars import POM
from segspark.spark.submit.conf import cluster_conf

# What a platform brings itself.
_OF_THE_PLATFORM = {"pyspark", "delta-spark", "py4j"}
_JOB = '''\
"""spark-submit jobs/{program}.py --config DIR/segspark.yaml{days}"""

import sys

from segspark.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = {words}
    main()
'''
# Asks driver and executors for what they need, and does nothing else.
DOCTOR = "doctor"


def pack(folder: Path, programs: Sequence[str], fetch_delta: bool = False, fetch_s3: bool = False) -> list[str]:
    """Fill a new or an earlier packed folder; returns the names of its files.

    Raises:
        ConfigError: the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "segspark.zip").is_file():
        raise ConfigError(f"{folder} is not empty and was not packed by segspark. Name a new folder.")
    (folder / "jobs").mkdir(parents=True, exist_ok=True)
    write_zip(folder / "segspark.zip")
    for program in (*programs, DOCTOR):
        (folder / "jobs" / f"{program}.py").write_text(job_text(program), encoding="utf-8")
    (folder / "spark-cluster.conf").write_text(cluster_conf(fetch_delta, fetch_s3), encoding="utf-8")
    (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements()), encoding="utf-8")
    shutil.copyfile(POM, folder / "pom.xml")
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def job_text(program: str) -> str:
    """A job for spark-submit, which wants a file."""
    if program == DOCTOR:
        return _JOB.format(program=program, days="", words=f'["{program}"]')
    days = " --from 2026-05-01 --to 2026-05-31" if program == "backfill" else " --as-of 2026-06-01"
    return _JOB.format(program=program, days=days, words=f'["run", "{program}"]')


def write_zip(path: Path) -> None:
    """The installed package; the same code gives the same bytes."""
    top = Path(segspark.__file__).parent
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(top.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                entry = zipfile.ZipInfo(f"{top.name}/{file.relative_to(top).as_posix()}")
                out.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)


def requirements(package: str = "segspark") -> list[str]:
    """What the package needs, and what that needs in turn, in the versions that are installed here.

    Raises:
        ConfigError: the package is not installed.
    """
    found: dict[str, str] = {}
    wanted = [package]
    while wanted:
        name = wanted.pop()
        if name in found or name in _OF_THE_PLATFORM:
            continue
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            # For another system or another Python.
            continue
        wanted += [_name_of(need) for need in metadata.requires(name) or () if "extra ==" not in need]
    if package not in found:
        raise ConfigError(f"{package} is not installed as a package, so what it needs is unknown. Install its wheel.")
    return [f"{name}=={version}" for name, version in sorted(found.items()) if name != package]


def _name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()
