"""SIGTERM, as of a scheduler or ``docker stop``, ends a run as Ctrl-C does: its lease is free for the next one at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

# As a shell says it: 128 and the number of the signal.
EXIT_TERMINATED = 128 + signal.SIGTERM


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end what runs here in an orderly way, with exit code 143."""
    try:
        before = signal.signal(signal.SIGTERM, _end)
    except ValueError:
        # Only the main thread of a process may say what a signal does.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:
    from segspark.spark.jobs import cancel_jobs

    # Another one meanwhile changes nothing; whoever cannot wait sends SIGKILL.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    cancel_jobs()
    click.echo("segspark: ended by SIGTERM; run again: what is unfinished is completed.", err=True)
    raise SystemExit(EXIT_TERMINATED)
