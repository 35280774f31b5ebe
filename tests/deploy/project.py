"""What the templates of deploy/ must agree with: settings, pins and options of this project."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

from segspark.cli.main import cli
from segspark.spark.submit.conf import conf_of_the_clone

TOP = Path(__file__).parents[2]
DEPLOY = TOP / "deploy"
PROJECT: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
# What keeps data from travelling, or lying on a disk, in clear.
SEALED = {"spark.authenticate": "true", "spark.network.crypto.enabled": "true", "spark.io.encryption.enabled": "true"}


def submit_conf() -> dict[str, str]:
    """The settings that ``segspark submit-conf`` prints."""
    lines = (line for line in conf_of_the_clone().splitlines() if line and not line.startswith("#"))
    return dict(line.split(maxsplit=1) for line in lines)


def pinned(package: str) -> str:
    """The version of requirements.txt."""
    found = re.search(rf"^{re.escape(package)}==([^\s;\\]+)", (TOP / "requirements.txt").read_text(), re.MULTILINE)
    assert found, f"requirements.txt has no {package}"
    return found[1]


def parsed(*words: str) -> dict[str, Any]:
    """The options of a command as the command line understands them.

    Raises:
        click.UsageError: there is no such command or option.
    """
    command, arguments = cli, list(words)
    context = command.make_context("segspark", arguments, resilient_parsing=False)
    name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
    assert found is not None
    return dict(found.make_context(name, rest, parent=context).params)


def literal(path: Path, name: str) -> Any:
    """A constant of a Python file that cannot be imported here."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path.name} has no {name}")
