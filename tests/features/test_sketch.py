"""Distinct counts by sketch: near to the truth by its own error, in Spark's marks and in the index's windows."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from segspark.features.catalogue_check import catalogue_issues
from segspark.features.engine.item_columns import item_columns
from segspark.features.engine.items import index_items
from segspark.features.feature import Catalogue, Feature, ItemKind
from segspark.features.sketch import estimate_distinct, mark_of, standard_error

BITS = 8
AS_OF = date(2026, 6, 1)


def marks_of(n: int, rng: np.random.Generator, bits: int = BITS) -> np.ndarray:
    """The marks of so many random hashes."""
    register = rng.integers(0, 2**bits, n)
    # The rank of a random number is geometric.
    return register * 100 + rng.geometric(0.5, n)


@pytest.mark.parametrize("n", [1, 20, 300, 5_000, 60_000])
def test_estimates_are_within_the_stated_error(n: int) -> None:
    rng = np.random.default_rng(n)
    n_people = 40
    person = np.repeat(np.arange(n_people), n)
    found = estimate_distinct(person, marks_of(n * n_people, rng), n_people + 1, BITS)
    assert found[n_people] == 0
    error = found[:n_people] / n - 1
    assert abs(error.mean()) < 3 * standard_error(BITS) / n_people**0.5
    assert (error**2).mean() ** 0.5 < 1.3 * standard_error(BITS)


def test_the_same_item_counts_once(spark: SparkSession) -> None:
    rows = spark.range(20_000).selectExpr("concat('p', id % 7000) AS item", f"{mark_of('item', 10)} AS mark")
    told = rows.union(spark.createDataFrame([("", None)], rows.schema).selectExpr("item", mark_of("item", 10)))
    marks = [r["mark"] for r in told.collect()]
    assert marks[-1] is None
    numbers = np.array([int(m) for m in marks[:-1]])
    assert set(numbers // 100) <= set(range(1024))
    assert (numbers % 100).min() == 1
    found = estimate_distinct(np.zeros(len(numbers), dtype=int), numbers, 1, 10)[0]
    assert found == pytest.approx(7000, rel=3 * standard_error(10))


def test_windows_of_the_index() -> None:
    """Marks pass through the index like items: each window counts what was last seen within it."""
    kind = ItemKind("page", ("page_view",), "page", "profiling", "pages", "Pages", hll_sketch=BITS)
    catalogue = Catalogue((), (Feature("n_page", "page", "Pages", "distinct", (7, 30, 0)),), (), (kind,))
    assert catalogue_issues(catalogue) == []
    assert next(c.comment for c in catalogue.stored_columns()) == (
        "Pages in the last 7 local days [pages; purpose profiling; estimated by HyperLogLog, standard error 6.5%]"
    )
    rng, person = np.random.default_rng(1), "a" * 32
    n = {3: 400, 20: 2_000, 200: 9_000}
    parts = [
        pa.table(
            {
                "activity_date": [AS_OF - timedelta(days=back)] * size,
                "applied_as_of": [AS_OF - timedelta(days=back - 1)] * size,
                "item": pa.array(marks_of(size, rng)).cast(pa.string()),
            }
        )
        for back, size in n.items()
    ]
    items = pa.concat_tables(parts)
    items = items.append_column("person_id", [[person] * len(items)]).append_column("kind", [["page"] * len(items)])
    items = items.append_column("n", pa.array(np.ones(len(items), dtype=int)))
    people = pa.table({"person_id": [person], "as_of_date": [AS_OF], "profiling": [date(2020, 1, 1)]})
    index = index_items(items, people, catalogue, AS_OF)
    # However many pages, a person has few marks.
    assert len(index) < 2**BITS * 12
    columns = item_columns(index, pa.chunked_array([[person]]), catalogue, AS_OF)
    for window, true in ((7, 400), (30, 2_400)):
        assert columns[f"n_page_{window}d"][0].as_py() == pytest.approx(true, rel=3 * standard_error(BITS))
    assert columns["n_page_lifetime"][0].as_py() == pytest.approx(11_400, rel=3 * standard_error(BITS))


def test_of_a_sketch_no_item_is_known() -> None:
    kind = ItemKind("page", ("page_view",), "page", "profiling", "pages", "Pages", hll_sketch=20)
    catalogue = Catalogue((), (Feature("top_page", "page", "Page", "top", (365,)),), (), (kind,))
    assert catalogue_issues(catalogue) == [
        "item kind page: hll_sketch goes from 4 to 16",
        "feature top_page: of a sketch only distinct items are known, not top",
    ]
