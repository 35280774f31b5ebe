from dataclasses import replace

from reports.sample import sample

from segspark.measure.kpi import Place
from segspark.reports import views
from segspark.reports.data import (
    Dendrogram,
    Group,
    KpiRow,
    Levels,
    Measured,
    Migration,
    PathSize,
    Rfm,
    RfmSquare,
    Scheme,
    SegmentSize,
)
from segspark.reports.kpi_columns import KpiColumn
from segspark.reports.small_groups import Shown


def test_movement_is_kept_back_where_it_would_betray_a_small_group():
    scheme = Scheme("rules", (SegmentSize("A", 12, 12, 45, 2, 35), SegmentSize("B", 60, 30, 12, 55, 7)), False)
    b, a = views.segment_lines(scheme, 100, 20)
    assert (a.size, a.before, a.entered, a.left, a.share, a.contactable) == (
        Shown("below", 20), Shown("exact", 45), None, None, None, None,
    )  # fmt: skip
    assert (b.size, b.before, b.entered, b.left, b.share, b.contactable) == (
        Shown("exact", 60), Shown("below", 20), None, None, 0.6, 0.5,
    )  # fmt: skip


def test_segments_come_by_size():
    lines = views.segment_lines(sample().sizes.schemes[1], 48_210, 20)
    assert [line.size.n for line in lines] == [28_644, 6_230, 5_904, 4_122, 3_310]


def test_levels_add_up_along_the_paths():
    paths = (PathSize(("F", "x"), 100), PathSize(("F", "y"), 50), PathSize(("F",), 30), PathSize(("M",), 20))
    f, m = views.level_tree(Levels((), paths), 20)
    assert (f.name, f.n_people, f.share) == ("F", 180, 0.9)
    assert [(c.name, c.n_people, c.is_rest) for c in f.children] == [
        ("x", 100, False),
        ("y", 50, False),
        ("", 30, True),
    ]
    assert (m.name, m.children) == ("M", ())


def test_a_small_branch_shows_neither_its_size_nor_its_children():
    paths = (PathSize(("F", "x"), 9), PathSize(("F", "y"), 8), PathSize(("M",), 200), PathSize(("X",), 60))
    m, x, f = views.level_tree(Levels((), paths), 20)
    assert (f.size, f.share, f.children) == (Shown("below", 20), 0.0, ())
    assert (m.size, x.size) == (Shown("exact", 200), Shown("about", 60))


def test_the_parts_of_a_rounded_branch_do_not_give_its_size_back():
    paths = (PathSize(("F", "x"), 300), PathSize(("F", "y"), 47), PathSize(("M",), 9))
    f, m = views.level_tree(Levels((), paths), 20)
    assert (f.size, m.size) == (Shown("about", 340), Shown("below", 20))
    assert [c.size for c in f.children] == [Shown("exact", 300), Shown("about", 40)]


def test_the_rfm_map_is_full_and_starts_with_the_most_recent():
    rfm = Rfm(3, 365, (RfmSquare(3, 3, 400, 9_000.0), RfmSquare(1, 1, 5, 100.0), RfmSquare(2, 1, 3, 100.0)), ())
    rows = views.rfm_map(rfm, 20)
    assert [r for r, _ in rows] == [3, 2, 1]
    assert rows[0][1][2] == views.HeatSquare(Shown("exact", 400), 9_000.0)
    assert rows[2][1][0] == views.HeatSquare(Shown("below", 20), None)
    assert rows[1][1][1] == views.HeatSquare(Shown("exact", 0), None)
    assert views.largest_square(rows) == 400


def test_features_that_only_a_hidden_group_stands_out_in_come_last():
    clusters = sample().clusters
    odd = Group("tiny", 3, "", {"n_search_30d": 9.0})
    names = views.cluster_features(type(clusters)((*clusters.groups, odd), clusters.sweep, 4), 20)
    assert names[0] == "n_order_365d"
    assert "n_search_30d" not in names


