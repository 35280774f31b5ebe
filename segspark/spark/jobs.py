"""Run Spark jobs in parallel, and cancel them."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
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

    def in_turn(function: Callable[[], Any]) -> Any:
        begin.wait()
        return None if stopped.is_set() else function()

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


def cancel_jobs() -> None:
    """Cancel the jobs of this process's session, if there is one; whoever waits for them gets an error."""
    pyspark = sys.modules.get("pyspark")
    context = pyspark.SparkContext._active_spark_context if pyspark else None
    if context is not None:
        # The JVM may have got the same signal.
        with suppress(Exception):
            context.cancelAllJobs()
