"""Small fits take one thread, and what comes after them takes as many as before."""

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from segspark.models.clustering.threads import one_thread


def threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info()]


def test_within_it_every_library_has_one_thread_and_afterwards_what_it_had() -> None:
    # Something that brings a library of threads with it.
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(2):
        before = threads()
        assert max(before) == 2
        with one_thread():
            assert set(threads()) == {1}
        assert threads() == before
