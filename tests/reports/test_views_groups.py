"""Groups as rows: the profile map, the search for k, the tree, and where people went."""

from dataclasses import replace

from reports.sample import DOCUMENTS

from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.migration import Migration, Move, Shift
from segspark.models.clustering.documents.tree import Join, Tree
from segspark.reports import views_groups as views
from segspark.reports.small_groups import Shown


def tree_of(joins, groups):
    return Tree(2, "micro", joins, (1,) * len(groups), (), groups, (2,), {2: groups}, {})


def test_features_that_only_a_hidden_group_stands_out_in_come_last():
    said = {"fr": "", "en": ""}
    odd = GroupDocument(4, "tiny", said, said, 3, (), {"n_search_30d": 9.0})
    names = views.group_features((*DOCUMENTS.groups.groups, odd), 20)
    assert names[0] == "n_order_365d"
    assert "n_search_30d" not in names


def test_the_smallest_share_of_the_search_betrays_no_small_group():
    last = views.open_sweep(DOCUMENTS, 20)[-1]
    assert last.smallest_share == 20 / 35_440


def test_a_tree_is_drawn_from_its_last_joins_with_the_cut_between_two():
    # Leaves 0 and 1 join, then 2 and 3, then both: two groups.
    tree = tree_of((Join(0, 1, 1.0, 2), Join(2, 3, 2.0, 2), Join(4, 5, 6.0, 4)), (1, 1, 0, 0))
    leaves, branches, level = views.last_joins(tree, 2)
    assert leaves == [1, 1, 0, 0]
    assert level == 4.0
    assert branches == [
        views.Branch(0, 0, 1, 0, 1.0, 1), views.Branch(2, 0, 3, 0, 2.0, 0), views.Branch(0.5, 1.0, 2.5, 2.0, 6.0, None),
    ]  # fmt: skip


def test_a_tree_of_the_groups_themselves_is_cut_below_its_first_join():
    leaves, branches, level = views.last_joins(tree_of((Join(0, 2, 2.0, 2), Join(1, 3, 6.0, 3)), (0, 1, 2)), 3)
    assert (leaves, [b.group for b in branches], level) == ([1, 0, 2], [None, None], 1.0)


def test_what_lies_below_the_drawn_joins_is_one_leaf():
    n = 100
    tree = tree_of(tuple(Join(0 if at == 0 else n + at - 1, at + 1, at + 1.0, at + 2) for at in range(n - 1)), (0,) * n)
    leaves, branches, _ = views.last_joins(tree, 1)
    assert (len(leaves), len(branches)) == (views.DRAWN_JOINS + 1, views.DRAWN_JOINS)


def test_migration_hides_small_moves_in_rows_and_in_columns():
    table = views.MigrationTable(("A", "B", "C"), ("a", "b", "c"), ((100, 5, 0), (30, 400, 50), (60, 70, 80)))
    a, b, _ = views.migration_lines(table, 20)
    assert a.cells == ((Shown("about", 120), 1.0), (Shown("below", 20), None), (Shown("below", 20), None))
    assert b.cells[1] == (Shown("about", 400), 400 / 480)
    assert b.size == Shown("about", 480)


def test_moves_are_a_table_with_the_largest_groups_first_under_their_present_names():
    matrix = (Move("gone", "b", 30), Move("a", "b", 20), Move("a", "a", 50), Move("lost", "a", 1))
    table = views.migration_table(Migration("m/1", 0.6, matrix, ()), {"a": "A", "b": "B", "gone": "Gone"}, 1)
    # Ties go by the id; without a name the id is shown.
    assert (table.before, table.after) == (("A", "Gone", "lost"), ("A", "B"))
    assert table.counts == ((50, 20), (0, 30), (1, 0))


def test_a_group_that_is_gone_keeps_its_name_and_one_that_stays_has_its_new_one():
    shares = (
        Shift("gone", {"fr": "parti", "en": "gone"}, 0.3, 0.0),
        Shift("frequent", {"fr": "ancien nom", "en": "old name"}, 0.7, 1.0),
    )
    documents = replace(DOCUMENTS, migration=Migration("m/1", 0.6, (), shares))
    names = views.migration_names(documents, "fr")
    assert (names["gone"], names["frequent"]) == ("parti", "Acheteurs fréquents")
    assert set(views.migration_names(replace(DOCUMENTS, migration=None), "en")) == {
        g.segment_id for g in DOCUMENTS.groups.groups
    }


def test_groups_of_few_people_are_hidden():
    tiny = replace(DOCUMENTS.groups.groups[0], cluster=7, n_people=19)
    assert views.hidden_clusters((*DOCUMENTS.groups.groups, tiny), 20) == {7}
