"""A packed folder holds what spark-submit takes, and runs without the clone."""

import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from segspark.app.programs import PROGRAMS
from segspark.cli.main import cli
from segspark.errors import ConfigError
from segspark.spark.jars import POM
from segspark.spark.submit.conf import cluster_conf
from segspark.spark.submit.pack import DOCTOR, pack, requirements

ROOT = Path(__file__).parents[3]


def test_a_packed_folder_has_code_jobs_settings_requirements_and_the_pom(tmp_path: Path) -> None:
    folder = tmp_path / "packed"
    said = CliRunner().invoke(cli, ["pack", str(folder)], catch_exceptions=False)
    jobs = [f"jobs/{program}.py" for program in (*PROGRAMS, DOCTOR)]
    names = {*jobs, "pom.xml", "requirements.txt", "segspark.zip", "spark-cluster.conf"}
    assert {Path(line).relative_to(folder).as_posix() for line in said.stdout.splitlines()} == names
    assert f"--py-files {folder}/segspark.zip {folder}/jobs/daily.py" in said.stderr
    assert (folder / "pom.xml").read_text() == POM.read_text()
    assert (folder / "spark-cluster.conf").read_text() == cluster_conf()
    # Those of the clone, for whoever works there.
    assert {p.name: p.read_text() for p in (ROOT / "jobs").glob("*.py")} == {
        Path(job).name: (folder / job).read_text() for job in jobs
    }
    before = (folder / "segspark.zip").read_bytes()
    pack(folder, PROGRAMS)
    assert (folder / "segspark.zip").read_bytes() == before


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConfigError, match="not packed by segspark"):
        pack(tmp_path, PROGRAMS)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_job_runs_with_the_zip_alone(tmp_path: Path) -> None:
    pack(tmp_path / "packed", PROGRAMS)
    done = subprocess.run(
        [sys.executable, "-P", str(tmp_path / "packed" / "jobs" / "daily.py"), "--help"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}/packed/segspark.zip"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "--as-of" in done.stdout
    assert "segspark/spark/log4j2.properties" in zipfile.ZipFile(tmp_path / "packed" / "segspark.zip").namelist()


def test_the_requirements_are_what_is_installed_and_nothing_that_a_platform_brings() -> None:
    said = dict(line.split("==") for line in requirements())
    named = [re.split(r"[^\w-]", need)[0] for need in metadata.requires("segspark") or () if "extra ==" not in need]
    assert {"click", "deltalake", "pandas"} <= set(named)
    assert {name: said[name] for name in named} == {name: metadata.version(name) for name in named}
    # One that another one needs.
    assert "sqlalchemy" in said
    assert not {"pyspark", "delta-spark", "py4j", "segspark", "pytest"} & set(said)
    with pytest.raises(ConfigError, match="not installed"):
        requirements("no-such-package")
