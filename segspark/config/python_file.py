"""Python files of a workspace, for definitions that would be repetitive in YAML: run, and read for a few names."""

import ast
import runpy
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segspark.config.yaml_lines import Problem, as_error, raise_all


def load_python(path: Path, kinds: Mapping[str, type]) -> dict[str, tuple[Any, ...]]:
    """The lists of a Python file by name; a missing one is empty.

    Args:
        kinds: name of a list -> type of its items.

        Raises:
            ConfigError: the file is missing or fails, defines none of the names, or has other content under them.
    """
    try:
        content = runpy.run_path(str(path), run_name="segspark_workspace")
    except FileNotFoundError:
        raise as_error(Problem(str(path), None, "", None, "this file does not exist.", "", "no_file")) from None
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
        what = f"{type(error).__name__}: {error}"
        raise as_error(Problem(path.name, line, "", None, what, f"Correct line {line}.", "python_failed")) from None
    if not any(name in content for name in kinds):
        what = f"none of {', '.join(kinds)} is defined."
        raise as_error(Problem(path.name, None, "", None, what, f"Define {next(iter(kinds))}.", "wrong_item"))
    lists = {name: _items(content.get(name, ())) for name in kinds}
    written = lines_of_names(path)
    raise_all(
        [
            Problem(path.name, written.get(name), f"{name}[{at}]", None, f"a {_full(kind)} is needed, not {type(item).__name__}.",
                    f"Import {kind.__name__} from {kind.__module__}.", "wrong_item")
            for name, kind in kinds.items()
            for at, item in enumerate(lists[name])
            if not isinstance(item, kind)
        ]
    )  # fmt: skip
    return lists


def _full(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def lines_of_names(path: Path) -> dict[str, int]:
    """The first line of every text constant and every assigned name, to locate definitions."""
    lines: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            lines.setdefault(node.value, node.lineno)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            lines.setdefault(node.id, node.lineno)
    return lines


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
