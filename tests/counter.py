"""What some code made Spark do: jobs, stages and tasks, and how much memory the driver took meanwhile.

A net for a restructuring: results may stay equal while a frame is computed twice. The counts come from Spark's own
status store, which also is there where the web page (``spark.ui.enabled``) is off. The store forgets the oldest jobs
beyond ``spark.ui.retainedJobs``, so that jobs are asked for one by one, by ids that Spark numbers without a gap: one
that is gone is an error and never a smaller count.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession


class Truncated(RuntimeError):
    """Spark has forgotten some of what is to be counted."""


@dataclass
class Counts:
    """Filled in when the block has ended.

    Attributes:
        jobs: submitted meanwhile, whatever thread did so.
        stages: that ran; ``skipped`` ones had their shuffle files already.
        tasks: that ended well; repeated attempts count once.
        heap_peak: bytes of the JVM's heap, the highest of what was in use at any moment (garbage too).
        rss_peak: bytes of the Python driver in memory, the highest sample; 0 where /proc is missing.
    """

    jobs: int = 0
    stages: int = 0
    skipped: int = 0
    tasks: int = 0
    heap_peak: int = 0
    rss_peak: int = 0
    seconds: float = 0.0
    names: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if k != "names"}


@contextmanager
def counted(spark: SparkSession) -> Iterator[Counts]:
    """Count what Spark does within the block; of one block at a time, others' jobs in the same session count too.

    Raises:
        Truncated: a job is no longer in the store; count in smaller blocks or set ``spark.ui.retainedJobs`` higher.
    """
    counts = Counts()
    context = _context(spark)
    context.listenerBus().waitUntilEmpty()
    first = _next_job(context)
    heap = _HeapPeak(spark)
    with _rss_peak(counts):
        start = time.monotonic()
        yield counts
        counts.seconds = time.monotonic() - start
    counts.heap_peak = heap.read()
    # What ran is told to the store by a queue, some moments later.
    context.listenerBus().waitUntilEmpty()
    read_jobs(context, range(first, _next_job(context)), counts)


def read_jobs(context: Any, ids: range, counts: Counts) -> None:
    """Add up some jobs of the status store."""
    store = context.statusStore()
    for number in ids:
        try:
            job = store.job(number)
        except Py4JJavaError as error:
            raise Truncated(f"job {number} of {ids} is no longer in Spark's store") from error
        counts.jobs += 1
        counts.names.append(job.name())
        counts.stages += job.numCompletedStages() + job.numFailedStages()
        counts.skipped += job.numSkippedStages()
        counts.tasks += job.numCompletedTasks()


def _context(spark: SparkSession) -> Any:
    """Spark's own context in the JVM."""
    return spark.sparkContext._jsc.sc()


def _next_job(context: Any) -> int:
    """The id of the next job, from the scheduler, which numbers them from 0."""
    return int(context.dagScheduler().numTotalJobs())


def jobs_so_far(spark: SparkSession) -> int:
    """Jobs of the session so far, those that still run too."""
    return _next_job(_context(spark))


class _HeapPeak:
    """The JVM keeps the highest use of each of its memory pools since it was last asked to forget it."""

    def __init__(self, spark: SparkSession) -> None:
        factory = spark.sparkContext._jvm.java.lang.management.ManagementFactory  # type: ignore[union-attr]
        self._pools = [p for p in factory.getMemoryPoolMXBeans() if p.getType().name() == "HEAP"]
        for pool in self._pools:
            pool.resetPeakUsage()

    def read(self) -> int:
        """Of all pools; each may have had its peak at another moment, so that this is an upper bound."""
        return sum(int(pool.getPeakUsage().getUsed()) for pool in self._pools)


@contextmanager
def _rss_peak(counts: Counts, every_s: float = 0.02) -> Iterator[None]:
    """Samples: Linux keeps a peak as well, but of the whole life of the process."""
    done = threading.Event()

    def look() -> None:
        counts.rss_peak = max(counts.rss_peak, _rss())

    def watch() -> None:
        while not done.wait(every_s):
            look()

    look()
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        look()


def _rss() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    import resource

    return pages * resource.getpagesize()
