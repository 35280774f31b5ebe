"""How many people of a day are in each bin: counted where the people are, so that only the counts reach the driver."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.monitoring.binning import count_people
from segspark.models.monitoring.reference import Bins

_COUNTS = pa.schema([("column", pa.string()), ("bin", pa.int32()), ("n", pa.int64())])


def read_counts(people: DataFrame, bins: Mapping[str, Bins]) -> dict[str, list[int]]:
    """People by column and bin, in the order of ``Bins.shares``; at most as many rows as all bins together.

    Args:
        people: one row per person, with a column of numbers for each of the bins.
    """
    bins = dict(bins)

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found = {name: np.zeros(each.n, dtype=np.int64) for name, each in bins.items()}
        for batch in batches:
            for name, each in bins.items():
                values = batch.column(name).to_numpy(zero_copy_only=False).astype(float)
                found[name] += count_people(each, values)
        rows = [(name, at, int(n)) for name, counts in found.items() for at, n in enumerate(counts) if n]
        names, places, counts = (list(part) for part in zip(*rows, strict=True)) if rows else ([], [], [])
        yield pa.RecordBatch.from_arrays(
            [pa.array(part, field.type) for part, field in zip((names, places, counts), _COUNTS, strict=True)],
            schema=_COUNTS,
        )

    columns = [F.col(f"`{name}`").cast("double").alias(name) for name in bins]
    counted = people.select(*columns).mapInArrow(count, "column string, bin int, n bigint")
    totals = counted.groupBy("column", "bin").agg(F.sum("n").alias("n")).collect()
    result = {name: [0] * each.n for name, each in bins.items()}
    for row in totals:
        result[row["column"]][row["bin"]] = row["n"]
    return result
