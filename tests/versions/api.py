"""The public names of a Spark installation, read from its Python files without importing them.

    python tests/versions/api.py OLD NEW >tests/versions/newer_than_spark_4_0.json

OLD and NEW are the ``site-packages`` of two environments (``versions/environments.py`` makes them). What is written are
the names and parameters that only NEW has, and the SQL functions that only NEW has; ``test_newer_api.py`` looks for
them in the code of this project. The SQL functions come from each Spark itself: ``SHOW SYSTEM FUNCTIONS``.
"""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGES = ("pyspark", "delta")
# Spark's inner parts, and forms of everything that this project does not use.
LEFT_OUT = {
    "tests",
    "testing",
    "proto",
    "connect",
    "errors",
    "examples",
    "pipelines",
    "cloudpickle",
    "logger",
    "worker",
}
INNER = {
    *(f"pyspark.{name}" for name in ("accumulators", "daemon", "install", "profiler", "rddsampler", "serializers")),
    *(f"pyspark.{name}" for name in ("shuffle", "util", "worker", "worker_util", "memory_profiler_ext", "threaddump")),
    *(f"pyspark.sql.{name}" for name in ("conversion", "datasource_internal", "geo_utils", "interchange", "profiler")),
    *(f"pyspark.sql.pandas.{name}" for name in ("conversion", "serializers", "types", "typehints", "utils")),
    *(f"pyspark.sql.streaming.{name}" for name in ("python_streaming_source_runner", "stateful_processor_api_client")),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OF_SPARK = (
    "from pyspark.sql import SparkSession; "
    "s = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').getOrCreate(); "
    "print('\\n'.join(sorted(r.function for r in s.sql('SHOW SYSTEM FUNCTIONS').collect())))"
)


def modules(site: Path) -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((site / package).rglob("*.py")):
            inside = path.relative_to(site).with_suffix("").parts
            name = ".".join(inside[:-1] if inside[-1] == "__init__" else inside)
            if LEFT_OUT.intersection(inside) or inside[:2] == ("pyspark", "pandas") or name in INNER:
                continue
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def public_names(site: Path) -> dict[str, dict[str, list[str]]]:
    """Module -> name, or ``Class.name``, -> its parameters."""
    found: dict[str, dict[str, list[str]]] = {}
    for module, tree in modules(site):
        names: dict[str, list[str]] = {}
        for node in _statements(tree.body):
            if isinstance(node, FUNCTIONS):
                names[node.name] = _parameters(node)
            elif isinstance(node, ast.ClassDef):
                names[node.name] = []
                for part in _statements(node.body):
                    if isinstance(part, ast.Assign):
                        names.update({f"{node.name}.{t.id}": [] for t in part.targets if isinstance(t, ast.Name)})
                    elif isinstance(part, FUNCTIONS):
                        # An overload says nothing about the others.
                        known = names.get(f"{node.name}.{part.name}", [])
                        names[f"{node.name}.{part.name}"] = sorted({*known, *_parameters(part)})
            elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(PACKAGES)):
                names.update({(a.asname or a.name): [] for a in node.names})
            elif isinstance(node, ast.Assign):
                names.update({t.id: [] for t in node.targets if isinstance(t, ast.Name)})
        found[module] = {n: p for n, p in names.items() if not any(s.startswith("_") for s in n.split("."))}
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Also those below an ``if`` or ``try``."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _statements([*node.body, *node.orelse])


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = node.args
    return sorted(a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs) if a.arg not in ("self", "cls"))


def newer(old: dict[str, dict[str, list[str]]], new: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
    """What only the new one has.

    Returns:
        modules; names by module; methods whose name nothing of the old one has; parameters by the last part of the
        name of what takes them, where nothing of that name in the old one takes them.
    """
    takes: dict[str, dict[str, set[str]]] = {"old": defaultdict(set), "new": defaultdict(set)}
    for kind, of in (("old", old), ("new", new)):
        for names in of.values():
            for name, parameters in names.items():
                takes[kind][name.rpartition(".")[2]].update(parameters)
    methods = {name.rpartition(".")[2] for names in new.values() for name in names if "." in name}
    names_by_module = {
        module: sorted(n for n in names if "." not in n and n not in old[module])
        for module, names in new.items()
        if module in old
    }
    parameters = {
        name: sorted(given - takes["old"][name]) for name, given in sorted(takes["new"].items()) if name in takes["old"]
    }
    return {
        "modules": sorted(set(new) - set(old)),
        "names": {module: names for module, names in names_by_module.items() if names},
        "methods": sorted(methods - set(takes["old"])),
        "parameters": {name: given for name, given in parameters.items() if given},
    }


def sql_functions(site: Path) -> set[str]:
    """Of the Spark of this environment; starts it."""
    python = site.parents[2] / "bin" / "python"
    done = subprocess.run([python, "-c", OF_SPARK], capture_output=True, text=True, check=True, cwd=site)
    return set(done.stdout.split())


def versions(site: Path) -> dict[str, str]:
    return dict(sorted(p.name.removesuffix(".dist-info").split("-")[:2] for p in site.glob("*.dist-info") if p.name.startswith(("pyspark-", "delta_spark-"))))  # fmt: skip


def main(old: Path, new: Path) -> None:
    document = {
        "made_by": "python tests/versions/api.py OLD NEW",
        "old": versions(old),
        "new": versions(new),
        **newer(public_names(old), public_names(new)),
        "sql_functions": sorted(sql_functions(new) - sql_functions(old)),
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))
