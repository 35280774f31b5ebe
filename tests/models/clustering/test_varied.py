"""Which inputs tell nobody apart on a list."""

import numpy as np

from segspark.models.clustering.varied import left_out

RNG = np.random.default_rng(3)
ORDERS, CLICKS = RNG.normal(size=500), RNG.normal(size=500)


def test_what_is_the_same_for_everybody_leaves() -> None:
    points = np.column_stack([ORDERS, np.zeros(500), CLICKS])
    assert left_out(points, ["orders", "visits", "clicks"]) == {"visits": "is the same for everybody"}


def test_the_later_of_two_copies_leaves_also_if_it_runs_the_other_way() -> None:
    points = np.column_stack([ORDERS, -2 * ORDERS + 0.01 * CLICKS, CLICKS, ORDERS + 3])
    found = left_out(points, ["last_order", "last_act", "clicks", "again"])
    assert found == {"last_act": "is a copy of last_order", "again": "is a copy of last_order"}


def test_what_is_merely_alike_stays() -> None:
    assert left_out(np.column_stack([ORDERS, ORDERS + 0.5 * CLICKS]), ["a", "b"]) == {}
