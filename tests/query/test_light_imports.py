"""What answers without Spark imports none of it: a question of a second must not spend two on imports."""

import json
import subprocess
import sys

import pytest

HEAVY = ("pyspark", "delta", "sklearn", "scipy", "pandas", "mlflow", "matplotlib")
# Modules behind `import segspark`, `tables`, `features list|describe|plan`, `segments list|show|check|diff`, `doctor`, `clean` and --help.
LIGHT = (
    "segspark",
    "segspark.api.plots",
    "segspark.cli.main",
    "segspark.query.look",
    "segspark.query.diff",
    "segspark.app.doctor",
    "segspark.app.workspace",
    "segspark.app.vacuum",
    "segspark.features.describe",
    "segspark.features.resources",
    "segspark.models.registry",
    "segspark.segments.resources",
    "segspark.sources.load",
)
# The same besides MLflow's own imports, within functions until questions need no JVM.
NO_SPARK = ("segspark.query.explain", "segspark.api.workspace", "segspark.api.groups", "segspark.api.model")


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    """By module, what is heavy and was first imported by it: one process imports all of them, one after the other."""
    modules = (*LIGHT, *NO_SPARK, "segspark.app.run")
    code = f"""
import importlib, json, sys
found = {{}}
for module in {modules!r}:
    before = set(sys.modules)
    importlib.import_module(module)
    found[module] = [name for name in {HEAVY!r} if name in sys.modules and name not in before]
print(json.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", LIGHT)
def test_looking_imports_neither_spark_nor_statistics(imported: dict[str, list[str]], module: str) -> None:
    assert imported[module] == []


@pytest.mark.parametrize("module", NO_SPARK)
def test_explaining_imports_spark_only_when_it_computes(imported: dict[str, list[str]], module: str) -> None:
    assert [name for name in imported[module] if name in ("pyspark", "sklearn", "scipy")] == []


def test_the_check_sees_what_is_heavy(imported: dict[str, list[str]]) -> None:
    assert "pyspark" in imported["segspark.app.run"]
