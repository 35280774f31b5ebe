"""What a cluster cannot do as it is configured is said before any work, with exit code 2; what may pass ends with 4."""

import base64
import os
import secrets
import signal
import subprocess
import threading
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, write_orders
from cluster.machines import cluster, environment_of_wheel
from cluster.shop import Driver, into_bucket

from segspark.store import store_at

pytestmark = pytest.mark.slow

DAY = date(2026, 5, 2)
AS_OF = ("--as-of", "2026-05-03")


@pytest.fixture
def shop(driver: Driver, tmp_path: Path) -> Path:
    workspace = make_workspace(driver.folder / tmp_path.name)
    write_orders(workspace, DAY, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    return workspace.folder


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The message; spark-submit hands on what Python says on either stream by its own standard output."""
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return next((line for line in lines if line.startswith("segspark: ")), done.stdout[-3000:])


def test_a_lake_in_a_folder_of_the_driver_is_refused_and_the_doctor_says_so(driver: Driver, shop: Path) -> None:
    done = driver.submit("daily", shop, *AS_OF)
    assert done.returncode == 2, done.stdout[-3000:] + done.stderr[-1000:]
    assert " of 2 executors of spark://" in said(done)
    assert f"do not see the lake at {shop / 'lake'}: a folder must be one that" in said(done)
    assert "Traceback" not in done.stdout + done.stderr
    # Nothing was made of the day.
    assert list((shop / "lake").glob("*/*/_delta_log")) == []
    doctor = driver.submit("doctor", shop)
    assert doctor.returncode == 1
    assert "do not see the lake" in doctor.stdout
    # The same where no spark-submit is: the workspace names the cluster.
    asked = Driver(driver.cluster, driver.python, {**driver.environ, "SEGSPARK__SPARK__MASTER": driver.cluster.url})
    named = asked.run("doctor", "--config", str(shop))
    assert named.returncode == 1
    assert "do not see the lake" in named.stdout


def test_files_of_a_source_that_only_the_driver_sees_are_refused(driver: Driver, shop: Path, bucket: str) -> None:
    settings = (shop / "segspark.yaml").read_text()
    (shop / "segspark.yaml").write_text(settings.replace("lake: ./lake", f"lake: {bucket}/{shop.name}"))
    done = driver.submit("daily", shop, *AS_OF)
    assert done.returncode == 2, done.stdout[-3000:] + done.stderr[-1000:]
    assert "do not see the files of source orders at" in said(done)


def test_a_key_that_only_the_driver_has_is_refused_and_nothing_of_it_travels(
    driver: Driver, shop: Path, bucket: str
) -> None:
    there = into_bucket(shop, driver.folder / f"{shop.name}-there", f"{bucket}/{shop.name}-there")
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    alone = Driver(driver.cluster, driver.python, {**driver.environ, "SEGSPARK_KEY": other})
    done = alone.submit("daily", there, *AS_OF)
    assert done.returncode == 2, done.stdout[-3000:] + done.stderr[-1000:]
    assert "The executors have not the key of the lake: put SEGSPARK_KEY" in said(done)


# An executor that is older has tasks.
AT_WORK_S = 5


def test_executors_that_are_lost_again_and_again_end_with_code_4(driver: Driver, shop: Path, bucket: str) -> None:
    there = into_bucket(shop, driver.folder / f"{shop.name}-lost", f"{bucket}/{shop.name}-lost")
    ended, killing = threading.Event(), []

    def kill() -> None:
        # Whatever takes their place is killed too, once it has begun with tasks: an executor that is killed while it
        # starts loses none, and the cluster starts others for ever.
        while not ended.wait(0.3):
            for pid in driver.cluster.executors():
                with suppress(ProcessLookupError, FileNotFoundError):
                    if time.time() - Path(f"/proc/{pid}").stat().st_ctime > AT_WORK_S:
                        os.kill(pid, signal.SIGKILL)

    def begin(line: str) -> None:
        if not killing and line.split()[1:2] == ["parse"]:
            killing.append(threading.Thread(target=kill))
            killing[0].start()

    try:
        done = driver.submit("daily", there, *AS_OF, on_line=begin, spark__task__maxFailures="1")
    finally:
        ended.set()
    assert killing
    assert done.returncode == 4, done.stdout[-3000:] + done.stderr[-1000:]
    again = driver.submit("daily", there, *AS_OF)
    assert again.returncode == 0, again.stderr[-3000:]


def test_with_sparks_encryption_the_driver_alone_needs_the_key(wheel: Path, bucket: str, tmp_path: Path) -> None:
    secret = secrets.token_hex(16)
    on = {"spark.authenticate": "true", "spark.authenticate.secret": secret, "spark.network.crypto.enabled": "true"}
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    python = environment_of_wheel(tmp_path, wheel)
    with cluster(tmp_path, aws, [f"-D{name}={value}" for name, value in on.items()]) as made:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        driver = Driver(made, python, {**aws, "SEGSPARK_KEY": key})
        workspace = make_workspace(driver.folder / "shop")
        write_orders(workspace, DAY, ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
        there = into_bucket(workspace.folder, driver.folder / "there", f"{bucket}/encrypted")
        settings = {name.replace(".", "__"): value for name, value in on.items()}
        done = driver.submit("daily", there, *AS_OF, **settings, spark__io__encryption__enabled="true")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert store_at(f"{bucket}/encrypted/lake/gold/segments").list()
