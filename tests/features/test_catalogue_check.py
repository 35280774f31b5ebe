"""Issues of a catalogue as a whole are told in words, with what was perhaps meant."""

from dataclasses import replace

from segspark.features.catalogue import build_catalogue
from segspark.features.catalogue_check import catalogue_issues
from segspark.features.feature import Feature, ItemKind

FULL = build_catalogue((7, 30, 90, 365))
SKETCHED = ItemKind("page", ("page_view",), "url", "profiling", "pages", "Pages", hll_sketch=10)


def test_the_built_in_catalogue_has_none() -> None:
    assert catalogue_issues(FULL) == []


def test_unknown_measures_and_doubled_names_are_named() -> None:
    wrong = replace(FULL, features=(*FULL.features, Feature("x", "n_oder", ""), FULL.features[0]))
    assert any("did you mean n_order?" in issue for issue in catalogue_issues(wrong))
    doubled = replace(FULL, features=(*FULL.features, FULL.features[0]))
    assert any("defined twice" in issue for issue in catalogue_issues(doubled))


def test_item_kinds_are_not_measures() -> None:
    wrong = replace(FULL, features=(*FULL.features, Feature("x", "n_order", "", "distinct", (7,))))
    assert any(issue.startswith("feature x needs item kind n_order") for issue in catalogue_issues(wrong))


def test_of_a_sketch_only_some_aggregations_are_known() -> None:
    features = [Feature("n_page", "page", "", "distinct", (7,)), Feature("top_page", "page", "", "top", (365,))]
    issues = catalogue_issues(replace(FULL, items=(SKETCHED,), features=tuple(features)))
    assert issues == ["feature top_page: of a sketch only distinct items are known, not top"]


def test_an_aggregation_of_the_kinds_own_window_has_no_other() -> None:
    plain = replace(SKETCHED, hll_sketch=None, days=90)
    wrong = replace(FULL, items=(plain,), features=(Feature("top_page", "page", "", "top", (30,)),))
    assert catalogue_issues(wrong) == ["feature top_page: top has the window of its items, (90,)"]
