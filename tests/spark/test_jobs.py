"""Functions side by side: all have ended before anything is told of any."""

import subprocess
import sys
import threading
import time

import pytest
from counter import jobs_so_far
from pyspark.sql import SparkSession

from segspark.spark.jobs import beside, named_jobs


def test_results_come_in_the_order_of_the_functions() -> None:
    def slow() -> str:
        time.sleep(0.05)
        return "slow"

    assert beside(slow, lambda: "quick", lambda: None) == ["slow", "quick", None]
    assert beside() == []
    assert beside(lambda: 1) == [1]


def test_they_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=30)
    assert sorted(beside(*[together.wait] * 3)) == [0, 1, 2]


def test_all_have_ended_before_an_error_is_raised() -> None:
    ended, failed = [], threading.Event()

    def fail() -> None:
        failed.set()
        raise ValueError("first")

    def slow() -> None:
        assert failed.wait(30)
        time.sleep(0.05)
        ended.append("slow")

    def fail_later() -> None:
        assert failed.wait(30)
        time.sleep(0.05)
        ended.append("later")
        raise KeyError("second")

    with pytest.raises(ValueError, match="first"):
        beside(fail, slow, fail_later)
    assert sorted(ended) == ["later", "slow"]


def test_the_first_error_in_their_order_is_raised_whichever_came_first() -> None:
    failed = threading.Event()

    def late() -> None:
        assert failed.wait(30)
        raise ValueError("in front")

    def early() -> None:
        failed.set()
        raise KeyError("behind")

    with pytest.raises(ValueError, match="in front"):
        beside(late, early)


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (None, 5)])
def test_no_more_run_at_once_than_is_asked_for(at_once: int | None, most: int) -> None:
    running, seen, lock = [0], [0], threading.Lock()

    def work() -> None:
        with lock:
            running[0] += 1
            seen[0] = max(seen[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1

    beside(*[work] * 5, at_once=at_once)
    assert seen[0] <= most
    assert at_once == 1 or seen[0] > 1


INTERRUPTED = """
import os, signal, threading, time
from segspark.spark.jobs import beside, named_jobs
begun, told = threading.Event(), threading.Event()
def end(number, frame):
    told.set()
    raise SystemExit(3)
signal.signal(signal.SIGTERM, end)
def first():
    begun.set()
    told.wait(30)
    time.sleep(0.2)
    print("first has ended", flush=True)
threading.Thread(target=lambda: begun.wait() and os.kill(os.getpid(), signal.SIGTERM)).start()
try:
    beside(first, lambda: print("second has begun", flush=True), at_once=1)
finally:
    print("over", flush=True)
"""


def test_one_that_runs_has_ended_before_a_signal_is_told_and_no_other_begins() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == (3, ["first has ended", "over"])


def names_of_jobs(spark: SparkSession, after: int) -> dict[str, str | None]:
    """Description -> group of each job since then, as Spark's web page shows them."""
    context = spark.sparkContext._jsc.sc()  # type: ignore[union-attr]
    context.listenerBus().waitUntilEmpty()
    jobs = [context.statusStore().job(n) for n in range(after, int(context.dagScheduler().numTotalJobs()))]
    return {
        job.description().get() if job.description().isDefined() else "": job.jobGroup().get()
        if job.jobGroup().isDefined()
        else None
        for job in jobs
    }


def test_jobs_are_named_also_in_threads_and_as_before_afterwards(spark: SparkSession) -> None:
    before = jobs_so_far(spark)
    with named_jobs("tiles 2026-06-01", "tiles 2026-06-01"):
        with named_jobs("tiles 2026-06-01", "tiles 2026-06-01: items"):
            beside(spark.range(3).count, spark.range(4).count)
        spark.range(5).count()
    assert names_of_jobs(spark, before) == {
        "tiles 2026-06-01": "tiles 2026-06-01",
        "tiles 2026-06-01: items": "tiles 2026-06-01",
    }
    after = jobs_so_far(spark)
    beside(spark.range(3).count)
    spark.range(3).count()
    assert None in names_of_jobs(spark, after).values()


def test_without_a_session_nothing_is_named() -> None:
    code = """
from segspark.spark.jobs import beside, named_jobs
with named_jobs("a", "b"):
    assert beside(lambda: 3) == [3]
import pyspark
with named_jobs("a", "b"):
    assert beside(lambda: 3) == [3]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
