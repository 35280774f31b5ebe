"""The forms of derived features, as SQL."""

from hypothesis import given
from hypothesis import strategies as st

from segspark.features.derived import decayed, histogram, mode, rates, trend


def weight_of(sql: str, age: int) -> float:
    """What one act of an age adds to a decayed sum, by its formula."""
    terms = (term.split(" * ") for term in sql.split(" + "))
    return sum(float(w) for w, column in terms if age <= int(column.rpartition("_")[2].removesuffix("d")))


@given(st.integers(1, 400), st.integers(1, 2000))
def test_a_decayed_sum_errs_by_no_more_than_its_description_says(half_life: int, age: int) -> None:
    made = decayed("clicks", "n_click", half_life, (7, 30, 90, 365), "Clicks")
    most = float(made.describe.rpartition("at most ")[2].removesuffix(" off)"))
    assert made.name == f"clicks_h{half_life}"
    # Half a hundredth: the description is rounded.
    assert abs(weight_of(made.sql, age) - 2 ** (-age / half_life)) <= most + 0.0051


def test_constructors_say_what_they_are_made_of() -> None:
    assert [r.name for r in rates("click_rate", "n_click", "n_delivered", "Clicks per mail", (7, 30))] == [
        "click_rate_7d",
        "click_rate_30d",
    ]
    assert trend("t", "n", "Acts").sql == "try_divide(n_90d * 365, n_365d * 90)"
    assert histogram("h", ["a", "b"], "").sql == "array(a, b)"
    assert mode("m", {"1": "a", "2": "b"}, "int", "").sql.startswith("case when greatest(a, b) = 0 then cast(null")
