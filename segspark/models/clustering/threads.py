"""Threads of the numeric libraries."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """Use one thread, for fits of some hundred points: several threads would wait for one another at every step, longer
    on a busy machine."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
