"""Threads of the numeric libraries."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """For fits of some hundred points: more threads wait for one another at every step, the longer the busier the
    machine is."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
