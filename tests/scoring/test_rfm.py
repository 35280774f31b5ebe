"""RFM: ties share a score, recency is reversed, silent people have none, the cells cover the grid."""

import pytest
from pyspark.sql import SparkSession

from segspark.config.models import Rfm
from segspark.scoring.rfm import CELLS, read_cuts, with_rfm

DDL = "person_id string, days_since_order int, n_order_365d bigint, order_cents_365d bigint, refund_cents_365d bigint"


def scores(spark: SparkSession, *rows: tuple[str, int | None, int, int, int]) -> dict[str, tuple[object, ...]]:
    people = spark.createDataFrame(list(rows), DDL)
    config = Rfm()
    found = with_rfm(people, config, read_cuts(people, config)).collect()
    return {r["person_id"]: (r["recency"], r["frequency"], r["monetary"], r["cell"]) for r in found}


def test_quintiles_of_the_buyers_with_ties_in_one_score(spark: SparkSession) -> None:
    found = scores(
        spark,
        *[(f"p{i}", 10 * i, 1 if i < 6 else i, 1000 * i, 0) for i in range(1, 11)],
        ("silent", None, 0, 0, 0),
        ("long_ago", 800, 0, 0, 0),
    )
    assert [found[f"p{i}"][0] for i in (1, 2, 3, 9, 10)] == [5, 5, 4, 1, 1]
    assert {found[f"p{i}"][1] for i in range(1, 6)} == {1}
    assert [found[f"p{i}"][2] for i in (1, 5, 10)] == [1, 3, 5]
    assert found["silent"] == found["long_ago"] == (None, None, None, "never_bought")


def test_money_is_what_was_ordered_less_what_was_given_back(spark: SparkSession) -> None:
    found = scores(spark, ("kept", 5, 1, 5000, 0), ("gave_back", 5, 1, 9000, 8999), ("most", 5, 1, 9000, 0))
    assert found["gave_back"][2] < found["kept"][2] < found["most"][2]


def test_nobody_bought(spark: SparkSession) -> None:
    assert scores(spark, ("ann", None, 0, 0, 0)) == {"ann": (None, None, None, "never_bought")}


@pytest.mark.parametrize("recency", range(1, 6))
@pytest.mark.parametrize("frequency", range(1, 6))
def test_every_square_of_the_grid_has_a_name(recency: int, frequency: int) -> None:
    names = [
        c.key
        for c in CELLS
        if c.recency[0] <= recency <= c.recency[1] and c.frequency[0] <= frequency <= c.frequency[1]
    ]
    assert names
