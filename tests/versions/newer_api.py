"""Finds what is newer than Spark 4.0 in Python code, by its syntax tree and the table that ``api.py`` made."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "newer_than_spark_4_0.json").read_text())
OF_SPARK = ("pyspark", "delta")
# The functions are defined in a module that ``pyspark.sql.functions`` imports everything from.
FACADES = {"pyspark.sql.functions": ("pyspark.sql.functions.builtin",)}
# Names of Spark's newer methods that methods of other libraries have too.
OF_OTHERS = {"to_dict"}
# Not after a dot: that is a method, in a text that shows code.
IN_SQL = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, TABLE['sql_functions']))})\(")

Found = tuple[int, str]


def newer_in(source: str) -> list[Found]:
    """Line and name of everything in a module's source that Spark 4.0 does not have.

    Methods and parameters are looked for where pyspark or delta is imported; SQL functions in every text, and in the
    fixed parts of a text with values.
    """
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    imported = [*_imports(nodes)]
    found = [(line, name) for line, name, _ in imported if _is_newer(name)]
    modules = {alias: name for _, name, alias in imported}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [(node.lineno, f"{name} in SQL") for name in IN_SQL.findall(node.value)]
        elif imported and isinstance(node, ast.Attribute):
            found += _attribute(node, modules)
        elif imported and isinstance(node, ast.Call):
            found += _parameters(node)
    return sorted(set(found))


def _imports(nodes: list[ast.AST]) -> Iterator[tuple[int, str, str]]:
    """Line, full name and local name of what is imported from Spark or Delta."""
    for node in nodes:
        if isinstance(node, ast.Import):
            pairs = [(alias.name, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            pairs = [(f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name, alias) for name, alias in pairs if name.split(".")[0] in OF_SPARK)


def _is_newer(name: str) -> bool:
    """Whether it is a newer module, lies in one, or is a newer name of an older one."""
    module, _, last = name.rpartition(".")
    if name in TABLE["modules"] or module in TABLE["modules"]:
        return True
    return any(last in TABLE["names"].get(m, ()) for m in (module, *FACADES.get(module, ())))


def _attribute(node: ast.Attribute, modules: dict[str, str]) -> list[Found]:
    owner = modules.get(ast.unparse(node.value))
    if owner is not None and _is_newer(f"{owner}.{node.attr}"):
        return [(node.lineno, f"{owner}.{node.attr}")]
    if owner is None and node.attr in TABLE["methods"] and node.attr not in OF_OTHERS:
        return [(node.lineno, f".{node.attr}")]
    return []


def _parameters(node: ast.Call) -> list[Found]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    newer = TABLE["parameters"].get(called, ())
    return [(node.lineno, f"{called}({k.arg}=)") for k in node.keywords if k.arg in newer]
