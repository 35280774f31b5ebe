from dataclasses import replace

from reports.sample import sample

from segspark.measure.kpi import Place
from segspark.reports import views
from segspark.reports.data import (
    KpiRow,
    Measured,
    Scheme,
    SegmentSize,
)
from segspark.reports.kpi_columns import KpiColumn
from segspark.reports.small_groups import Shown
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmSquare


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
    f, m = views.level_tree(LevelSizes((), paths), 20)
    assert (f.name, f.n_people, f.share) == ("F", 180, 0.9)
    assert [(c.name, c.n_people, c.is_rest) for c in f.children] == [
        ("x", 100, False),
        ("y", 50, False),
        ("", 30, True),
    ]
    assert (m.name, m.children) == ("M", ())


def test_a_small_branch_shows_neither_its_size_nor_its_children():
    paths = (PathSize(("F", "x"), 9), PathSize(("F", "y"), 8), PathSize(("M",), 200), PathSize(("X",), 60))
    m, x, f = views.level_tree(LevelSizes((), paths), 20)
    assert (f.size, f.share, f.children) == (Shown("below", 20), 0.0, ())
    assert (m.size, x.size) == (Shown("exact", 200), Shown("about", 60))


def test_the_parts_of_a_rounded_branch_do_not_give_its_size_back():
    paths = (PathSize(("F", "x"), 300), PathSize(("F", "y"), 47), PathSize(("M",), 9))
    f, m = views.level_tree(LevelSizes((), paths), 20)
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
