"""Errors that tell what is wrong, where, what exists and what to do next; each class has one exit code."""

from collections.abc import Sequence
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


class ConfigError(SegsparkError):
    """The command line, a workspace file or a definition is wrong; ``problems`` lists the parts, if there are any."""

    exit_code = EXIT_USAGE

    def __init__(self, message: str, problems: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class GateClosed(SegsparkError):
    """A data or privacy gate refuses to go on; going on would lose data or break a promise."""

    exit_code = EXIT_GATE_CLOSED


class InfrastructureError(SegsparkError):
    """Java, disk, lock or store is not as needed; nothing was changed and a retry is safe."""

    exit_code = EXIT_INFRASTRUCTURE
