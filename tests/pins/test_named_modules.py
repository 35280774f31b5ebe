"""Modules that are named in strings: nobody's import fails when they move, only a run does, and perhaps a worker's."""

import ast
import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import segspark
from segspark.spark.worker_daemon import PRELOADED

PACKAGE = Path(segspark.__file__).parent
CLONE = PACKAGE.parent
NAMED = re.compile(r"(?<![\w./-])segspark(?:\.[a-z_][a-z0-9_]*)+")
# Properties of tables and of jobs in OpenLineage, which are no modules; of segspark.contractVersion as far as a module's name would go.
PROPERTIES = ("segspark.catalog", "segspark.committer", "segspark.contract", "segspark.run_id")
# Files of settings and of documentation that name modules too. Pages on adding a variant name one that is not there yet.
TEXTS = ("Makefile", "conf/*.conf", "jobs/*.py", "notebooks/*.py", "README.md", "CONTRIBUTING.md", "docs/*.md",
         "docs/how-it-works/*.md", "docs/how-to/*.md", "docs/reference/*.md", "segspark/**/*.md")  # fmt: skip


def strings_of(path: Path) -> set[str]:
    """Names in the strings of a Python file; its imports are nobody's strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return {name for text in said for name in NAMED.findall(text)}


def named() -> list[tuple[str, str]]:
    """(file, module or what it holds) of everything that is named in a string."""
    found = {(str(p.relative_to(CLONE)), n) for p in PACKAGE.rglob("*.py") for n in strings_of(p)}
    for pattern in TEXTS:
        for path in CLONE.glob(pattern):
            names = NAMED.findall(path.read_text(encoding="utf-8"))
            found |= {(str(path.relative_to(CLONE)), n) for n in names}
    # Of pyproject.toml the command alone: import-linter looks at its layers itself, and some are allowed to be absent.
    scripts = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    found |= {("pyproject.toml", target.replace(":", ".")) for target in scripts.values()}
    # Files, and no modules.
    return sorted((f, name) for f, name in found if not name.endswith((".yaml", ".zip")) and name not in PROPERTIES)


def resolve(name: str) -> object:
    """The module, or what a module holds under the name.

    Raises:
        ModuleNotFoundError, AttributeError: there is neither.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # Of a module that is there but imports what is not, the reason is told as it is.
        if error.name is None or not name.startswith(error.name):
            raise
        module, _, what = name.rpartition(".")
        return getattr(import_module(module), what)


@pytest.mark.parametrize(("file", "name"), named())
def test_what_a_string_names_is_there(file: str, name: str) -> None:
    assert resolve(name) is not None


def test_strings_are_found_at_all() -> None:
    # Else the test above would hold of nothing. Among them are those that a run needs.
    names = {name for _, name in named()}
    assert {*(m for m in PRELOADED if m.startswith("segspark."))} <= names
    assert len(names) > 10


def test_the_parent_of_the_workers_is_there(spark: SparkSession) -> None:
    # Spark starts it by this name, in a process of its own that only tells that it has ended.
    name = spark.sparkContext.getConf().get("spark.python.daemon.module")
    assert name is not None
    assert import_module(name).PRELOADED == PRELOADED


def test_what_workers_load_beforehand_is_there() -> None:
    # A parent that cannot import one of these ends, and every task of the session fails with it.
    for name in PRELOADED:
        import_module(name)
    assert "pyspark.worker" in sys.modules
