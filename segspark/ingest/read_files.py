"""Read what delivered files hold: few bytes on the driver, many in tasks, each file streamed by one of them."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pyarrow as pa

from segspark.pipeline.step import Step
from segspark.sources.files import Hashed
from segspark.sources.gateway import without_values

# A second of one core. A file costs its opening too, which is a request to a bucket.
BYTES_ON_DRIVER = 256 << 20
BYTES_OF_OPENING = 256 << 10
THREADS, TASKS_PER_CORE = 8, 8
_DDL = "path string, size bigint, digest string, is_read boolean"
_SCHEMA = pa.schema([("path", pa.string()), ("size", pa.int64()), ("digest", pa.string()), ("is_read", pa.bool_())])
Hash = Callable[[str, int], Hashed]


def read_each(step: Step, hash_of: Hash, sizes: Mapping[str, int], most: int | None = None) -> dict[str, Hashed]:
    """What a function gives for each file, by address.

    Args:
        sizes: address -> bytes.
        most: bytes that the function reads of a file; by default all.
    """
    cost = sum(BYTES_OF_OPENING + (size if most is None else min(size, most)) for size in sizes.values())
    if cost > BYTES_ON_DRIVER:
        return _in_tasks(step, hash_of, sizes)
    paths = sorted(sizes)
    shares = [paths[at::THREADS] for at in range(min(THREADS, len(paths)))]
    found: dict[str, Hashed] = {}
    for hashed in step.beside(*(partial(_of_share, hash_of, sizes, share) for share in shares)):
        found |= hashed
    return found


def _of_share(hash_of: Hash, sizes: Mapping[str, int], paths: list[str]) -> dict[str, Hashed]:
    return {path: hash_of(path, sizes[path]) for path in paths}


def _in_tasks(step: Step, hash_of: Hash, sizes: Mapping[str, int]) -> dict[str, Hashed]:
    """Each task gets the addresses of its own files alone."""
    n_tasks = min(len(sizes), TASKS_PER_CORE * step.n_cores)
    files = step.frame(sorted(sizes.items()), "path string, size bigint").repartition(n_tasks)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return without_values(_hashed(hash_of, batches))

    rows = files.mapInArrow(read, _DDL).collect()
    return {row.path: Hashed(row.size, row.digest, row.is_read) for row in rows}


def _hashed(hash_of: Hash, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for path, size in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            hashed = hash_of(path, size)
            rows = [{"path": path, "size": hashed.size, "digest": hashed.digest, "is_read": hashed.is_read}]
            yield pa.RecordBatch.from_pylist(rows, _SCHEMA)
