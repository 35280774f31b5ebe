"""The wheel is enough for spark-submit: no file of a clone is needed."""

from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, write_orders
from versions.environments import Environment, NotMade, build_wheel, make_environment

from segspark.spark.versions import CLAIMED
from segspark.time import DAY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    try:
        return make_environment(CLAIMED[-1].spark, CLAIMED[-1].delta, build_wheel(tmp_path_factory.mktemp("wheel")))
    except NotMade as error:
        pytest.skip(f"no environment can be made here: {error}")


@pytest.mark.parametrize("fetch", [False, True], ids=["jars", "ivy"])
def test_a_packed_folder_runs_a_day_on_executors(environment: Environment, tmp_path: Path, fetch: bool) -> None:
    workspace = make_workspace(tmp_path / "w")
    day = date(2026, 5, 2)
    write_orders(workspace, day, ("1", "ann@example.com", f"{day} 10:00:00", "120.00"))
    packed = tmp_path / "packed"
    done = environment.run("-m", "segspark", "pack", str(packed), *(["--fetch-delta"] if fetch else []), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    jars = ",".join(map(str, (environment.folder / "jars").glob("*.jar")))
    delta = ["--conf", f"spark.jars.ivy={tmp_path}/ivy"] if fetch else ["--jars", jars]
    submit = str(environment.folder / "bin" / "spark-submit")
    code = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    done = environment.run(
        "-c", code, submit, "--master", "local-cluster[2,1,1024]", "--properties-file", f"{packed}/spark-cluster.conf",
        *delta, "--py-files", f"{packed}/segspark.zip", f"{packed}/jobs/daily.py",
        "--config", str(workspace.folder), "--as-of", str(day + DAY),
        cwd=tmp_path, PYSPARK_PYTHON=str(environment.python),
    )  # fmt: skip
    if fetch and "unresolved dependenc" in done.stdout + done.stderr:
        pytest.skip("Ivy reaches no repository here")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (Path(str(workspace.lake)) / "gold" / "segments" / f"segment_date={day + DAY}").is_dir()
    if fetch:
        assert len(list((tmp_path / "ivy" / "jars").glob("*.jar"))) == 7
