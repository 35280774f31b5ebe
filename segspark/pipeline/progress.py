"""Progress output of a run: one line per stage, in colour on a terminal, plain elsewhere."""

import sys
import time
from typing import Protocol

from rich.console import Console


class Lines:
    """Lines of stage, seconds, rows and note, preceded by the elapsed time of the whole run."""

    def __init__(self) -> None:
        self._console = Console(stderr=not sys.stdout.isatty(), highlight=False, soft_wrap=True)
        self._start = time.monotonic()

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        shown = f"{rows:,} rows" if rows is not None else ""
        elapsed = time.monotonic() - self._start
        self._console.print(
            f"[dim]{elapsed:6.1f}s[/]  [bold]{name:<14}[/] {seconds:6.1f} s  {shown:>16}  [dim]{note}[/]"
        )

    def note(self, text: str) -> None:
        self._console.print(f"         {text}")


class Quiet:
    """No output: for programs that read JSON."""

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        return None

    def note(self, text: str) -> None:
        return None


class Progress(Protocol):
    """Receives the progress of a run."""

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None: ...

    def note(self, text: str) -> None: ...
