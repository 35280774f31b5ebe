"""Blocks of Python: run in the page's namespace, or files of the workspace or of the clone."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docs.blocks import Block, Wrong
from docs.files import check_excerpt, check_workspace_of
from docs.page import CLONE, Page

# What a title may begin with to mean a file of the clone, not of the workspace.
OF_CLONE = ("segspark/", "tests/", "jobs/", "conf/", "docs/")


def python(page: Page, block: Block) -> None:
    """Run it in the page's namespace; with a title it is a file of the workspace or of the clone."""
    if block.title is None:
        code = compile(f"{chr(10) * block.line}{block.text}", block.page, "exec")
        if "spark" in {node.id for node in ast.walk(ast.parse(block.text)) if isinstance(node, ast.Name)}:
            page.names.setdefault("spark", page.spark())
        if "demo-workspace" in block.text:
            page.demo_at("demo-workspace")
        exec(code, page.names)
    elif not block.title.startswith(OF_CLONE):
        path = page.file_of(block.title)
        path.write_text(block.text, "utf-8")
        check_workspace_of(path)
    elif (CLONE / block.title).exists():
        check_excerpt(block.text, CLONE / block.title)
    else:
        path = page.clone / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
        if block.title.startswith("tests/"):
            _run_tests(page, path)
        else:
            page.names.update(vars(_imported(page, block.title, path)))


def _imported(page: Page, title: str, path: Path) -> ModuleType:
    """A new module of the clone, under its own name until the page ends."""
    name = title.removesuffix(".py").replace("/", ".")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    page.modules.append(name)
    spec.loader.exec_module(module)
    return module


def _run_tests(page: Page, path: Path) -> None:
    class Given:
        @pytest.fixture(scope="session")
        def spark(self) -> Any:
            return page.spark()

    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib", f"--rootdir={page.clone}"]
    code = pytest.main([*quiet, str(path)], plugins=[Given()])
    if code != pytest.ExitCode.OK:
        raise Wrong(f"the tests of {path.name} fail ({pytest.ExitCode(code).name}); the captured output says why")
