"""The parent of Spark's Python workers on one machine: imports what they need once, before it forks them.

The workers' imports are a large part of a small run: two CPU seconds per worker. Nothing here starts a thread that a
fork would lose: OpenBLAS is limited to one thread (tasks fill the cores already), and jemalloc's own survive a fork.
"""

import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PRELOADED = (
    "pandas",
    "pyarrow.compute",
    "pyspark.worker",
    "segspark.sources.registry",
    "segspark.features.engine.arrow",
)


def leave_zips_out() -> None:
    """Remove Spark's own zips from the path if the same packages are installed.

    A worker checks its path before each task, and Python then reads the file list of each zip: a tenth of a CPU second
    per task.
    """
    zips = [p for p in sys.path if Path(p).name == "pyspark.zip" or Path(p).match("py4j-*-src.zip")]
    others = [p for p in sys.path if p not in zips]
    if all(PathFinder.find_spec(name, others) for name in ("pyspark", "py4j")):
        sys.path[:] = others
        for path in zips:
            sys.path_importer_cache.pop(path, None)


if __name__ == "__main__":
    leave_zips_out()
    for module in PRELOADED:
        import_module(module)
    import_module("pyspark.daemon").manager()
