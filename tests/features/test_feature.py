"""A catalogue is data: it can be narrowed to what is looked at, and its faults are told."""

from dataclasses import replace

from segspark.features.catalogue import build_catalogue
from segspark.features.catalogue_check import catalogue_issues
from segspark.features.feature import Derived

FULL = build_catalogue((7, 30, 90, 365))


def test_what_is_looked_at_brings_what_it_is_made_of_and_nothing_else() -> None:
    small = FULL.narrowed({"click_rate_30d", "days_since_order", "person_id"})
    assert [d.name for d in small.derived] == ["click_rate_30d", "days_since_order"]
    assert {c.name for c in small.stored_columns()} == {"n_click_30d", "n_delivered_30d", "last_order_date"}
    assert {m.name for m in small.measures} == {"n_click", "n_delivered", "n_order"}
    assert catalogue_issues(small) == []


def test_derived_features_of_derived_ones_are_followed() -> None:
    more = replace(FULL, derived=(*FULL.derived, Derived("twice", "2 * days_since_click", "int", "")))
    assert {c.name for c in more.narrowed({"twice"}).stored_columns()} == {"last_click_date"}


def test_everything_looked_at_is_everything() -> None:
    names = {c.name for c in FULL.stored_columns()} | {d.name for d in (*FULL.derived, *FULL.of_profile)}
    assert FULL.narrowed(names) == FULL


def test_only_what_changes_values_changes_the_hash() -> None:
    first, *others = FULL.features
    assert replace(FULL, features=(replace(first, describe="other words"), *others)).hash == FULL.hash
    assert replace(FULL, features=(replace(first, windows=(5,)), *others)).hash != FULL.hash
