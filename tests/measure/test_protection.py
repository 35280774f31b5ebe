"""What profiles keep back, and what they say of groups that are large enough."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from segspark.measure.intervals import PER_HEAD, POOLED, WELCH, WILSON
from segspark.measure.kpi import Kpi, Words
from segspark.measure.profiles import profiles_of
from segspark.measure.protection import (
    coarse,
    contributors,
    in_digits,
    lower_end,
    nice,
    on_steps,
    rounded_counts,
    steps,
)
from segspark.measure.quantities import Everybody, HasAny, Known, Sum

DAY, WORDS = date(2026, 6, 1), Words(("", ""))
BOUGHT = Kpi("bought", HasAny("orders"), Everybody(), None, WILSON, WORDS)
ORDERS = Kpi("orders", Sum("orders"), None, None, PER_HEAD, WORDS)
AGE = Kpi("age", Sum("age"), Known("age"), None, WELCH, WORDS)
CLICKS = Kpi("clicks", Sum("clicks"), Sum("mails"), None, POOLED, WORDS)
KPIS = (BOUGHT, ORDERS, AGE, CLICKS)


def sums_of(**segments):
    """The sums of segments, each a mapping of columns to the values of its people, and of all of them together."""
    everybody = {c: np.concatenate([s[c] for s in segments.values()]) for c in ("orders", "age", "clicks", "mails")}
    rows = []
    for name, people in {"": everybody, **segments}.items():
        n = len(people["age"])
        row = {"scheme": "rules" if name else "", "segment_id": name, "segment_name": name, "n_people": n}
        for kpi in KPIS:
            parts = kpi.parts({c: np.asarray(v, float) for c, v in people.items()}, np.ones(n, dtype=bool))
            row |= {
                f"{kpi.key}.{p}": float(part.sum()) for p, part in zip(("y", "x", "yy", "xy", "xx"), parts, strict=True)
            }
        rows.append(row)
    return pa.Table.from_pylist(rows)


def people(n, n_buyers, n_clickers=None, age=40.0):
    n_clickers = n if n_clickers is None else n_clickers
    return {
        "orders": np.r_[np.full(n_buyers, 2.0), np.zeros(n - n_buyers)],
        "age": age + np.arange(n) % 7,
        "clicks": np.r_[np.ones(n_clickers), np.zeros(n - n_clickers)],
        "mails": np.full(n, 4.0),
    }


def profiles(least, **segments):
    rows = profiles_of(sums_of(**segments), DAY, KPIS, {}, least).to_pylist()
    return {(r["segment_id"], r["measure"]): r for r in rows}


def test_of_a_small_group_nothing_is_stored():
    found = profiles(20, small=people(19, 9), large=people(300, 150))
    assert {segment for segment, _ in found} == {"large"}
    for measure in ("bought", "orders", "age", "clicks"):
        # Neither of those beside a large group, if they are few.
        if measure != "bought":
            assert found["large", measure]["rest_value"] is None


def test_a_share_of_people_is_made_of_rounded_counts_with_an_interval_that_holds_the_rounding():
    row = profiles(20, a=people(300, 150), b=people(400, 100))["a", "bought"]
    assert (row["n_people"], row["numerator"], row["denominator"], row["value"]) == (320, 160, 320, 0.5)
    exact = profiles(1, a=people(300, 150), b=people(400, 100))["a", "bought"]
    assert row["low"] < exact["low"] < exact["high"] < row["high"]
    assert row["rest_value"] == pytest.approx((240 - 160) / (720 - 320))


def test_a_mean_is_on_a_step_and_a_total_is_per_head_times_the_shown_size():
    found = profiles(20, a=people(300, 150), b=people(400, 100))
    # 42.99 exactly; a step is 40 people of 720 times the largest mean, 2.4, and so 5.
    assert found["a", "age"]["value"] == 45.0
    assert found["a", "age"]["denominator"] == 320
    # 300 orders of 300 people: one per head.
    assert (found["a", "orders"]["value"], found["a", "orders"]["denominator"]) == (320, None)
    # 0.25 exactly, on steps of 0.02.
    assert found["a", "clicks"]["value"] == 0.24
    assert found["a", "clicks"]["denominator"] == 4 * 320


def test_what_few_people_did_is_hidden_in_a_large_segment_too():
    found = profiles(20, a=people(300, 19, n_clickers=19), b=people(400, 100))
    assert (found["a", "orders"]["value"], found["a", "clicks"]["value"]) == (None, None)
    assert found["a", "bought"]["value"] == 0.0
    assert found["a", "age"]["value"] is not None


def test_one_person_who_makes_a_sum_is_not_given_away_by_it():
    whale = people(300, 150)
    whale["orders"][0] = 5_000
    assert profiles(20, a=whale, b=people(400, 100))["a", "orders"]["value"] is None


def test_without_a_floor_numbers_are_exact():
    row = profiles(1, a=people(3, 2), b=people(4, 1))["a", "orders"]
    assert (row["n_people"], row["value"]) == (3, 4)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_contributors_are_never_more_than_those_who_have_something(values):
    y = np.array(values)
    n = contributors(np.array([y.sum()]), np.array([(y * y).sum()]))[0]
    assert n <= np.count_nonzero(y) * (1 + 1e-9)


@given(st.floats(1e-6, 1.0))
def test_a_coarse_p_value_does_not_cross_a_level(p):
    (found,) = coarse(np.array([p]))
    assert found <= p * (1 + 1e-9) + 1e-12
    for level in (0.001, 0.01, 0.05, 0.1):
        assert (found < level - 1e-12) == (p < level - 1e-12)


def test_digits_keep_what_is_missing():
    assert np.isnan(coarse(np.array([np.nan]))[0])
    assert np.isnan(in_digits(np.array([np.nan]))[0])
    assert in_digits(np.array([12_345.0, 0.0, -0.012345])).tolist() == [12_300.0, 0.0, -0.0123]


# Steps ----------------------------------------------------------------------------------------------------------------


def test_steps_are_one_two_or_five_times_a_power_of_ten_and_never_smaller():
    found = nice(np.array([1.0, 1.01, 2.0, 2.1, 5.0, 5.1, 0.011, 730.0]))
    assert found == pytest.approx([1, 2, 2, 5, 5, 10, 0.02, 1000])


def test_the_step_of_a_mean_grows_with_the_largest_and_as_the_list_gets_smaller():
    values, units = np.array([5.0, 500.0]), np.array([1e6, 1e6])
    assert steps(values, units, 100_000, 20) == pytest.approx([0.2, 1.0])
    assert steps(values, units, 10_000, 20) == pytest.approx([2.0, 2.0])
    assert steps(values, units, 1_000, 20) == pytest.approx([20.0, 20.0])


@given(st.integers(20, 400), st.integers(0, 3_000), st.integers(2, 400))
def test_a_mean_of_whole_numbers_leaves_every_size_open_that_the_count_stands_for(n, total, k):
    """For each size that is printed alike there is a whole sum with the same mean."""
    assume(n >= k)
    size = rounded_counts(np.array([n]), k).astype(float)
    value = np.array([total / n])
    by = steps(value, lower_end(size, k), 10**9, k)
    shown = on_steps(value, by)[0]
    for other in range(max(int(size[0]) - k, 1), int(size[0]) + k):
        low, high = (shown - by[0] / 2) * other, (shown + by[0] / 2) * other
        assert np.floor(high + 1e-9) >= np.ceil(low - 1e-9), (n, total, shown, other)


def test_what_goes_beside_a_mean_is_made_of_what_is_shown():
    sizes = {"a": people(300, 150, n_clickers=90), "b": people(400, 100, age=50.0)}
    shown, exact = (profiles(least, **sizes)["a", "age"] for least in (20, 1))
    # The z-score is that of 45, not of 42.99: else both together would give the mean back.
    ages = np.concatenate([s["age"] for s in sizes.values()])
    assert shown["value"] == 45.0
    assert shown["z_score"] == pytest.approx((45.0 - ages.mean()) / ages.std(), rel=0.01)
    assert abs(shown["z_score"] - exact["z_score"]) > 0.05
    # The ends are on the steps of the mean.
    assert [shown[end] % 5 for end in ("low", "high")] == [0, 0]


def test_an_interval_holds_the_exact_one():
    for measure in ("age", "clicks"):
        sizes = {"a": people(300, 150, n_clickers=90), "b": people(400, 100)}
        shown, exact = (profiles(least, **sizes)["a", measure] for least in (20, 1))
        assert shown["low"] <= exact["low"] <= exact["high"] <= shown["high"]
        assert shown["low"] >= 0
