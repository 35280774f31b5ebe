"""Glob patterns over names: ``*`` and ``?`` within a folder, ``**`` over folders, as the module ``glob`` reads them."""

import glob
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

SIGNS = "*?["
_ESCAPED = re.compile(r"\[([*?[])\]")


def matches(name: str, pattern: str) -> bool:
    """Whether a name is one of the pattern's; what begins with a dot only where the pattern says so."""
    return _match(name.split("/"), pattern.split("/"))


def fixed_folder(pattern: str) -> str:
    """The folders before the first sign of a pattern, with a slash; empty if there are none."""
    parts = pattern.split("/")
    fixed = next((at for at, part in enumerate(parts) if any(sign in part for sign in SIGNS)), len(parts) - 1)
    return "".join(f"{part}/" for part in parts[:fixed])


def split_pattern(pattern: str) -> tuple[str, str]:
    """The folder before the first sign of a pattern, as it is called, and the pattern below it.

    What ``glob.escape`` has made of a folder's name is no sign.
    """
    parts = pattern.split("/")
    names = [_ESCAPED.sub(r"\1", part) for part in parts]
    fixed = next((at for at, part in enumerate(parts[:-1]) if glob.escape(names[at]) != part), len(parts) - 1)
    return "".join(f"{name}/" for name in names[:fixed]), "/".join(parts[fixed:])


def files_below(folder: Path, pattern: str) -> list[Path]:
    """The files of a pattern that starts at a folder of any name, in order."""
    return sorted(folder / found for found in glob.glob(pattern, root_dir=folder))


def _match(name: Sequence[str], pattern: Sequence[str]) -> bool:
    if not name or not pattern:
        return not name and not pattern
    if pattern[0] == "**":
        rest = pattern[1:] or ["*"]
        return _match(name, rest) or (not name[0].startswith(".") and _match(name[1:], pattern))
    is_hidden = name[0].startswith(".") and not pattern[0].startswith(".")
    return not is_hidden and fnmatchcase(name[0], pattern[0]) and _match(name[1:], pattern[1:])
