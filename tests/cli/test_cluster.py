"""The commands that prepare spark-submit answer without Spark; what they write is told in spark/submit/."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from segspark.cli.main import cli
from segspark.spark.submit.conf import cluster_conf


def test_they_start_no_spark(tmp_path: Path) -> None:
    code = (
        "import sys; from segspark.cli.main import cli; cli(sys.argv[1:], standalone_mode=False); "
        "assert not {'pyspark', 'mlflow', 'pandas'} & set(sys.modules)"
    )
    for arguments in (["submit-conf"], ["submit-conf", "--local"], ["pack", str(tmp_path / "packed")]):
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


def test_delta_is_fetched_if_it_is_asked_for(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["submit-conf", "--fetch-delta"]).stdout == cluster_conf(fetch_delta=True)
    assert CliRunner().invoke(cli, ["pack", str(tmp_path), "--fetch-delta"]).exit_code == 0
    assert (tmp_path / "spark-cluster.conf").read_text() == cluster_conf(fetch_delta=True)


def test_a_folder_of_something_else_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    done = subprocess.run(
        [sys.executable, "-m", "segspark", "pack", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "not packed by segspark" in done.stderr
