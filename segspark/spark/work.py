"""Work shared among tasks: each is given its own part and none of the others'."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Part = TypeVar("Part")
# All parts of so few bytes travel with the function: another job would take longer.
BYTES_IN_FUNCTION = 256 << 10


def shared_out(
    spark: "SparkSession", parts: Sequence[Part]
) -> "tuple[DataFrame, Callable[[Iterator[pa.RecordBatch]], Iterator[Part]]]":
    """A frame with a task for each part, and what gives the parts of its task from its rows.

    Lists of files grow with the days and the people of a lake. In the function that all tasks run, each would have to
    hold and unpickle the lists of all.
    """
    tasks = spark.range(0, len(parts), 1, max(1, len(parts)))
    pickled = [pickle.dumps(part) for part in parts]
    if sum(map(len, pickled)) <= BYTES_IN_FUNCTION:
        together = list(parts)

        def of_function(batches: Iterator[pa.RecordBatch]) -> Iterator[Part]:
            for batch in batches:
                yield from (together[at] for at in batch.column(0).to_pylist())

        return tasks, of_function
    from pyspark.sql import functions as F

    given = spark.createDataFrame(pa.table({"id": pa.array(range(len(parts)), pa.int64()), "part": pickled}))
    return tasks.join(F.broadcast(given), on="id").select("part"), _unpickled


def _unpickled(batches: Iterator[pa.RecordBatch]) -> Iterator[Part]:
    for batch in batches:
        for part in batch.column(0):
            yield pickle.loads(part.as_py())
