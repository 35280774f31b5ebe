"""Histories from stored features: counted by Spark as they would be by hand."""

from datetime import date

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from segspark.models.value.histories import Buyers, read_after, read_buyers, read_cells, read_spending

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
COLUMNS = (
    "person_id string, as_of_date date, n_order_day_lifetime bigint, first_order_date date, last_order_date date, "
    "order_cents_lifetime bigint, refund_cents_lifetime bigint"
)
DAY = date(2026, 3, 2)
PEOPLE = [
    ("ann", DAY, 4, FIRST, LAST, 10_000, 2000), ("bob", DAY, 4, FIRST, LAST, 7996, 0), ("eve", DAY, 1, LAST, LAST, 500, 0),
    # Gave all back; never ordered, as who does not permit that anybody looks.
    ("ida", DAY, 2, FIRST, LAST, 700, 700), ("kim", DAY, 0, None, None, 0, 0),
    # Ordered on the last observed day for the first time.
    ("lou", DAY, 1, date(2026, 3, 1), date(2026, 3, 1), 900, 0),
]  # fmt: skip


def frame(spark: SparkSession, *rows: tuple[object, ...]) -> DataFrame:
    return spark.createDataFrame(list(rows), COLUMNS)


def test_people_with_one_history_are_one_cell(spark: SparkSession) -> None:
    cells = read_cells(frame(spark, *PEOPLE))
    rows = list(zip(*[v.tolist() for v in (cells.x, cells.t_x, cells.age, cells.n)], strict=True))
    assert rows == [(0, 0, 0, 1), (0, 0, 29, 1), (1, 30, 59, 1), (3, 30, 59, 2)]


def test_buyers_are_counted_with_the_first_order_of_all(spark: SparkSession) -> None:
    assert read_buyers(frame(spark, *PEOPLE).where("n_order_day_lifetime > 0")) == Buyers(5, 3, FIRST)
    assert read_buyers(frame(spark)) == Buyers(0, 0, None)


def test_spending_is_the_mean_of_an_order_day_of_people_with_two(spark: SparkSession) -> None:
    # Ann's 2,000 and bob's 1,999 are a twentieth of a percent from each other.
    spending = read_spending(frame(spark, *PEOPLE))
    assert (spending.orders.tolist(), spending.n.tolist()) == ([4.0], [2.0])
    assert spending.mean == pytest.approx([2000.0], rel=0.001)
    few = read_spending(frame(spark, PEOPLE[0], ("zoe", DAY, 2, FIRST, LAST, 5000, 0)))
    assert few.mean == pytest.approx([2500.0, 2000.0], rel=0.001)


def test_orders_after_a_cut_are_those_of_people_known_on_both_days(spark: SparkSession) -> None:
    cut = date(2026, 1, 11)
    before = [
        ("ann", cut, 2, FIRST, date(2026, 1, 6), 5000, 0), ("bob", cut, 2, FIRST, date(2026, 1, 6), 5000, 0),
        ("ida", cut, 1, FIRST, FIRST, 700, 0),
        # An order was taken back since; the first order is another one today; today nobody knows him.
        ("eve", cut, 2, FIRST, date(2026, 1, 2), 500, 0), ("lou", cut, 1, FIRST, FIRST, 900, 0), ("tim", cut, 1, FIRST, FIRST, 9, 0),
    ]  # fmt: skip
    today = [*PEOPLE, ("zoe", DAY, 2, FIRST, LAST, 1, 0)]
    today[2] = ("eve", DAY, 1, FIRST, FIRST, 500, 0)
    cells, orders, buyers = read_after(frame(spark, *before), frame(spark, *today))
    rows = list(zip(*[v.tolist() for v in (cells.x, cells.t_x, cells.age, cells.n, orders, buyers)], strict=True))
    # Ida ordered once more, eve not at all, ann and bob on two days each.
    assert rows == [(0, 0, 9, 1, 1, 1), (1, 1, 9, 1, 0, 0), (1, 5, 9, 2, 4, 2)]
    assert isinstance(orders, np.ndarray)
