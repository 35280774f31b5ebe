"""The names of groups say what sets them apart."""

from dataclasses import replace

from segspark.models.clustering.config import GroupNames
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.naming import ARCHETYPES, describe, describe_apart, name_groups, renamed


def test_the_four_archetypes_are_given_where_they_fit_best() -> None:
    groups = [
        {"n_order_365d": 2.0, "days_since_order": -1.5},
        {"sale_share_lifetime": 2.0, "visit_trend": -0.3, "n_order_365d": 0.3},
        {"days_since_active": 1.8, "tenure_days": 0.5, "n_click_90d": -0.6},
        {"tenure_days": -1.7, "visit_trend": 0.9},
    ]
    assert [g.fr for g in name_groups(groups)] == [a.fr for a in ARCHETYPES]


def test_other_groups_are_called_after_what_stands_out_and_no_name_is_given_twice() -> None:
    names = name_groups([{"n_click_90d": 3.0, "n_visit_day_90d": 2.0}] * 3)
    assert names[0].en == "Many clicks, many visits" or names[0].fr in {a.fr for a in ARCHETYPES}
    assert len({n.fr for n in names}) == len({n.en for n in names}) == 3


def test_a_name_that_is_taken_says_more_and_is_numbered_where_nothing_more_can_be_said() -> None:
    z = {"n_click_90d": 3.0, "n_order_365d": 2.0, "tenure_days": -1.0}
    short, whole = describe(z, 2)["fr"], describe(z, 3)["fr"]
    assert describe_apart(z, set())["fr"] == short
    assert describe_apart(z, {short})["fr"] == whole
    assert describe_apart(z, {short, whole})["fr"] == f"{short} (2)"
    assert describe_apart(z, {short, whole, f"{short} (2)"}) == {
        "fr": f"{short} (3)", "en": f"{describe(z, 2)['en']} (3)",
    }  # fmt: skip


def test_an_edited_name_replaces_the_one_by_rule_and_is_found_by_id_too() -> None:
    names = {"a": GroupNames(fr="Fidèles", en="Regulars"), "Usual": GroupNames(fr="x", en="y")}
    said = {"fr": "", "en": ""}
    calm, lively, rare = (GroupDocument(0, i, {"fr": i, "en": i}, said, 9, (), {}) for i in "abc")
    assert renamed(calm, names).name["fr"] == "Fidèles"
    assert renamed(replace(lively, name={"fr": "b", "en": "Usual"}), names).name["en"] == "y"
    assert renamed(rare, names) == rare
