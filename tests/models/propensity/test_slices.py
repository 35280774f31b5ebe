"""Parts of the people, where a model may be wrong although it is right on average."""

import numpy as np

from segspark.models.propensity.slices import slices

N = 300
TENURE = np.repeat([10.0, 100.0, 1000.0], N)
P, Y = np.full(3 * N, 0.5), np.tile([0.0, 1.0], 3 * N // 2)


def test_each_part_has_its_own_figures() -> None:
    found = {s.part: s for s in slices({"tenure_days": TENURE, "n_click_30d": TENURE}, P, Y)}
    assert set(found) == {"0-89", "90-364", "730+"}
    assert (found["730+"].n, found["730+"].announced, found["730+"].observed, found["730+"].roc_auc) == (
        N,
        0.5,
        0.5,
        0.5,
    )


def test_parts_of_too_few_people_are_left_out() -> None:
    few = np.r_[np.repeat(10.0, 3 * N - 99), np.repeat(100.0, 99)]
    assert [s.part for s in slices({"tenure_days": few}, P, Y)] == ["0-89"]


def test_the_longest_tenure_that_is_looked_at_stands_for_everybody_beyond() -> None:
    found = slices({"tenure_days": np.minimum(TENURE, 120.0), "n_order_365d": np.minimum(TENURE, 2.0)}, P, Y)
    # A count of a year has no end: two orders are two or three.
    assert [(s.by, s.part, s.n) for s in found] == [
        ("tenure_days", "0-89", N), ("tenure_days", "90+", 2 * N), ("n_order_365d", "2-3", 3 * N),
    ]  # fmt: skip


def test_names_are_parts_too() -> None:
    devices = np.array(["mobile", "desktop", None] * N, dtype=object)
    assert [(s.by, s.part, s.n) for s in slices({}, P, Y, {"device": devices})] == [
        ("device", "desktop", N),
        ("device", "mobile", N),
    ]
