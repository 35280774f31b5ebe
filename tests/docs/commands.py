"""Blocks of commands: ``segspark`` with its output, and those of the shell."""

import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner
from docs.blocks import Block, Wrong
from docs.output import differences
from docs.page import CLONE, Page

from segspark.cli.main import cli

# Commands that need a session; the tests' own is opened for them.
WITH_SPARK = {"run", "preview", "plan", "replay", "repair", "restate"}
# Programs of platforms that are not here: only their files of the clone are looked up.
OF_PLATFORMS = {"airflow", "aws", "dagster", "databricks", "docker", "kubectl", "tar", "uv"}
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=.*")


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


def _segspark(page: Page, words: list[str], variables: dict[str, str]) -> str:
    if words[:1] == ["demo"]:
        page.demo_at(str(cli.commands["demo"].make_context("demo", words[1:]).params["folder"]))
        return ""
    if any(word == "demo-workspace" or word.startswith("demo-workspace/") for word in words):
        page.demo_at("demo-workspace")
    if WITH_SPARK & set(words[:2]):
        page.spark()
    done = CliRunner(env=variables).invoke(cli, words)
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
        elif words[0] in OF_PLATFORMS:
            _check_paths([word.removeprefix("file://") for word in words if re.match(r"(file://)?deploy/", word)])
        elif words[0] == "git" and words[1:2] == ["clone"]:
            continue
        elif words != ["source", ".venv/bin/activate"] and words[0] != "cd":
            known = ", ".join(sorted(OF_PLATFORMS))
            raise Wrong(
                f"of the shell only make, spark-submit, zip, pytest, git clone, cd, activate and {known}: {line}"
            )


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
