"""Who may read what segspark writes on this machine: the owner alone, unless a workspace opens its files."""

import os
import stat
from pathlib import Path

# file_access -> what is taken away from the permissions of every new file and folder.
MASKS = {"private": 0o077, "group": 0o027, "all": 0o022}
ENTER = stat.S_IXGRP | stat.S_IXOTH


def guard(access: str) -> None:
    """From here on this process, its Python workers and its JVM make files of this access."""
    os.umask(MASKS[access])


def for_hadoop(access: str) -> dict[str, str]:
    """Spark's setting: Hadoop sets the permissions of what the JVM writes itself, whatever the process says."""
    return {"spark.hadoop.fs.permissions.umask-mask": f"{MASKS[access]:03o}"}


def taken_away() -> int:
    """What this process takes away from the permissions of new files."""
    try:
        # Asking the system for it any other way sets it for a moment, for all threads.
        with open("/proc/self/status") as status:
            return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))
    except (OSError, StopIteration):
        return MASKS["private"]


def as_guarded(folder: Path) -> None:
    """Take from the files below a folder what this process takes from new ones: what was copied there kept its access."""
    taken_away = os.umask(MASKS["private"])
    os.umask(taken_away)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink() and path.stat().st_mode & taken_away:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~taken_away)


def too_open(path: Path, access: str) -> bool:
    """Whether more people than ``access`` says can read a file or folder, the folders above it considered."""
    if not path.exists():
        return False
    taken_away = MASKS[access]
    group, others = stat.S_IRGRP | stat.S_IXGRP, stat.S_IROTH | stat.S_IXOTH
    above = [p.stat().st_mode for p in path.resolve().parents]
    return any(
        taken_away & who == who and path.stat().st_mode & who and all(mode & who & ENTER for mode in above)
        for who in (group, others)
    )
