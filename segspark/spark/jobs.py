"""Run Spark jobs in parallel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def beside(*functions: Callable[[], Any], at_once: int | None = None) -> list[Any]:
    """Run functions in parallel, each mostly waiting for its Spark jobs; returns their results in order.

    All have ended when this returns or raises, so nothing is written after an error; the first error, in the order of
    the functions, is raised.

    Args:
        at_once: maximum number in parallel; all by default.
    """
    if not functions:
        return []
    with ThreadPoolExecutor(max_workers=at_once or len(functions)) as pool:
        running = [pool.submit(function) for function in functions]
    return [each.result() for each in running]
