"""A newcomer's page, from the wheel to a first day on a cluster with everything in a bucket: its own commands, in order."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cluster.machines import TOP, Cluster
from cluster.shop import SETTINGS, Driver
from docs.blocks import blocks_of

from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

pytestmark = pytest.mark.slow

PAGE = "docs/how-to/from-wheel-to-s3.md"


def test_the_page_leads_from_the_wheel_to_a_first_day(driver: Driver, wheel: Path, bucket: str, tmp_path: Path) -> None:
    commands = "\n".join(block.text for block in blocks_of(TOP / PAGE, PAGE) if block.tag == "sh")
    newcomer = driver.folder / "newcomer"
    newcomer.mkdir()
    shutil.copy(wheel, newcomer)
    environment = _empty_environment(driver.cluster, driver.python)
    here = Driver(driver.cluster, environment / "bin" / "python", driver.environ)
    # What a cluster's own spark-defaults.conf says; the page's commands are the newcomer's.
    variables = {
        **here.variables(), "MASTER": driver.cluster.url, "BUCKET": f"{bucket}/newcomer", "PIP_NO_INDEX": "1",
        "PYSPARK_PYTHON": str(driver.python), "PYSPARK_DRIVER_PYTHON": str(here.python),
        "SPARK_SUBMIT_OPTS": " ".join(f"-D{name}={value}" for name, value in SETTINGS.items() if " " not in value),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], env=variables, cwd=newcomer,
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    if "unresolved dependenc" in done.stdout + done.stderr:
        pytest.skip("Ivy reaches no repository here")
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert "reach the lake, sources, key" in done.stdout
    assert Lake(f"{bucket}/newcomer/lake").n_rows(gold.SEGMENTS) > 0
    # Nothing was made here in the bucket's name.
    assert not (newcomer / "shop" / "lake").exists()


def _empty_environment(cluster: Cluster, python: Path) -> Path:
    """A virtual environment with the packages and without segspark, which the page installs."""
    folder = cluster.driver / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next((folder / "lib").glob("python3.*/site-packages"))
    shutil.copy(next((python.parents[1] / "lib").glob("python3.*/site-packages/packages.pth")), site)
    return folder
