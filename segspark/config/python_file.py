"""Python files of a workspace: run, and read for a few names; for what YAML would have to repeat."""

import runpy
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segspark.errors import ConfigError


def load_python(path: Path, kinds: Mapping[str, type]) -> dict[str, tuple[Any, ...]]:
    """The lists of a Python file by name; a missing one is empty.

    Args:
        kinds: name of a list -> what its items are.

    Raises:
        ConfigError: the file is missing or fails, defines none of the names, or holds something else under them.
    """
    try:
        said = runpy.run_path(str(path), run_name="segspark_workspace")
    except FileNotFoundError:
        raise ConfigError(f"{path}: this file does not exist.") from None
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
        raise ConfigError(f"{path.name}, line {line}: {type(error).__name__}: {error}") from None
    if not any(name in said for name in kinds):
        raise ConfigError(f"{path.name}: none of {', '.join(kinds)} is defined.")
    found = {name: _items(said.get(name, ())) for name in kinds}
    faults = [
        f"{path.name}, {name}[{at}]: a {kind.__module__}.{kind.__name__} is needed, not {type(item).__name__}"
        for name, kind in kinds.items()
        for at, item in enumerate(found[name])
        if not isinstance(item, kind)
    ]
    if faults:
        raise ConfigError("\n".join(faults))
    return found


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
