"""Every Spark that is claimed runs two short days with the wheel, and leaves the rows that the newest one leaves.

``make test-versions``; minutes each. What was seen is written to benchmarks/results/versions.json.
"""

import base64
import json
import os
import platform
from pathlib import Path

import pytest
from versions.environments import TOP, Environment, NotMade, build_wheel, make_environment
from versions.rows import differences, digests

from segspark.spark.versions import CLAIMED, Claimed

pytestmark = pytest.mark.slow

# A fixed one, so that pseudonyms are the same in every environment.
KEY = base64.b64encode(b"segspark versions: 32 bytes fixed").decode()
SHOP = ("--people", "100", "--events", "2000")
# Glue 5.1 and EMR 7.
REFUSED = Claimed("3.5.6", "3.3.2")
NEWEST = CLAIMED[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def environment_of(claimed: Claimed, wheel: Path) -> Environment:
    try:
        return make_environment(claimed.spark, claimed.delta, wheel)
    except NotMade as error:
        pytest.skip(f"no environment for Spark {claimed.spark} can be made here: {error}")


@pytest.fixture(scope="module")
def runs() -> dict[Claimed, dict[str, dict[str, str]]]:
    """What each version left, for the one comparison at the end."""
    return {}


# The newest first, since the others are compared with it.
@pytest.mark.parametrize("claimed", CLAIMED[::-1], ids=lambda c: f"spark-{c.spark}-delta-{c.delta}")
def test_a_short_shop_is_taken_in_trained_and_grouped(
    claimed: Claimed, wheel: Path, tmp_path: Path, runs: dict[Claimed, dict[str, dict[str, str]]]
) -> None:
    environment = environment_of(claimed, wheel)
    done = environment.run("-m", "segspark", "demo", "shop", *SHOP, cwd=tmp_path, SEGSPARK_KEY=KEY)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    left = digests(tmp_path / "shop" / "lake")
    runs[claimed] = left
    assert int(left["gold/segments"]["rows"]) > 500
    said = environment.run("-c", "import pyspark; print(pyspark.__version__)", cwd=tmp_path)
    assert said.stdout.strip() == claimed.spark
    if NEWEST in runs:
        assert differences(left, runs[NEWEST]) == {}


def test_another_spark_is_refused_in_one_sentence(wheel: Path, tmp_path: Path) -> None:
    environment = environment_of(REFUSED, wheel)
    done = environment.run("-m", "segspark", "demo", "shop", *SHOP, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"segspark: This is Spark {REFUSED.spark}, and segspark runs on ")
    assert "Traceback" not in done.stderr


def test_what_was_seen_is_written_down(runs: dict[Claimed, dict[str, dict[str, str]]]) -> None:
    if set(runs) != set(CLAIMED):
        pytest.skip("not every version was run")
    newest = runs[NEWEST]
    document = {
        "made_by": "make test-versions",
        "shop": " ".join(SHOP),
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "versions": [
            {
                "spark": claimed.spark,
                "delta": claimed.delta,
                "tables": len(runs[claimed]),
                "rows": sum(int(table["rows"]) for table in runs[claimed].values()),
                "differs_from_newest": differences(runs[claimed], newest),
            }
            for claimed in CLAIMED
        ],
        "refused": {"spark": REFUSED.spark, "delta": REFUSED.delta},
    }
    (TOP / "benchmarks" / "results" / "versions.json").write_text(json.dumps(document, indent=1) + "\n")
