"""Programs that pages run: of equal files one run is enough, and its result is copied."""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

Program = Callable[..., dict[str, Any]]


class Runs:
    """Stands for ``segspark.app.run.run``: several pages run the same day of the same workspace.

    Args:
        folder: keeps the workspaces as the programs left them.
        program: the real function.
    """

    def __init__(self, folder: Path, program: Program) -> None:
        self._folder, self._program = folder, program
        self._outcomes: dict[str, dict[str, Any]] = {}

    def run(
        self, name: str, config: Path, as_of: date, *, first: date | None = None, models: Any = (), progress: Any = None
    ) -> Any:
        workspace = config if config.is_dir() else config.parent
        settings = sorted(item for item in os.environ.items() if item[0].startswith("SEGSPARK__"))
        asked = f"{name} {as_of} {first} {models} {settings} {_digest(workspace)}"
        key = hashlib.sha256(asked.encode()).hexdigest()
        if key in self._outcomes:
            shutil.copytree(self._folder / key, workspace, dirs_exist_ok=True)
        else:
            self._outcomes[key] = self._program(name, config, as_of, first=first, models=models, progress=progress)
            shutil.copytree(workspace, self._folder / key)
        return self._outcomes[key]


def _digest(folder: Path) -> str:
    """Hash of all files of a folder, with their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
