"""Item features: the columns that item aggregations make from the index of last days (items.py)."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.arrays import as_days, as_ids, as_integers
from segspark.features.engine.failures import aggregation_failed
from segspark.features.engine.item_aggregation import ItemRows
from segspark.features.engine.items import backfill_index, find_runs, sorted_kinds
from segspark.features.feature import Catalogue, Feature
from segspark.tables.contracts.schema import ARROW_TYPES
from segspark.time import day_number


def with_items(features: pa.Table, index: pa.Table, catalogue: Catalogue, as_of: date) -> pa.Table:
    """The features of a day (sorted by person_id) with the item columns added, all columns in the catalogue's order."""
    for name, column in item_columns(index, features["person_id"], catalogue, as_of).items():
        features = features.append_column(name, column)
    stored = [c.name for c in catalogue.stored_columns()]
    others = [n for n in features.column_names if n not in set(stored)]
    return features.select([*others, *stored])


def with_all_items(
    features: pa.Table, items: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date]
) -> pa.Table:
    """The features of some days (sorted by as_of_date and person_id) with the item columns, computed from all items."""
    parts = []
    for as_of, index in backfill_index(items, people, catalogue, as_of_dates):
        here = features.filter(pc.equal(features["as_of_date"], pa.scalar(as_of, pa.date32())))
        parts.append(with_items(here, index, catalogue, as_of))
    return pa.concat_tables(parts)


def item_columns(index: pa.Table, people: pa.ChunkedArray, catalogue: Catalogue, as_of: date) -> dict[str, pa.Array]:
    """Item features of some people (sorted ids) from the index, one column per feature and window."""
    today = day_number(as_of)
    owner, is_here = find_runs(as_ids(people), as_ids(index["person_id"]))
    columns: dict[str, pa.Array] = {}
    for kind in sorted_kinds(catalogue):
        rows = np.flatnonzero(is_here & pc.equal(index["kind"], kind.name).to_numpy())
        of_kind = ItemRows(
            owner[rows],
            as_days(index["last_date"])[rows],
            as_integers(index["n"])[rows],
            index["item"].take(pa.array(rows)),
            len(people),
            kind.hll_sketch,
        )
        for feature in (f for f in catalogue.about_items if f.measure == kind.name):
            for window in feature.spans:
                columns[feature.column(window)] = _projected(feature, of_kind, today, window)
    return columns


def _projected(feature: Feature, index: ItemRows, today: int, window: int) -> pa.Array:
    """The column of a window.

    Raises:
        AggregationFailed: it fails, or gives another number of values; names the feature.
    """
    aggregation = feature.by_items
    try:
        column = aggregation.project(index, today, window).cast(ARROW_TYPES[aggregation.type])
        if len(column) != index.n_people:
            raise ValueError(f"project gives {len(column)} values for {index.n_people} people")
    except Exception as error:
        raise aggregation_failed(feature, error) from error
    return column
