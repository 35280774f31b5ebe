"""Histories from stored features: counted by Spark as they would be by hand."""

from datetime import date
from math import inf
from pathlib import Path

import pytest
from builders import make_workspace, step_of, store_rows
from pyspark.sql import DataFrame, SparkSession

from segspark.app.train import TRAIN
from segspark.models.value.histories import Buyers, next_orders, read_after, read_buyers, read_cells, read_spending
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import optional
from segspark.tables.io.spark_lake import SparkLake

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
    # Eve's order is one that was taken back; of zoe nothing was known at the cut.
    following = spark.createDataFrame(
        [("ann", date(2026, 1, 11)), ("bob", date(2026, 1, 20)), ("ida", LAST), ("eve", LAST), ("zoe", LAST)],
        "person_id string, next_order_date date",
    )
    after = read_after(frame(spark, *before), frame(spark, *today), following)
    cells = after.cells
    columns = (cells.x, cells.t_x, cells.age, cells.n, after.orders, after.buyers, after.wait)
    # Ida ordered once more, eve not at all, ann and bob on two days each, ann on the day of the cut, which is the first.
    assert list(zip(*[v.tolist() for v in columns], strict=True)) == [
        (0, 0, 9, 1, 1, 1, 21), (1, 1, 9, 1, 0, 0, inf), (1, 5, 9, 1, 2, 1, 1), (1, 5, 9, 1, 2, 1, 10),
    ]  # fmt: skip


def test_the_next_order_is_the_first_day_on_which_an_order_is_left(spark: SparkSession, tmp_path: Path) -> None:
    workspace, cut = make_workspace(tmp_path / "w"), date(2026, 1, 11)
    lake = SparkLake(workspace.lake, spark)
    tiles = gold.ACTIVITY_DAILY.with_columns((optional("n_order", "bigint", "Orders"),))
    late = gold.ACTIVITY_CORRECTIONS.with_columns((optional("n_order", "bigint", "Orders"),))
    # Ann's order of the cut's eve is no next one; bob's first was taken back, and eve's became known late.
    for who, day, n in (("ann", 10, 1), ("ann", 14, 1), ("ann", 20, 2), ("bob", 12, 1), ("bob", 15, 1), ("kim", 12, 0)):
        store_rows(lake, tiles, {"person_id": who, "activity_date": date(2026, 1, day), "n_order": n})
    for who, day, n in (("bob", 12, -1), ("eve", 11, 1), ("lou", 9, 1)):
        row = {
            "person_id": who,
            "activity_date": date(2026, 1, day),
            "applied_as_of": date(2026, 1, 25),
            "reason": "late",
        }
        store_rows(lake, late, {**row, "n_order": n})
    rows = next_orders(step_of(TRAIN, workspace, lake, DAY), cut).collect()
    assert {r["person_id"]: r["next_order_date"].day for r in rows} == {"ann": 14, "bob": 15, "eve": 11}
