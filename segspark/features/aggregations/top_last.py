"""The last day of the item named most in the kind's own window."""

import pyarrow as pa

from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, of_kind


def _day(index: ItemRows, today: int, window: int) -> pa.Array:
    return index.of_rows(index.last.astype("int32"), index.most_frequent)


TOP_LAST = ItemAggregation(
    "top_last",
    _day,
    of_kind,
    "last day with the item named most of",
    type="date",
    windowed=False,
    own_window_only=True,
    motion="moving",
    unit="date",
)
