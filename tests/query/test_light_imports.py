"""What answers without Spark imports none of it: a question of a second must not spend two on imports."""

import subprocess
import sys

import pytest

HEAVY = ("pyspark", "delta", "sklearn", "scipy", "pandas", "mlflow", "matplotlib")
# Modules behind `tables`, `features list|describe|plan`, `segments list|show|check|diff`, `doctor`, `clean` and --help.
LIGHT = (
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
NO_SPARK = ("segspark.query.explain",)


@pytest.mark.parametrize("module", LIGHT)
def test_looking_imports_neither_spark_nor_statistics(module: str) -> None:
    assert imported_by(module) == []


@pytest.mark.parametrize("module", NO_SPARK)
def test_explaining_imports_spark_only_when_it_computes(module: str) -> None:
    assert [name for name in imported_by(module) if name in ("pyspark", "sklearn", "scipy")] == []


def test_the_check_sees_what_is_heavy() -> None:
    assert "pyspark" in imported_by("segspark.app.run")


def imported_by(module: str) -> list[str]:
    code = f"import {module}, sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()
