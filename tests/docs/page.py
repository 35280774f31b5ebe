"""A page while its blocks run: a folder, which begins as a workspace of ``segspark init``, and a namespace."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs.blocks import Wrong

from segspark.config.template import init_workspace

CLONE = Path(__file__).parents[2]
CONFIG = "segspark.yaml"


class Page:
    """One page while its blocks run.

    Args:
        folder: an empty folder; the blocks run there.
        spark: gives the tests' session.
        demo: gives the folder of a small demo with a finished day.
    """

    def __init__(self, folder: Path, spark: Callable[[], Any], demo: Callable[[], Path]) -> None:
        self.folder, self.spark, self.demo = folder, spark, demo
        self.clone = folder.with_name(f"{folder.name}-clone")
        self.names: dict[str, Any] = {"__name__": "page"}
        self.modules: list[str] = []
        self.submitted: set[tuple[str, ...]] = set()
        init_workspace(folder)

    def close(self) -> None:
        for name in self.modules:
            sys.modules.pop(name, None)

    def demo_at(self, name: str) -> None:
        """The finished demo as a folder of the page, where it is not there yet."""
        if not (self.folder / name / CONFIG).exists():
            shutil.copytree(self.demo(), self.folder / name, dirs_exist_ok=True)

    def file_of(self, title: str) -> Path:
        path = (self.folder / title).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise Wrong(f"the title {title} leads out of the workspace")
        if title.startswith("demo-workspace/"):
            self.demo_at("demo-workspace")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
