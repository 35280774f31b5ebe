"""A day on a Spark Connect server on this machine gives the rows of a day with a JVM of its own."""

from pathlib import Path

import pytest
from versions.environments import Environment, NotMade, build_wheel, make_environment
from versions.rows import differences, digests

from segspark.spark.versions import CLAIMED

pytestmark = pytest.mark.slow

# Of ops.file_hashes: where a file lies, and when it was written and looked at.
OF_THE_PLACE = ("place_id", "stamp", "hashed_at")
KEY = "c2Vnc3BhcmsgdGVzdHM6IDMyIGJ5dGVzIGFyZSBlbm91Z2g="
MAKE = """
import sys
from datetime import date
from pathlib import Path
from segspark.app.workspace import open_workspace
from segspark.demo.generate import copy_workspace, generate
folder = Path(sys.argv[1])
copy_workspace(folder)
generate(open_workspace(folder, {}).folder, people=60, events=1200, months=5, as_of=date(2026, 5, 1), seed=5)
"""
# The server begins with the settings and jars of a local session, as a platform's server has its own.
CONNECTED = """
import sys
from datetime import date
from pathlib import Path
from pyspark.sql import SparkSession
from segspark.app.run import run
from segspark.spark.jars import jar_settings
from segspark.spark.settings import EVERYWHERE, LOCAL
builder = SparkSession.builder.remote("local[2]")
for key, value in {**EVERYWHERE, **LOCAL, **jar_settings(), "spark.sql.shuffle.partitions": "4"}.items():
    builder = builder.config(key, value)
assert "connect" in type(builder.getOrCreate()).__module__
run("daily", Path(sys.argv[1]), date(2026, 5, 1))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    try:
        wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
        return make_environment(CLAIMED[-1].spark, CLAIMED[-1].delta, wheel, "connect")
    except NotMade as error:
        pytest.skip(f"no environment can be made here: {error}")


def test_a_day_by_connect_has_the_rows_of_a_local_day(environment: Environment, tmp_path: Path) -> None:
    left = {}
    for name in ("local", "connect"):
        made = environment.run("-c", MAKE, f"{name}/shop", cwd=tmp_path, SEGSPARK_KEY=KEY)
        assert made.returncode == 0, made.stderr[-3000:]
        command = (
            ["-c", CONNECTED, f"{name}/shop"]
            if name == "connect"
            else ["-m", "segspark", "run", "daily", "--config", f"{name}/shop", "--as-of", "2026-05-01"]
        )
        done = environment.run(*command, cwd=tmp_path, SEGSPARK_KEY=KEY, PYSPARK_PYTHON=str(environment.python))
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        left[name] = digests(tmp_path / name / "shop" / "lake")
        for column in OF_THE_PLACE:
            del left[name]["ops/file_hashes"][column]
    assert differences(left["local"], left["connect"]) == {}
