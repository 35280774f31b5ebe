"""Run Spark jobs in parallel, name them for Spark's web page, and cancel them."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import Any


def beside(*functions: Callable[[], Any], at_once: int | None = None) -> list[Any]:
    """Run functions in parallel, each mostly waiting for its Spark jobs; returns their results in order.

    All have ended when this returns or raises, so nothing is written after an error; the first error, in the order of
    the functions, is raised. Those that have not begun when a signal interrupts this do not begin.

    Args:
        at_once: maximum number in parallel; all by default.
    """
    if not functions:
        return []
    # None begins before all are known to the pool: a signal while it starts a thread would leave that thread behind.
    begin, stopped = threading.Event(), threading.Event()
    names = _names_of_jobs()

    def in_turn(function: Callable[[], Any]) -> Any:
        begin.wait()
        if stopped.is_set():
            return None
        # Spark keeps them by thread.
        _name_jobs(names)
        return function()

    with ThreadPoolExecutor(max_workers=at_once or len(functions)) as pool:
        try:
            running = [pool.submit(in_turn, function) for function in functions]
            begin.set()
            # Not left to the pool: interrupted at its end, it would leave threads that go on writing.
            wait(running)
        finally:
            stopped.set()
            begin.set()
    return [each.result() for each in running]


_GROUP, _DESCRIPTION = "spark.jobGroup.id", "spark.job.description"


@contextmanager
def named_jobs(group: str, description: str) -> Iterator[None]:
    """The jobs of this thread have this group and description on Spark's web page; without a session nothing happens.

    A session of Spark Connect has no page of its own, so nothing happens there either.
    """
    before = _names_of_jobs()
    _name_jobs({_GROUP: group, _DESCRIPTION: description})
    try:
        yield
    finally:
        _name_jobs(before)


def _names_of_jobs() -> dict[str, str | None]:
    context = active_context()
    return {key: context.getLocalProperty(key) if context else None for key in (_GROUP, _DESCRIPTION)}


def _name_jobs(names: Mapping[str, str | None]) -> None:
    context = active_context()
    if context is not None:
        for key, value in names.items():
            context.setLocalProperty(key, value)


def active_context() -> Any:
    """Spark's context in this process; None if there is no session, or one of Spark Connect."""
    pyspark = sys.modules.get("pyspark")
    return pyspark.SparkContext._active_spark_context if pyspark else None


def cancel_jobs() -> None:
    """Cancel the jobs of this process's session, if there is one; whoever waits for them gets an error."""
    context = active_context()
    if context is not None:
        # The JVM may have got the same signal.
        with suppress(Exception):
            context.cancelAllJobs()
