"""The parent of Spark's Python workers on one machine: it imports what they need, once, before it forks them.

Of a small run the workers' imports are a good part: two seconds of a core for each worker. Nothing here starts a thread
that a fork would lose: OpenBLAS gets one (tasks fill the cores already), and jemalloc's own survive it.
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
    "segspark.sources.gateway",
    "segspark.features.engine.arrow",
)


def leave_zips_out() -> None:
    """Take Spark's own zips from the path where the same packages are installed.

    A worker looks anew at its path before each task, and Python then reads the list of all files of a zip: a tenth of a
    second of a core for each task.
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
