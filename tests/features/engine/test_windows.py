"""The Spark engine: the kernel over ranges of people, with the rows that one call of it gives."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.features.engine.days import Calendar
from segspark.features.engine.kernel import Outcome
from segspark.features.engine.windows import activity_frame, by_range, window_features, with_derived
from segspark.features.feature import Catalogue, Derived, Feature, ItemKind, Measure

ANN, BOB, EVE = (letter * 32 for letter in "0bf")
AS_OF, EVER = date(2026, 5, 10), date(1970, 1, 1)
CATALOGUE = Catalogue(
    (Measure("n_order", ("order",), "profiling", "orders", "Orders"),),
    (Feature("n_order", "n_order", "Orders", windows=(2, 0)), Feature("last_order_date", "n_order", "Last", "last")),
    (),
)
WITH_ITEMS = Catalogue(
    CATALOGUE.measures,
    (*CATALOGUE.features, Feature("n_category", "category", "Categories", "distinct", (5,))),
    (),
    (ItemKind("category", ("order",), "category", "profiling", "categories", "Seen"),),
)


def ago(n: int) -> date:
    return AS_OF - timedelta(days=n)


@pytest.fixture(scope="module")
def tiles(spark: SparkSession) -> DataFrame:
    # The last is of the day itself.
    rows = [(ANN, ago(1), 1), (ANN, ago(6), 2), (BOB, ago(2), 4), (EVE, ago(0), 8)]
    return spark.createDataFrame(rows, "person_id string, activity_date date, n_order bigint")


@pytest.fixture(scope="module")
def corrections(spark: SparkSession) -> DataFrame:
    # The second is learnt a day too late.
    rows = [(BOB, ago(2), ago(0), "late", -3), (ANN, ago(1), ago(-1), "late", 9)]
    return spark.createDataFrame(
        rows, "person_id string, activity_date date, applied_as_of date, reason string, n_order bigint"
    )


def people(spark: SparkSession, *days: date) -> DataFrame:
    rows = [(p, day, EVER, EVER, EVER) for p in (ANN, BOB, EVE) for day in days]
    return spark.createDataFrame(
        rows, "person_id string, as_of_date date, email_marketing date, open_tracking date, profiling date"
    )


def test_a_tile_is_known_the_morning_after_its_day(tiles: DataFrame, corrections: DataFrame) -> None:
    rows = activity_frame(tiles, corrections, CATALOGUE)
    assert rows.columns == ["person_id", "activity_date", "applied_as_of", "n_order"]
    assert {tuple(r) for r in rows.where(f"person_id = '{BOB}'").collect()} == {
        (BOB, ago(2), ago(1), 4),
        (BOB, ago(2), ago(0), -3),
    }


@pytest.mark.parametrize("n_ranges", [1, 3])
def test_windows_end_before_the_day_and_see_what_was_known_however_many_tasks_there_are(
    spark: SparkSession, tiles: DataFrame, corrections: DataFrame, n_ranges: int
) -> None:
    listed = people(spark, AS_OF)
    found = window_features(tiles, corrections, listed, CATALOGUE, [AS_OF], Calendar(), n_ranges).collect()
    told = {r["person_id"]: (r["n_order_2d"], r["n_order_lifetime"], r["last_order_date"]) for r in found}
    assert told == {ANN: (1, 3, ago(1)), BOB: (1, 1, ago(2)), EVE: (0, 0, None)}


def test_what_comes_after_is_seen_for_labels_alone(
    spark: SparkSession, tiles: DataFrame, corrections: DataFrame
) -> None:
    cut, after = ago(2), Outcome("n_after", "n_order", 2, AS_OF)
    found = window_features(tiles, corrections, people(spark, cut), CATALOGUE, [cut], Calendar(), 2, after).collect()
    told = {r["person_id"]: (r["n_order_lifetime"], r["n_after"]) for r in found}
    # bob's four orders of the day itself, less the three that were taken back by the day that is known.
    assert told == {ANN: (2, 1), BOB: (0, 1), EVE: (0, 0)}


def test_items_go_with_their_people(spark: SparkSession, tiles: DataFrame, corrections: DataFrame) -> None:
    things = [(ANN, ago(1), ago(0), "hats", 1), (ANN, ago(2), ago(1), "bags", 1), (BOB, ago(2), ago(-1), "hats", 1)]
    items = spark.createDataFrame(
        [(p, day, applied, "category", item, n) for p, day, applied, item, n in things],
        "person_id string, activity_date date, applied_as_of date, kind string, item string, n bigint",
    )
    found = window_features(
        tiles, corrections, people(spark, AS_OF), WITH_ITEMS, [AS_OF], Calendar(), 2, items=items
    ).collect()
    # bob's is learnt later.
    assert {r["person_id"]: (r["n_order_lifetime"], r["n_category_5d"]) for r in found} == {
        ANN: (3, 2),
        BOB: (1, 0),
        EVE: (0, 0),
    }


def test_each_range_sees_both_sides_of_its_people_and_no_others(spark: SparkSession) -> None:
    left = spark.createDataFrame([("00ff",), ("7fff",), ("8000",)], "person_id string")
    right = spark.createDataFrame([("00ff",), ("ffff",)], "person_id string")

    def both(ours: pa.Table, theirs: pa.Table) -> pa.Table:
        return pa.table({"left": [",".join(sorted(ours["person_id"].to_pylist()))], "right": [theirs.num_rows]})

    found = by_range(left, right, 2, both, "left string, right bigint").collect()
    assert sorted(map(tuple, found)) == [("00ff,7fff", 1), ("8000", 1)]


def test_derived_columns_have_the_type_that_is_declared(spark: SparkSession) -> None:
    derived = (
        Derived("twice", "2 * n_order_2d", "double", ""),
        Derived("share", "try_divide(1, n_order_2d)", "double", ""),
    )
    catalogue = Catalogue(CATALOGUE.measures, CATALOGUE.features, derived)
    frame = with_derived(spark.createDataFrame([(ANN, 4), (BOB, 0)], "person_id string, n_order_2d bigint"), catalogue)
    assert dict(frame.dtypes)["twice"] == "double"
    assert {tuple(r) for r in frame.collect()} == {(ANN, 4, 8.0, 0.25), (BOB, 0, 0.0, None)}
