"""A page that runs: its folder is a workspace of ``segspark init``, and each block does what its tag says."""

import ast
import importlib.util
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from click.testing import CliRunner
from docs.blocks import Block
from docs.output import differences

from segspark.app.workspace import open_workspace
from segspark.cli.main import cli
from segspark.config.merge import merge
from segspark.config.template import init_workspace
from segspark.segments.resources import calendar_context_of, definitions_of
from segspark.sources.load import load_sources
from segspark.spark import environment

CLONE = Path(__file__).parents[2]
CONFIG = "segspark.yaml"
# What a title may begin with to mean a file of the clone, not of the workspace.
OF_CLONE = ("segspark/", "tests/", "jobs/", "conf/", "docs/")
# Commands that need a session; the tests' own is opened for them.
WITH_SPARK = {"run", "preview", "plan", "replay", "repair", "restate"}
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=.*")


class Wrong(Exception):
    """A block does not do what its page says."""


class Page:
    """One page while its blocks run.

    Args:
        folder: an empty folder; the blocks run there.
        spark: gives the tests' session.
        demo: gives the folder of a small finished demo, and what ``segspark demo`` wrote.
    """

    def __init__(self, folder: Path, spark: Callable[[], Any], demo: Callable[[], tuple[Path, str]]) -> None:
        self.folder, self.spark, self.demo = folder, spark, demo
        self.clone = folder.with_name(f"{folder.name}-clone")
        self.names: dict[str, Any] = {"__name__": "page"}
        self.modules: list[str] = []
        self.submitted: set[tuple[str, ...]] = set()
        init_workspace(folder)

    def run(self, block: Block) -> None:
        """Do what the block's tag says.

        Raises:
            Wrong: with the block's place and what is wrong.
        """
        does = BY_TAG.get(block.tag)
        if does is None:
            tag = f"the tag {block.tag!r}" if block.tag else "no tag"
            raise Wrong(f"{block.place}: {tag}; there are {', '.join(BY_TAG)}")
        try:
            # How much memory is free says nothing about a page.
            with chdir(self.folder), patch.object(environment, "MIN_MEMORY_BYTES", 0):
                does(self, block)
        except (Exception, SystemExit) as error:
            kind = "" if isinstance(error, Wrong) else f"{type(error).__name__}: "
            raise Wrong(f"{block.place} ({block.tag}): {kind}{error}") from error

    def close(self) -> None:
        for name in self.modules:
            sys.modules.pop(name, None)

    def demo_at(self, name: str) -> None:
        """The finished demo as a folder of the page, where it is not there yet."""
        if not (self.folder / name / CONFIG).exists():
            self.spark()
            shutil.copytree(self.demo()[0], self.folder / name, dirs_exist_ok=True)

    def file_of(self, title: str) -> Path:
        path = (self.folder / title).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise Wrong(f"the title {title} leads out of the workspace")
        if title.startswith("demo-workspace/"):
            self.demo_at("demo-workspace")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


# Blocks that show files ---------------------------------------------------------------------------------------------


def yaml_file(page: Page, block: Block) -> None:
    """Write the file, then load the workspace around it; of segspark.yaml a block holds only some keys."""
    path = page.file_of(_title(block))
    text = block.text
    if path.name == CONFIG and path.exists():
        text = yaml.safe_dump(merge(yaml.safe_load(path.read_text("utf-8")), yaml.safe_load(text)), allow_unicode=True)
    path.write_text(text, "utf-8")
    check_workspace_of(path)


def data_file(page: Page, block: Block) -> None:
    page.file_of(_title(block)).write_text(block.text, "utf-8")


def json_file(page: Page, block: Block) -> None:
    try:
        json.loads(block.text)
    except ValueError:
        # Or one record a line.
        for line in block.text.splitlines():
            json.loads(line)
    data_file(page, block)


def check_workspace_of(path: Path) -> None:
    """Load everything of the workspace that a file lies in."""
    folder = next((parent for parent in path.parents if (parent / CONFIG).exists()), None)
    if folder is None:
        raise Wrong(f"there is no {CONFIG} above {path.name}")
    workspace = open_workspace(folder)
    load_sources(workspace)
    definitions_of(workspace)
    calendar_context_of(workspace)


def _title(block: Block) -> str:
    if block.title is None:
        raise Wrong('needs a title that says which file it shows, e.g. title="sources/orders.yaml"')
    return block.title


# Python -------------------------------------------------------------------------------------------------------------


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
        _check_excerpt(block.text, CLONE / block.title)
    else:
        path = page.clone / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
        if block.title.startswith("tests/"):
            _run_tests(page, path)
        else:
            page.names.update(vars(_imported(page, block.title, path)))


def _check_excerpt(text: str, path: Path) -> None:
    """Whether each line is in the file, in this order; a line of ``…`` or ``...`` is a gap."""
    lines = iter([line.strip() for line in path.read_text("utf-8").splitlines()])
    for wanted in (line.strip() for line in text.splitlines()):
        if wanted.strip("# ") not in ("", "…", "...") and wanted not in lines:
            raise Wrong(f"{path.relative_to(CLONE)} is there, and does not go on with: {wanted}")


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


