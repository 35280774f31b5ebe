"""RFM: ties share a score and swallow none, recency is reversed, a cell's name holds for its members."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from segspark.config.models import Rfm
from segspark.scoring.cells import CELLS
from segspark.scoring.rfm import frequency_cuts, read_cuts, with_rfm

DDL = (
    "person_id string, days_since_order int, n_order_365d bigint, order_cents_365d bigint, refund_cents_365d bigint, "
    "days_since_first_order int"
)


def scores(spark: SparkSession, *rows: tuple[object, ...]) -> dict[str, tuple[object, ...]]:
    """Of (person, days since the order, orders, ordered, given back[, days since the first order])."""
    people = spark.createDataFrame([(*row, row[1])[:6] for row in rows], DDL)
    config = Rfm()
    found = with_rfm(people, config, read_cuts(people, config)).collect()
    return {r["person_id"]: (r["recency"], r["frequency"], r["monetary"], r["cell"]) for r in found}


def score_of(orders: int, cuts: tuple[float, ...]) -> int:
    return 1 + sum(orders > cut for cut in cuts)


def test_quintiles_of_the_buyers_with_ties_in_one_score(spark: SparkSession) -> None:
    found = scores(
        spark,
        *[(f"p{i}", 10 * i, 1 if i < 6 else i, 1000 * i, 0) for i in range(1, 11)],
        ("silent", None, 0, 0, 0),
        ("long_ago", 800, 0, 0, 0),
    )
    assert [found[f"p{i}"][0] for i in (1, 2, 3, 9, 10)] == [5, 5, 4, 1, 1]
    assert [found[f"p{i}"][1] for i in range(1, 11)] == [1, 1, 1, 1, 1, 2, 3, 4, 5, 5]
    assert [found[f"p{i}"][2] for i in (1, 5, 10)] == [1, 3, 5]
    assert found["silent"] == (None, None, None, "never_bought")
    # Who bought before the window has bought.
    assert found["long_ago"] == (None, None, None, "lapsed")


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        # By percentiles the scores were 1, 1, 3, 5, 5.
        ({1: 70, 2: 15, 3: 8, 4: 4, 5: 3}, [1, 2, 3, 4, 5]),
        ({1: 20, 2: 20, 3: 20, 4: 20, 5: 20}, [1, 2, 3, 4, 5]),
        ({1: 600, 2: 400}, [2, 4]),
        ({3: 10}, [3]),
        (dict.fromkeys(range(1, 11), 1), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
    ],
)
def test_frequency_follows_mid_ranks_and_gives_each_score(people: dict[float, int], expected: list[int]) -> None:
    cuts = frequency_cuts(people, 5)
    assert [score_of(int(n), cuts) for n in people] == expected


@given(st.dictionaries(st.integers(1, 60), st.integers(1, 5_000), min_size=1, max_size=40), st.integers(2, 10))
def test_more_orders_never_have_a_lower_score_and_no_score_is_missing(people: dict[float, int], n_bins: int) -> None:
    cuts = frequency_cuts(people, n_bins)
    found = [score_of(int(n), cuts) for n in sorted(people)]
    assert found == sorted(found)
    assert set(found) <= set(range(1, n_bins + 1))
    if len(people) >= n_bins:
        assert set(found) == set(range(1, n_bins + 1))
    else:
        n = np.array([people[v] for v in sorted(people)], dtype=float)
        middle = (np.cumsum(n) - n / 2) / n.sum()
        assert found == np.ceil(middle * n_bins).astype(int).tolist()


def test_a_name_is_given_to_those_for_whom_it_holds(spark: SparkSession) -> None:
    # Ranks alone: two orders are many where everybody else has one.
    many = [(f"o{i}", 100 + i, 1, 1000, 0) for i in range(40)]
    found = scores(
        spark, *many,
        ("twice", 1, 2, 2000, 0), ("four", 1, 4, 4000, 0), ("five", 1, 5, 4000, 0), ("three", 1, 3, 3000, 0),
        ("new", 1, 1, 1000, 0), ("returned", 1, 1, 1000, 0, 800), ("old_regular", 139, 5, 9000, 0, 800),
    )  # fmt: skip
    cells = {who: found[who][3] for who in ("twice", "three", "four", "five", "new", "returned", "old_regular")}
    assert cells == {
        "twice": "potential_loyalist", "three": "potential_loyalist", "four": "champions", "five": "champions",
        "new": "new_customers", "returned": "returned", "old_regular": "cannot_lose",
    }  # fmt: skip


def test_a_first_order_on_the_windows_first_day_is_new(spark: SparkSession) -> None:
    found = scores(spark, ("edge", 1, 1, 1000, 0, 365), ("before", 1, 1, 1000, 0, 366))
    assert (found["edge"][3], found["before"][3]) == ("new_customers", "returned")


def test_money_is_what_was_ordered_less_what_was_given_back(spark: SparkSession) -> None:
    found = scores(spark, ("kept", 5, 1, 5000, 0), ("gave_back", 5, 1, 9000, 8999), ("most", 5, 1, 9000, 0))
    assert found["gave_back"][2] < found["kept"][2] < found["most"][2]


def test_nobody_bought(spark: SparkSession) -> None:
    assert scores(spark, ("ann", None, 0, 0, 0)) == {"ann": (None, None, None, "never_bought")}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("recency", range(1, 6))
@pytest.mark.parametrize("frequency", range(1, 6))
def test_every_square_has_a_name_for_somebody_with_one_order(recency: int, frequency: int, first: bool) -> None:
    names = [
        c.key
        for c in CELLS
        if c.recency[0] <= recency <= c.recency[1]
        and c.frequency[0] <= frequency <= c.frequency[1]
        and c.least_orders <= 1
        and c.first in (None, first)
    ]
    assert names
