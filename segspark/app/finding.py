"""Which workspace is meant where a command or a program names none: that of the environment, or the one around the
current folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from segspark.config.url import why_no_path, without_file
from segspark.errors import ConfigError

FILE = "segspark.yaml"
VARIABLE = "SEGSPARK_WORKSPACE"


def find_workspace(environ: Mapping[str, str] = os.environ) -> Path:
    """The workspace of whoever names none: that of ``SEGSPARK_WORKSPACE``, a file or a folder, else the nearest
    folder with a segspark.yaml, from the current one upwards.

    Raises:
        ConfigError: the variable leads nowhere, or no folder holds the file; names what was looked for, and where.
    """
    if named := environ.get(VARIABLE, "").strip():
        return _named(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        found = folder / FILE
        if found.is_file():
            return found if folder == here else _trusted(found)
    raise ConfigError(
        f"No workspace was found: {VARIABLE} is not set, and neither {here} nor a folder above it holds a {FILE}. "
        "Name one with --config DIR (in Python: segspark.open(DIR)), or make one with `segspark init DIR`."
    )


def _named(text: str) -> Path:
    if why := why_no_path(text):
        raise ConfigError(f"{VARIABLE}={text}: {why}.")
    path = Path(without_file(text)).expanduser()
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise ConfigError(f"{VARIABLE} names {path}, and there is no {FILE if path.is_dir() else 'such file'}.")
    return file


def _trusted(found: Path) -> Path:
    """A file in a folder above that somebody else may have put there: a workspace's Python files are run, so that of a
    stranger in a folder such as /tmp must not be taken up by chance."""
    owner = found.stat().st_uid
    if owner not in (os.getuid(), 0):
        raise ConfigError(
            f"The nearest workspace above the current folder, {found}, belongs to another user. If it is meant, name it: "
            f"--config or {VARIABLE}."
        )
    return found
