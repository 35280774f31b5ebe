"""Spark jobs that run at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def beside(*functions: Callable[[], Any], at_once: int | None = None) -> list[Any]:
    """Run functions side by side, each mostly waiting for its jobs; their results in order.

    All have ended when this returns or raises, so that nobody writes any more after an error; the first error, in the
    order of the functions, is raised.

    Args:
        at_once: so many at the same time; all by default.
    """
    if not functions:
        return []
    with ThreadPoolExecutor(max_workers=at_once or len(functions)) as pool:
        running = [pool.submit(function) for function in functions]
    return [each.result() for each in running]
