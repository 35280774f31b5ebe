"""Progress output of a run: one line per stage that is done, plain where there is no terminal; a terminal has colours, and
below the lines what is being done, with its time."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Protocol

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


class Lines:
    """Lines of stage, seconds, rows and note, preceded by the elapsed time of the whole run."""

    def __init__(self) -> None:
        self._console = Console(stderr=not sys.stdout.isatty(), highlight=False, soft_wrap=True)
        self._start = time.monotonic()
        # Of several stages at once each has a line of its own, which goes away with it.
        self._under_way = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._lock = Lock()

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        with self._lock:
            self._under_way.start()
            task = self._under_way.add_task(name, total=None)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove_task(task)
                if not self._under_way.tasks:
                    self._under_way.stop()

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

    def working(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        return None

    def note(self, text: str) -> None:
        return None


class Progress(Protocol):
    """Receives the progress of a run."""

    def working(self, name: str) -> AbstractContextManager[None]:
        """While a stage is being done, whether it ends well or not."""
        ...

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        """After a stage has ended well."""
        ...

    def note(self, text: str) -> None: ...