# Commands -----------------------------------------------------------------------------------------------------------


def console(page: Page, block: Block) -> None:
    """Run each ``$ segspark …`` and compare the lines below it with the output."""
    commands = list(_commands(block.text))
    if not commands:
        raise Wrong("no line begins with `$ `")
    for command, shown in commands:
        given, words = _split(command)
        if words[:1] != ["segspark"]:
            raise Wrong(f"only segspark is run in a console block, not: {command}")
        real = _segspark(page, words[1:], given)
        wrong = differences(shown, real) if shown.strip() else ""
        if wrong:
            raise Wrong(f"$ {command}\n{wrong}")


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command with the output shown for it; a command goes on after a backslash."""
    first, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    if first.strip():
        raise Wrong(f"a line before the first command: {first.strip().splitlines()[0]}")
    for part in parts:
        command, _, output = re.sub(r"\\\n\s*", " ", part).partition("\n")
        yield command.strip(), output


def _split(command: str) -> tuple[dict[str, str], list[str]]:
    """The variables set before a command, and its words."""
    words = shlex.split(command, comments=True)
    n = next((at for at, word in enumerate(words) if not _VARIABLE.fullmatch(word)), len(words))
    return dict(word.split("=", 1) for word in words[:n]), words[n:]


def _segspark(page: Page, words: list[str], environment: dict[str, str]) -> str:
    if words[:1] == ["demo"]:
        given = cli.commands["demo"].make_context("demo", words[1:]).params
        page.demo_at(str(given["folder"]))
        made, output = page.demo()
        return _without(made.parent, output.replace(made.name, str(given["folder"])))
    if any(word == "demo-workspace" or word.startswith("demo-workspace/") for word in words):
        page.demo_at("demo-workspace")
    if WITH_SPARK & set(words[:2]):
        page.spark()
    done = CliRunner(env=environment).invoke(cli, words)
    if done.exit_code:
        said = "" if isinstance(done.exception, SystemExit) else f"{type(done.exception).__name__}: {done.exception}"
        raise Wrong(f"$ segspark {shlex.join(words)}\n  exit code {done.exit_code}\n{done.output}{said}")
    return _without(page.folder, done.output)


def _without(folder: Path, output: str) -> str:
    return output.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "").replace(str(folder), ".")


def bash(page: Page, block: Block) -> None:
    """Check each command of the shell: ``make`` says what it would do, the others run in the page's folder."""
    for line in re.sub(r"\\\n\s*", " ", block.text).splitlines():
        _, words = _split(line)
        if not words:
            continue
        if words[0] == "make":
            _done(["make", "-n", *words[1:]], CLONE)
        elif words[0] == "zip":
            with _links_in(page):
                _done(words, page.folder)
        elif words[0] == "spark-submit":
            with _links_in(page):
                _submit(page, words[1:])
        elif words[0] == "pytest" or words[:3] == ["python", "-m", "pytest"]:
            _check_paths([word for word in words[1:] if "/" in word and not word.startswith("-")])
        elif words[0] == "git" and words[1:2] == ["clone"]:
            continue
        elif words != ["source", ".venv/bin/activate"] and words[0] != "cd":
            raise Wrong(f"of the shell only make, spark-submit, zip, pytest, git clone, cd and activate: {line}")


def _done(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Wrong(f"{shlex.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def _check_paths(paths: list[str]) -> None:
    missing = [path for path in paths if not (CLONE / path.partition("::")[0]).exists()]
    if missing:
        raise Wrong(f"there is no {', '.join(missing)}")


@contextmanager
def _links_in(page: Page) -> Iterator[None]:
    """The clone's folders that commands name, beside the page's workspace."""
    links = [page.folder / name for name in ("segspark", "jobs", "conf")]
    for link in links:
        link.symlink_to(CLONE / link.name)
    try:
        yield
    finally:
        for link in links:
            link.unlink()


def _submit(page: Page, words: list[str]) -> None:
    """Run the job in this process on the tests' session; the options of spark-submit are only looked up."""
    at = next((n for n, word in enumerate(words) if word.endswith(".py")), None)
    if at is None:
        raise Wrong("spark-submit without a job of jobs/")
    missing = [word for word in (*words[:at], words[at]) if not word.startswith("-") and not Path(word).exists()]
    if missing:
        raise Wrong(f"spark-submit: there is no {', '.join(missing)}")
    job, arguments = words[at], words[at + 1 :]
    if any(word.startswith("demo-workspace") for word in arguments):
        page.demo_at("demo-workspace")
    # The options of spark-submit change nothing here: with others the same job would only run again.
    if (job, *arguments) in page.submitted:
        return
    page.spark()
    with patch.object(sys, "argv", [job, *arguments]), patch.dict(os.environ):
        runpy.run_path(job, run_name="__main__")
    page.submitted.add((job, *arguments))


def ignored(page: Page, block: Block) -> None:
    """Text is no code."""


BY_TAG: dict[str, Callable[[Page, Block], None]] = {
    "python": python,
    "yaml": yaml_file,
    "csv": data_file,
    "json": json_file,
    "console": console,
    "bash": bash,
    "text": ignored,
    "mermaid": ignored,
}
