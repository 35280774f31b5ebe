"""Errors that tell what is wrong, where, what exists and what to do next; each class has one exit code."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

EXIT_CHECK_FAILED = 1
EXIT_USAGE = 2
EXIT_GATE_CLOSED = 3
EXIT_INFRASTRUCTURE = 4
EXIT_BUG = 70


class SegsparkError(Exception):
    """Base of every error that is meant for the user; its text is all the user needs."""

    exit_code = EXIT_BUG


class CheckFailed(SegsparkError):
    """Data written or read does not meet its contract."""

    exit_code = EXIT_CHECK_FAILED


class DamagedFile(CheckFailed):
    """A file of the lake is missing or holds something else than was written; nothing of it was used."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(
            f"The file {file} is damaged: {what}. `segspark doctor --deep` names all damaged files, "
            "`segspark doctor --repair` mends what can be mended."
        )
        self.file, self.what = file, what

    def __reduce__(self) -> tuple[type["DamagedFile"], tuple[str, str]]:
        return DamagedFile, (self.file, self.what)


# A task's error reaches the driver as the text of its traceback; of Arrow and Spark we get their own words.
_IN_A_TASK = re.compile(r"DamagedFile: The file (?P<file>\S+) is damaged: (?P<what>[^\n]*?)\. `segspark doctor")
_OF_PAGES = re.compile(r"CRC checksum verification failed|could not verify dictionary page|verify page integrity")


@contextmanager
def damage_told() -> Iterator[None]:
    """
    Raises:
        DamagedFile: instead of the error of a task that failed because of a damaged file.
    """
    try:
        yield
    except SegsparkError:
        raise
    except Exception as error:
        if damage := damage_behind(error):
            raise damage from error
        raise


# In the words of the system, of Java and of Delta, which reach us as text: what is wrong, and what to do.
_OF_THE_MACHINE = {
    "No space left on device": ("The disk is full", "Free space, and run again."),
    "File too large": (
        "A file has reached the largest size that is allowed here (ulimit -f)",
        "Raise it, and run again.",
    ),
    "Disk quota exceeded": ("The quota of the disk is used up", "Free space, and run again."),
    "Read-only file system": (
        "The file system is read-only",
        "Mount it for writing, or name another place, and run again.",
    ),
    "Permission denied": (
        "This user has no right to it",
        "Give the right (chmod, chown), or name another place, and run again.",
    ),
    "attempt to write a readonly database": (
        "The database of MLflow cannot be written",
        "Give this user the right to its file and folder, and run again.",
    ),
    "OutOfMemoryError": ("Java has too little memory", "Raise spark.driver_memory in segspark.yaml, and run again."),
    "increase heap size": (
        "Java has too little memory",
        "Raise spark.driver_memory in segspark.yaml to 512m or more, and run again.",
    ),
    "Java gateway process exited": (
        "Java did not start",
        "Its own words are above; most often spark.driver_memory in segspark.yaml is no size, or more than there is.",
    ),
    "Cannot allocate memory": ("The machine has too little memory", "Close other programs, and run again."),
    "MemoryError": ("Python has too little memory", "Close other programs, and run again."),
}
# Where it happened: as Python, Arrow and Java name a file.
_AT = re.compile(r"""'(?P<quoted>/[^'\n]+)'|(?P<java>/[^\s:'"()]+)(?=:? \()|(?P<bare>/[^\s:'",()]+)""")


def shortage_behind(error: BaseException) -> "InfrastructureError | None":
    """What the machine lacked, and where; None if something else failed. What was written by then is in no table."""
    for at in chain_of(error):
        text = f"{type(at).__name__}: {at}"
        for sign, (what, cure) in _OF_THE_MACHINE.items():
            if sign in text:
                return InfrastructureError(f"{what}{_place(at, text, sign)}. {cure}")
    return None


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it was raised from."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _place(error: BaseException, text: str, sign: str) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f": {error.filename2 or error.filename}"
    line = next(line for line in text.splitlines() if sign in line)
    found = _AT.search(line)
    return f": {found[found.lastgroup or 0]}" if found else ""


def damage_behind(error: BaseException) -> DamagedFile | None:
    """The damaged file that made a task fail; None if something else did."""
    if isinstance(error, DamagedFile):
        return error
    text = str(error)
    if found := _IN_A_TASK.search(text):
        return DamagedFile(found["file"], found["what"])
    return DamagedFile("(see the log)", "the checksum of a page is wrong") if _OF_PAGES.search(text) else None


class ConfigError(SegsparkError):
    """The command line, a workspace file or a definition is wrong; ``problems`` lists the parts, if there are any."""

    exit_code = EXIT_USAGE

    def __init__(self, message: str, problems: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class UnknownName(ConfigError):
    """A name that does not exist, or that several things have; ``suggestions`` are names that may be meant."""

    def __init__(self, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)


class GateClosed(SegsparkError):
    """A data or privacy gate refuses to go on; going on would lose data or break a promise."""

    exit_code = EXIT_GATE_CLOSED


class InfrastructureError(SegsparkError):
    """Java, disk, lock or store is not as needed; nothing was changed and a retry is safe."""

    exit_code = EXIT_INFRASTRUCTURE
