"""A starter workspace: small, commented, and runnable as it is."""

import shutil
from pathlib import Path

from segspark.errors import ConfigError

STARTER = Path(__file__).parent / "starter"
# Under its real name (.gitignore) it would hide the starter's files from this repository.
RENAMED = {"gitignore.txt": ".gitignore"}


def init_workspace(folder: Path) -> list[Path]:
    """Write the starter's files into a new or empty folder.

    Returns:
        The files written.

    Raises:
        ConfigError: the folder is not empty, is a file, or cannot be created; nothing is written.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a folder that is new or empty.")
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty, and nothing in it is overwritten. Name a folder that is new or empty."
        )
    written = []
    for file in sorted(STARTER.rglob("*")):
        if file.is_dir():
            continue
        name = RENAMED.get(file.name, file.name)
        target = folder / file.relative_to(STARTER).with_name(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        except OSError as error:
            raise ConfigError(
                f"{target} cannot be written ({error.strerror}). Name a folder you may write to."
            ) from None
        written.append(target)
    return written
