"""How many items were seen in a window; of a sketch an estimate."""

import numpy as np
import pyarrow as pa

from segspark.features.engine.arrays import as_integers
from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, of_window
from segspark.features.sketch import estimate_distinct


def _count(index: ItemRows, today: int, window: int) -> pa.Array:
    seen = np.flatnonzero(index.last >= today - window) if window else np.arange(len(index.person))
    person = index.person[seen]
    if index.sketch_bits is None:
        return pa.array(np.bincount(person, minlength=index.n_people))
    marks = as_integers(index.items.take(pa.array(seen)).cast(pa.int64()))
    return pa.array(estimate_distinct(person, marks, index.n_people, index.sketch_bits))


DISTINCT = ItemAggregation("distinct", _count, of_window, "distinct items of", sketchable=True)
