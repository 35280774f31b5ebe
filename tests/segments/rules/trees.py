"""People with missing values, and any condition about them."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from segspark.segments.rules.tree import (
    And,
    Between,
    Compare,
    Followed,
    In,
    Missing,
    Not,
    Or,
)

ROWS: list[dict[str, Any]] = [
    {"n": 3, "m": 5, "city": "Lyon", "day": date(2026, 5, 1), "is_vip": True, "attributes": {"income": "52000"}},
    {"n": 0, "m": None, "city": None, "day": None, "is_vip": False, "attributes": {"income": "many"}},
    {"n": None, "m": 0, "city": "Paris", "day": date(2026, 6, 1), "is_vip": None, "attributes": None},
]
for row in ROWS:
    row["as_of_date"] = date(2026, 6, 1)

leaf = st.one_of(
    st.builds(Compare, st.sampled_from(["n", "m"]), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.integers(-2, 6)),
    st.builds(Between, st.just("n"), st.integers(-2, 3), st.integers(0, 6)),
    st.builds(In, st.just("city"), st.lists(st.sampled_from(["Lyon", "Paris"]), min_size=1, max_size=2).map(tuple)),
    st.builds(Missing, st.sampled_from(["n", "m", "city"])),
    st.builds(Compare, st.just("n"), st.sampled_from(["<", "="]), other=st.just("m"), plus=st.integers(-3, 3)),
    st.builds(Followed, st.just("visit"), st.just("order"), st.integers(1, 9), st.booleans(), st.integers(9, 99)),
)  # fmt: skip
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
