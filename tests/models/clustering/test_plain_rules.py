"""Rules that describe a group: found on one half of the people, measured on the other, kept if half of them are members."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.models.clustering.documents.rare import PlainRule, Term
from segspark.models.clustering.plain_rules import MOST_TERMS, find_rule, fulfilled, in_words

N = 2_000


def people(seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "n_order_365d": rng.integers(0, 6, N).astype(float),
        "days_since_active": rng.integers(1, 300, N).astype(float),
        "n_click_90d": rng.integers(0, 4, N).astype(float),
    }


def test_a_group_of_two_thresholds_is_described_by_both() -> None:
    values = people()
    is_member = (values["n_order_365d"] >= 4) & (values["days_since_active"] <= 30)
    rule = find_rule(values, is_member)
    assert rule is not None
    assert {(t.feature, t.is_least) for t in rule.terms} == {("n_order_365d", True), ("days_since_active", False)}
    assert (rule.precision, rule.recall) == (1, pytest.approx(1, abs=0.06))


def test_a_group_that_no_threshold_tells_apart_has_no_rule() -> None:
    is_member = np.random.default_rng(2).random(N) < 0.03
    assert find_rule(people(), is_member) is None


def test_a_rule_that_holds_only_where_it_was_made_is_not_kept() -> None:
    values = people()
    values["days_since_active"] = np.full(N, 100.0)
    # In the half that is searched all members of it have a value that nobody else has; in the other half nobody does so.
    is_member, searched = np.zeros(N, dtype=bool), np.arange(N) % 2 == 0
    is_member[:80] = True
    values["n_order_365d"] = np.where(searched & is_member, 50.0, 0.0)
    values["n_order_365d"][~searched & ~is_member & (np.arange(N) < 400)] = 50.0
    assert find_rule(values, is_member) is None


@pytest.mark.parametrize(("n_others", "is_kept"), [(39, True), (42, False)])
def test_of_those_who_fulfil_a_rule_in_the_other_half_at_least_half_are_members(n_others: int, is_kept: bool) -> None:
    """Forty members in each half; besides them some people of the held-out half fulfil the rule."""
    is_member, held_out = np.zeros(N, dtype=bool), np.arange(N) % 2 == 1
    is_member[:80] = True
    value = np.where(is_member, 9.0, 0.0)
    value[np.flatnonzero(held_out & ~is_member)[:n_others]] = 9.0
    rule = find_rule({"n_order_365d": value}, is_member)
    assert (rule is not None) is is_kept
    if rule:
        assert rule == PlainRule((Term("n_order_365d", True, 9.0),), 40 / 79, 1.0)


def test_a_missing_value_fulfils_no_threshold() -> None:
    values = {"visit_trend": np.array([np.nan, 1.0])}
    for is_least in (True, False):
        assert fulfilled([Term("visit_trend", is_least, 1.0)], values).tolist() == [False, True]


def test_too_few_people_of_the_other_half_measure_nothing() -> None:
    is_member = np.zeros(N, dtype=bool)
    is_member[:8] = True
    assert find_rule({"n_order_365d": np.where(is_member, 9.0, 0.0)}, is_member) is None
    assert find_rule(people(), np.zeros(N, dtype=bool)) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 0.2))
def test_what_is_said_of_a_rule_is_so_in_the_held_out_half(seed: int, share: float) -> None:
    values, rng = people(seed), np.random.default_rng(seed)
    is_member = (values["n_click_90d"] == 3) & (values["n_order_365d"] >= 3) & (rng.random(N) < 0.5 + share)
    rule = find_rule(values, is_member)
    if rule is None:
        return
    held_out = np.arange(N) % 2 == 1
    fulfils = fulfilled(rule.terms, values)
    assert rule.precision == pytest.approx(is_member[held_out & fulfils].mean())
    assert rule.recall == pytest.approx(fulfils[held_out & is_member].mean())
    assert rule.precision >= 0.5
    assert len(rule.terms) <= MOST_TERMS


def test_a_threshold_is_the_number_that_is_said() -> None:
    is_member = np.arange(N) < 80
    rule = find_rule({"visit_trend": np.where(is_member, 365 / 90, 1.0)}, is_member)
    assert rule is not None
    # 4.0556, of which at least 4.06 would be nobody.
    assert rule.terms == (Term("visit_trend", True, 4.05),)
    assert in_words(rule)["en"] == "at least 4.05 times the usual pace of visits"
    share = PlainRule((Term("sale_share_lifetime", True, 0.5),), 1, 1)
    assert in_words(share)["fr"] == "au moins 50 % des achats pendant les soldes"


def test_a_rule_is_told_in_both_languages() -> None:
    rule = PlainRule((Term("n_order_365d", True, 6.0), Term("visit_trend", False, 0.5), Term("own", True, 1.0)), 1, 1)
    assert in_words(rule) == {
        "fr": "au moins 6 achats en un an, au plus 0,5 fois le rythme habituel des visites, au moins 1 own",
        "en": "at least 6 orders in a year, at most 0.5 times the usual pace of visits, at least 1 own",
    }