def test_the_smallest_share_of_the_search_betrays_no_small_group():
    last = views.open_sweep(sample().clusters, 20)[-1]
    assert last.smallest_share == 20 / 35_456


def test_a_tree_is_drawn_from_its_last_joins_with_the_cut_between_two():
    # Leaves 0 and 1 join, then 2 and 3, then both: two groups.
    tree = Dendrogram(((0, 1, 1.0), (2, 3, 2.0), (4, 5, 6.0)), (1, 1, 0, 0))
    leaves, branches, level = views.last_joins(tree, 2)
    assert leaves == [1, 1, 0, 0]
    assert level == 4.0
    assert branches == [
        views.Branch(0, 0, 1, 0, 1.0, 1), views.Branch(2, 0, 3, 0, 2.0, 0), views.Branch(0.5, 1.0, 2.5, 2.0, 6.0, None),
    ]  # fmt: skip


def test_a_tree_of_the_groups_themselves_is_cut_below_its_first_join():
    leaves, branches, level = views.last_joins(Dendrogram(((0, 2, 2.0), (1, 3, 6.0)), (0, 1, 2)), 3)
    assert (leaves, [b.group for b in branches], level) == ([1, 0, 2], [None, None], 1.0)


def test_what_lies_below_the_drawn_joins_is_one_leaf():
    n = 100
    tree = Dendrogram(tuple((0 if at == 0 else n + at - 1, at + 1, at + 1.0) for at in range(n - 1)), (0,) * n)
    leaves, branches, _ = views.last_joins(tree, 1)
    assert (len(leaves), len(branches)) == (views.DRAWN_JOINS + 1, views.DRAWN_JOINS)


def test_migration_hides_small_moves_in_rows_and_in_columns():
    migration = Migration("m/1", 0.9, ("A", "B", "C"), ("a", "b", "c"), ((100, 5, 0), (30, 400, 50), (60, 70, 80)))
    a, b, _ = views.migration_lines(migration, 20)
    assert a.cells == ((Shown("about", 100), 1.0 * 100 / 105), (Shown("below", 20), None), (Shown("exact", 0), 0.0))
    # Of the column of b one is hidden, so that another is rounded.
    assert [c[0].kind for c in (line.cells[1] for line in views.migration_lines(migration, 20))] == [
        "below", "exact", "about",
    ]  # fmt: skip
    assert b.size == Shown("exact", 480)


def test_only_the_largest_segments_that_may_be_shown_have_profiles():
    profiles = sample().profiles[0][1]
    lines = views.profile_lines(profiles, 20)
    assert [size.n for _, size in lines] == [14_300, 9_102, 7_044, 5_010]
    orders, moon = (KpiColumn(key, "", "number", Place("means")) for key in ("n_order_365d", "moon_30d"))
    assert views.known([orders, moon], lines) == [orders]
    # What is known of nineteen people only is theirs.
    thin = replace(profiles[0], measures={"a": Measured(1.0, n=19), "b": Measured(1.0, n=20), "c": Measured(1.0)})
    assert list(views.profile_lines([thin], 20)[0][0].measures) == ["b", "c"]
    assert views.is_significant(Measured(1.0, p_value=0.04))
    assert not views.is_significant(Measured(1.0))


def test_results_come_by_the_columns_that_rank_and_then_by_name():
    first, second = (KpiColumn(k, "", "number", Place("results", rank=r)) for k, r in (("cents", 1), ("mails", 2)))
    other = KpiColumn("opens", "", "share", Place("results"))
    rows = [
        KpiRow("b", 50, {"cents": 1.0}), KpiRow("a", 50, {"cents": 1.0, "opens": 9.0}),
        KpiRow("c", 50, {"cents": 1.0, "mails": 4.0}), KpiRow("d", 5, {"cents": 7.0, "mails": None}),
    ]  # fmt: skip
    lines = views.kpi_lines(rows, [second, other, first], 20)
    assert [(row.segment, size.kind) for row, size in lines] == [
        ("d", "below"), ("c", "exact"), ("a", "exact"), ("b", "exact"),
    ]  # fmt: skip
