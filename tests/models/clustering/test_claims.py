"""Claims about single people, and when a group may bear one."""

import numpy as np
import pytest

from segspark.models.clustering.claims import ARCHETYPES, WORDS, Claim, comparison, comparisons, contrasts

NAN = float("nan")
CLICKED = Claim("clics", "clicks", ("n_click_90d",), lambda values: values["n_click_90d"] > 0)


def contrast(inside: int, outside: int) -> float:
    """Of groups of a hundred people each, of whom so many clicked."""
    clicks = np.array([1.0] * inside + [0.0] * (100 - inside) + [1.0] * outside + [0.0] * (100 - outside))
    groups = np.repeat([0, 1], 100)
    return float(contrasts([CLICKED], {"n_click_90d": clicks}, groups, 2)[0, 0])


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [(80, 40, 0.4), (79, 0, -np.inf), (80, 41, -np.inf), (100, 50, 0.5), (100, 51, -np.inf)],
)
def test_four_of_five_members_fulfil_it_and_at_most_half_that_share_of_the_others(
    inside: int, outside: int, expected: float
) -> None:
    assert contrast(inside, outside) == pytest.approx(expected)


def test_groups_that_are_not_made_of_it_do_not_bear_it() -> None:
    groups = np.array([0, 1])
    assert contrasts([CLICKED], {"n_order_365d": np.array([1.0, 0.0])}, groups, 2).tolist() == [[-np.inf], [-np.inf]]


def test_what_is_missing_fulfils_nothing_but_that_it_is_missing() -> None:
    nothing = {name: np.array([NAN]) for claim in (*ARCHETYPES, *WORDS) for name in claim.needs}
    assert [c.en for c in (*ARCHETYPES, *WORDS) if c.holds(nothing)[0]] == ["no order"]
    assert not any(c.holds({"tenure_days": np.array([NAN])})[0] for c in comparisons({"tenure_days": np.array([NAN])}))


def test_comparisons_are_with_the_median_of_the_list() -> None:
    values = {"n_click_90d": np.array([0.0, 1.0, 5.0])}
    more, fewer = comparisons(values)
    assert (more.en, more.holds(values).tolist()) == ("more clicks", [False, False, True])
    assert (fewer.en, fewer.holds(values).tolist()) == ("fewer clicks", [True, False, False])
    assert comparison("age_years", True) == ("age_years plus élevé", "higher age_years")
