"""How a command that fails says so: a message for people, and with --json one object for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from segspark.cli.ending import EXIT_TERMINATED
from segspark.errors import EXIT_BUG, CheckFailed, ConfigError, GateClosed, InfrastructureError, SegsparkError
from segspark.outages import told

EXIT_INTERRUPTED = 130
# Words that programs may rely on, by the error they stand for.
KINDS: dict[type[SegsparkError], str] = {
    ConfigError: "config",
    GateClosed: "gate_closed",
    CheckFailed: "check_failed",
    InfrastructureError: "infrastructure",
}
USAGE, BUG, INTERRUPTED, TERMINATED = "usage", "bug", "interrupted", "terminated"
_AGAIN = "run again: what is unfinished is completed."


@dataclass(frozen=True)
class Failure:
    """Why a command ended.

    Attributes:
        kind: one of ``KINDS``, or usage, bug, interrupted, terminated.
        message: for people, whole.
        issues: the single faults of files, where the error has some.
        suggestions: names that may have been meant instead of one that does not exist.
    """

    kind: str
    exit_code: int
    message: str
    issues: tuple[dict[str, Any], ...] = ()
    suggestions: tuple[str, ...] = ()

    def as_json(self) -> str:
        about = {"kind": self.kind, "exit_code": self.exit_code, "message": self.message}
        lists = {"issues": self.issues, "suggestions": self.suggestions}
        return json.dumps({"error": {**about, **{k: v for k, v in lists.items() if v}}}, ensure_ascii=False)


def failure_of(error: BaseException) -> Failure:
    """What an error that reached the command line means to whoever called it."""
    if isinstance(error, click.exceptions.Abort | KeyboardInterrupt):
        return Failure(INTERRUPTED, EXIT_INTERRUPTED, f"interrupted; {_AGAIN}")
    if isinstance(error, SystemExit) and error.code == EXIT_TERMINATED:
        return Failure(TERMINATED, EXIT_TERMINATED, f"ended by SIGTERM; {_AGAIN}")
    if isinstance(error, click.ClickException):
        return Failure(USAGE, ConfigError.exit_code, error.format_message())
    meant = error if isinstance(error, SegsparkError) else told(error) if isinstance(error, Exception) else None
    if meant is None:
        return Failure(BUG, EXIT_BUG, f"{type(error).__name__}: {error}")
    kind = next((word for known, word in KINDS.items() if isinstance(meant, known)), BUG)
    return Failure(kind, meant.exit_code, str(meant), _issues(meant), tuple(getattr(meant, "suggestions", ())))


def _issues(error: SegsparkError) -> tuple[dict[str, Any], ...]:
    """Faults of definitions as `segments check` gives them; those of other files with the same words."""
    issues: Sequence[Any] = getattr(error, "issues", ()) or getattr(error, "problems", ())
    return tuple(issue.as_row() for issue in issues)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON; it may be too wrong to be parsed."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options
