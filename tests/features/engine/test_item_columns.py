"""Columns of items in their places; an aggregation that fails is named."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from segspark.errors import ConfigError
from segspark.features.aggregations.distinct import DISTINCT
from segspark.features.engine.item_aggregation import ItemAggregation
from segspark.features.engine.item_columns import item_columns, with_items
from segspark.features.engine.items import INDEX
from segspark.features.feature import Catalogue, Feature, ItemKind

ANN, BOB = "a" * 32, "b" * 32
AS_OF = date(2026, 5, 10)
KIND = ItemKind("category", ("order",), "category", "profiling", "categories", "Categories")
INDEX_ROWS = pa.Table.from_pylist(
    [
        {"person_id": BOB, "as_of_date": AS_OF, "kind": "category", "item": i, "last_date": date(2026, 5, d), "n": n}
        for i, d, n in (("bags", 9, 1), ("shoes", 3, 2))
    ],
    schema=INDEX,
)


def catalogue(aggregation: ItemAggregation) -> Catalogue:
    return Catalogue((), (Feature("n_category", "category", "", aggregation, (5, 0)),), (), (KIND,))


def test_item_columns_join_the_others_in_the_order_of_the_catalogue() -> None:
    features = pa.table({"person_id": [ANN, BOB], "as_of_date": pa.array([AS_OF] * 2, pa.date32())})
    rows = with_items(features, INDEX_ROWS, catalogue(DISTINCT), AS_OF)
    assert rows.column_names == ["person_id", "as_of_date", "n_category_5d", "n_category_lifetime"]
    assert rows["n_category_5d"].to_pylist() == [0, 1]
    assert rows["n_category_lifetime"].to_pylist() == [0, 2]


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        (lambda index, today, window: pa.array([1]), "ValueError: project gives 1 values for 2 people"),
        (lambda index, today, window: 1 // 0, "ZeroDivisionError"),
    ],
)
def test_an_aggregation_that_fails_is_named_with_its_feature(project, reason: str) -> None:  # type: ignore[no-untyped-def]
    bad = catalogue(replace(DISTINCT, name="bad", project=project))
    with pytest.raises(ConfigError, match=f"Feature n_category: its aggregation bad failed, {reason}"):
        item_columns(INDEX_ROWS, pa.chunked_array([[ANN, BOB]]), bad, AS_OF)
