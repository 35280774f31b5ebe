"""Who is told of each flow that begins and ends; nobody, unless a run is observed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from segspark.pipeline.flow import Flow
from segspark.tables.lake import Lake

Versions = Mapping[str, int | None]


@dataclass(frozen=True)
class FlowRun:
    """A flow at work on a day.

    Attributes:
        run_id: as ops.runs stores it.
        inputs: name -> version of the tables that it reads, as it found them.
    """

    flow: Flow
    as_of: date
    run_id: str
    inputs: Versions
    lake: Lake


class Observer(Protocol):
    """Told from the thread that runs the flow; it neither raises nor waits."""

    def began(self, run: FlowRun) -> None: ...

    def ended(self, run: FlowRun, outputs: Versions) -> None: ...

    def failed(self, run: FlowRun, error: BaseException) -> None: ...


# Of this process, which runs one program at a time: flows of it may run in several threads.
_observers: tuple[Observer, ...] = ()


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Tell an observer of the flows that run meanwhile."""
    global _observers
    before, _observers = _observers, (*_observers, observer)
    try:
        yield
    finally:
        _observers = before


@contextmanager
def observed(run: FlowRun) -> Iterator[dict[str, int | None]]:
    """Tell of a flow that runs meanwhile.

    Yields:
        To be filled: name -> version of the tables that it has written.
    """
    told, outputs = _observers, dict[str, int | None]()
    for observer in told:
        observer.began(run)
    try:
        yield outputs
    except BaseException as error:
        for observer in told:
            observer.failed(run, error)
        raise
    for observer in told:
        observer.ended(run, outputs)
