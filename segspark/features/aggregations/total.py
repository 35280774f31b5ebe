"""How many events named an item, in the kind's own window."""

import numpy as np
import pyarrow as pa

from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, of_kind


def _sum(index: ItemRows, today: int, window: int) -> pa.Array:
    return pa.array(np.bincount(index.person, weights=index.n, minlength=index.n_people).astype(np.int64))


TOTAL = ItemAggregation("total", _sum, of_kind, "events with an item of", own_window_only=True, unit="events")
