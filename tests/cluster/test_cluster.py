"""Whole days by spark-submit on two machines that share no disk, with the lake in a bucket: the rows are those of one
machine, whoever is killed meanwhile. ``make test-cluster``; some minutes.

What was seen is written to benchmarks/results/cluster.json.
"""

import json
import os
import platform
from datetime import date
from pathlib import Path

import pyspark
import pytest
from cluster.machines import TOP
from cluster.shop import Driver, into_bucket, make_shop, rows_of_lake
from versions.rows import differences

from segspark.time import DAY

pytestmark = pytest.mark.slow

AS_OF = date(2026, 5, 1)
PEOPLE, EVENTS, BACKFILLED = 60, 1200, 10
FIRST, WARM, KILLED, LOST = (AS_OF - DAY * n for n in (3, 2, 1, 0))
# Programs in their order, on either side.
PLAN = (
    ("daily", "--as-of", f"{FIRST}"),
    ("daily", "--as-of", f"{WARM}"),
    ("train", "--as-of", f"{WARM}"),
    ("daily", "--as-of", f"{KILLED}"),
    ("hourly", "--as-of", f"{LOST}"),
    ("backfill", "--from", f"{FIRST - DAY * BACKFILLED}", "--to", f"{FIRST - DAY}"),
    ("daily", "--as-of", f"{LOST}"),
)


@pytest.fixture(scope="module")
def shop(driver: Driver) -> Path:
    return make_shop(driver.folder / "alone" / "shop", PEOPLE, EVENTS, AS_OF)


@pytest.fixture(scope="module")
def there(driver: Driver, shop: Path, bucket: str) -> Path:
    return into_bucket(shop, driver.folder / "shop", f"{bucket}/days")


def test_days_training_hours_and_a_backfill_have_the_rows_of_one_machine(
    driver: Driver, shop: Path, there: Path, bucket: str
) -> None:
    killed, lost = False, []
    for program, *words in PLAN:
        if words[-1] == f"{KILLED}":
            killed = driver.killed_at("tiles", program, there, *words)
        if program == "daily" and words[-1] == f"{LOST}":
            # A whole machine goes in the middle of the day, with the blocks and shuffles that it held.
            done = driver.submit(program, there, *words, on_line=lambda line: _lose_at("tiles", line, driver, lost))
        else:
            done = driver.submit(program, there, *words)
        assert done.returncode == 0, f"{program} {words}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        alone = driver.run("run", program, "--config", str(shop), *words)
        assert alone.returncode == 0, f"{program} {words}\n{alone.stdout[-3000:]}\n{alone.stderr[-6000:]}"
    assert killed
    assert lost
    mine, theirs = rows_of_lake(f"{bucket}/days/lake"), rows_of_lake(shop / "lake")
    different = differences(mine, theirs)
    _write_down(driver, mine, different)
    assert different == {}
    # Nothing of the lake, its files or its models is on a machine's own disk.
    assert {path.name for path in driver.cluster.base.glob("worker-*/**/_delta_log")} == set()


def _lose_at(stage: str, line: str, driver: Driver, lost: list[int]) -> None:
    if not lost and line.split()[1:2] == [stage]:
        lost.append(driver.cluster.lose_a_machine())


def _write_down(driver: Driver, rows: dict[str, dict[str, str]], different: dict[str, list[str]]) -> None:
    document = {
        "made_by": "make test-cluster",
        "shop": {"people": PEOPLE, "records": EVENTS, "seed": 5},
        "cluster": "Spark standalone, 2 workers of 1 core in mount namespaces of their own; moto's S3 server",
        "versions": {"python": platform.python_version(), "spark": pyspark.__version__},
        "machine": {"cores": os.cpu_count()},
        "seconds": driver.seconds,
        "killed": {"driver": f"daily {KILLED} at tiles", "worker": f"daily {LOST} at tiles"},
        "tables": len(rows),
        "rows": sum(int(table["rows"]) for table in rows.values()),
        "differs_from_one_machine": different,
    }
    (TOP / "benchmarks" / "results" / "cluster.json").write_text(json.dumps(document, indent=1) + "\n")
