"""How often the item named most was named, in the kind's own window."""

import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, of_kind


def _count(index: ItemRows, today: int, window: int) -> pa.Array:
    return pc.fill_null(index.of_rows(index.n, index.most_frequent), 0)


TOP_COUNT = ItemAggregation(
    "top_count", _count, of_kind, "events with the item named most of", own_window_only=True, unit="events"
)
