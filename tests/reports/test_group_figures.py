"""What is said and drawn about groups, and what is left out of it."""

from dataclasses import replace

import pytest
from reports.sample import DOCUMENTS, RARE

from segspark.models.clustering.documents.migration import Alarm
from segspark.models.clustering.documents.rare import PlainRule
from segspark.models.clustering.documents.sweep import SQUARED, Sweep, SweepRow
from segspark.reports.formats import Formats
from segspark.reports.group_figures import distances, group_figures, k_figures, migration_view, rule_shares, why_k
from segspark.reports.page import Page
from segspark.reports.texts import Texts

EN = Page(Formats("en", "EUR"), Texts("en"), 20)


def searched(*rows: SweepRow, k: int = 3):
    return replace(DOCUMENTS, sweep=Sweep(rows), groups=replace(DOCUMENTS.groups, k=k))


def test_each_measure_of_the_search_is_a_curve():
    assert [title for title, _, _ in k_figures(DOCUMENTS, EN)] == [
        "Silhouette (Euclidean)",
        "Elbow",
        "Stability",
        "Smallest group",
    ]


def test_what_an_old_model_did_not_measure_has_no_curve():
    old = searched(SweepRow(2, 0.3, 5.0), SweepRow(3, 0.4, 4.0))
    old = replace(old, sweep=replace(old.sweep, distance=SQUARED))
    assert [title for title, _, _ in k_figures(old, EN)] == ["Silhouette (squared distances)", "Elbow"]
    assert why_k(old, EN) == "3 groups give the best silhouette (0.400) of the 2 numbers tried."


def test_of_a_single_k_nothing_is_drawn():
    one = searched(SweepRow(3, 0.4, 4.0, 0.1, 0.9))
    assert k_figures(one, EN) == []
    assert why_k(one, EN).startswith("3 groups: the only number tried (silhouette 0.400).")


@pytest.mark.parametrize(("stability", "verdict"), [(0.7, "they are stable"), (0.69, "0.69 where 0.7 is asked for")])
def test_groups_are_stable_from_a_limit_on(stability, verdict):
    assert verdict in why_k(searched(SweepRow(2, 0.3, 5.0), SweepRow(3, 0.4, 4.0, 0.1, stability)), EN)


def test_a_k_that_is_not_the_best_says_which_is():
    near = searched(SweepRow(2, 0.41, 5.0), SweepRow(3, 0.4, 4.0))
    assert "close to the best (0.410 for 2)" in why_k(near, EN)


def test_a_k_is_the_best_of_those_that_pass_and_the_page_says_which_those_are():
    rows = (SweepRow(2, 0.5, 5.0, failed=("stability",)), SweepRow(3, 0.4, 4.0), SweepRow(4, 0.35, 3.0))
    assert why_k(searched(*rows), EN) == (
        "3 groups give the best silhouette (0.400) of those of the 3 numbers tried whose groups are stable, apart and "
        "large enough (3, 4)."
    )


def test_map_and_tree_are_drawn_if_they_were_stored():
    assert [title for title, _, _ in group_figures(DOCUMENTS, EN)] == ["Map of people", "How groups join"]
    assert group_figures(replace(DOCUMENTS, map=None, tree=None), EN) == []


def test_people_of_a_group_that_is_too_small_are_not_on_the_map():
    groups = DOCUMENTS.groups.groups
    small = replace(DOCUMENTS.groups, groups=(replace(groups[0], n_people=3), *groups[1:]))
    (_, drawn, _), _ = group_figures(replace(DOCUMENTS, groups=small), EN)
    # Of each 250 dots as many are drawn as may be people of any group that is shown as 240.
    assert "660 people in 3 groups." in drawn


def test_alarms_name_what_moved_in_the_language_of_the_page():
    moved = migration_view(DOCUMENTS, EN)
    assert moved.alarms[0] == "Alarm: the share of “Customers with potential” has moved by more than 10.0%."
    assert moved.alarms[1].startswith("Alarm: the Rand index 0.58 is below 0.60")
    assert moved.after == ("Recently inactive", "Frequent buyers", "Seasonal visitors", "Customers with potential")
    assert [line.size.n for line in moved.lines] == [13_680, 8_920, 7_080, 5_800]
    gone = replace(DOCUMENTS.migration, alarms=(Alarm("share", 0.3, 0.1, "nobody knows"),))
    assert "“”" in migration_view(replace(DOCUMENTS, migration=gone), EN).alarms[0]
    assert migration_view(replace(DOCUMENTS, migration=None), EN) is None


def test_how_precise_a_rule_is_stays_with_groups_that_are_shown():
    ruled = replace(RARE.groups[0], n_people=64, rule=PlainRule((), 0.799, 1.0))
    assert rule_shares(ruled, EN) == ("75%", "100%")
    assert rule_shares(replace(ruled, n_people=8), EN) == rule_shares(RARE.groups[0], EN) == ("–", "–")


def test_distances_are_a_curve_if_there_are_two():
    assert "k-distances" in distances(RARE, EN)
    assert distances(replace(RARE, k_distances=(0.1,)), EN) is None
