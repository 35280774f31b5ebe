"""What a user starts: the command line, the jobs, the notebook."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from builders import make_workspace, write_orders
from click.testing import CliRunner

from segspark.cli.main import cli

CLONE = Path(__file__).parents[2]


def test_help_imports_no_spark() -> None:
    code = "import sys, segspark.cli.main; assert not {'pyspark', 'mlflow', 'pandas', 'pydantic'} & set(sys.modules), 'slow'"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CLONE)
    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    assert {"init", "demo", "run", "tables", "segments", "report", "doctor"} <= set(shown.output.split())


def test_a_job_is_a_few_lines() -> None:
    for job in (CLONE / "jobs").glob("*.py"):
        assert len(job.read_text().splitlines()) < 40
        ast.parse(job.read_text())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "daily", "--as-of", "01/06/2026"], "is no date"),
        (["run", "daily"], "needs --as-of"),
        (["run", "backfill", "--from", "2026-06-02", "--to", "2026-06-01"], "the earlier day first"),
        (["run", "weekly"], "weekly"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGSPARK_WORKSPACE", str(make_workspace(tmp_path / "w").folder))
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 2
    assert said in shown.output


def test_errors_of_a_workspace_are_one_message_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "segspark.yaml").write_text("nam: x\ntime_zone: Mars\n")
    done = subprocess.run(
        [sys.executable, "-m", "segspark.cli.main", "run", "daily", "--config", str(tmp_path), "--as-of", "2026-06-01"],
        capture_output=True, text=True, cwd=CLONE, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Did you mean name?" in done.stderr
    assert "Mars" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_daily_job_runs_on_a_cluster_with_the_code_as_a_zip(tmp_path: Path) -> None:
    from datetime import date

    workspace = make_workspace(tmp_path / "w")
    write_orders(workspace, date(2026, 5, 2), ("1", "ann@example.com", "2026-05-02 10:00:00", "120.00"))
    archive = tmp_path / "segspark.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in sorted((CLONE / "segspark").rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                out.write(path, path.relative_to(CLONE))
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": sys.executable,
    }
    jars = ",".join(str(j) for j in sorted((CLONE / "jars").glob("*.jar")))
    done = subprocess.run(
        ["spark-submit", "--master", "local-cluster[2,1,1024]", "--properties-file", str(CLONE / "conf" / "spark-cluster.conf"),
         "--jars", jars, "--py-files", str(archive), str(CLONE / "jobs" / "daily.py"),
         "--config", str(workspace.folder), "--as-of", "2026-05-03"],
        capture_output=True, text=True, env=environ, cwd=tmp_path, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (Path(str(workspace.lake)) / "gold" / "segments" / "segment_date=2026-05-03").is_dir()
