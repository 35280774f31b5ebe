"""The item seen last, of the lifetime."""

import pyarrow as pa

from segspark.features.engine.item_aggregation import ItemAggregation, ItemRows, never


def _name(index: ItemRows, today: int, window: int) -> pa.Array:
    return index.of_rows(index.items, index.newest)


LATEST = ItemAggregation("latest", _name, never, "item named last of", type="string", windowed=False, unit="name")
