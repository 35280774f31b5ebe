"""What the files for Airflow and Dagster say of this project is so; neither is needed here."""

import ast
from pathlib import Path

import pytest
from deploy.project import DEPLOY, literal, parsed

from segspark.app.run import DAILY
from segspark.errors import EXIT_INFRASTRUCTURE
from segspark.tables.contracts.catalogue import BY_NAME

FILES = [DEPLOY / name / "segspark_daily.py" for name in ("airflow", "dagster")]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
# What stands for a value that is known only when a task runs.
VALUES = {"CONFIG": "w", "as_of()": "2026-06-01", "context.partition_key": "2026-06-01"}


def commands(path: Path) -> list[list[str]]:
    """The words of every call of ``run``."""
    calls = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and ast.unparse(n.func) == "run"
    ]
    return [[VALUES.get(ast.unparse(word), word_of(word)) for word in call.args] for call in calls]


def word_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return ast.unparse(node).replace("{PACKED}", "packed").removeprefix("f").strip("'")


@each_file
def test_its_assets_are_the_tables_that_a_daily_run_writes(path: Path) -> None:
    written = dict.fromkeys(table for flow in DAILY for table in flow.writes if not table.startswith("ops."))
    assert literal(path, "TABLES") == tuple(written)
    assert set(literal(path, "TABLES")) <= set(BY_NAME)


@each_file
def test_what_is_tried_again_is_infrastructure(path: Path) -> None:
    assert literal(path, "TRY_AGAIN") == EXIT_INFRASTRUCTURE


@each_file
def test_its_commands_are_those_of_the_command_line(path: Path) -> None:
    found = commands(path)
    assert len(found) == 3
    for words in found:
        if words[0] == "segspark":
            parsed(*words[1:])
        else:
            assert words[:5] == [
                "spark-submit", "--properties-file", "packed/spark-cluster.conf", "--py-files", "packed/segspark.zip",
            ]  # fmt: skip
            assert words[5] == "packed/jobs/daily.py"
            assert str(parsed("run", "daily", *words[6:])["as_of"]) == "2026-06-01"


@each_file
def test_it_needs_nothing_but_its_orchestrator(path: Path) -> None:
    tree = ast.parse(path.read_text())
    modules = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert {name.partition(".")[0] for name in modules} == {"os", "subprocess", path.parent.name} | (
        {"datetime"} if path.parent.name == "airflow" else {"collections"}
    )
