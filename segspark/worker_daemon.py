"""The parent of Spark's Python workers on one machine: it imports what they need, once, before it forks them.

Of a small run the workers' imports are a good part: two seconds of a core for each worker. Nothing here starts a thread
that a fork would lose: OpenBLAS gets one (tasks fill the cores already), and jemalloc's own survive it.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from importlib import import_module

from pyspark import daemon

PRELOADED = ("pandas", "pyarrow.compute", "pyspark.worker", "segspark.sources.door", "segspark.flows.range_task")

if __name__ == "__main__":
    for module in PRELOADED:
        import_module(module)
    daemon.manager()
