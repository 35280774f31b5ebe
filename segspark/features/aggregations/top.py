"""The item named most, in the kind's own window."""

import pyarrow as pa

from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, of_kind


def _name(index: ItemRows, today: int, window: int) -> pa.Array:
    return index.of_rows(index.items, index.most_frequent)


TOP = ItemAggregation(
    "top", _name, of_kind, "item named most of", type="string", own_window_only=True, motion="moving", unit="name"
)
