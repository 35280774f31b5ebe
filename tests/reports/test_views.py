from dataclasses import replace

from reports.sample import sample

from segspark.measure.kpi import Place
from segspark.reports import views
from segspark.reports.data import (
    KpiRow,
    Kpis,
    Measured,
    Scheme,
    SegmentSize,
)
from segspark.reports.kpi_columns import KpiColumn
from segspark.reports.small_groups import Shown
from segspark.segments.level_section import LevelSizes, PathSize
from segspark.segments.rfm_section import Rfm, RfmSquare


def test_every_count_of_a_line_is_shown_by_itself():
    scheme = Scheme("rules", (SegmentSize("A", 12, 12, 45, 2, 35), SegmentSize("B", 60, 30, 12, 55, 7)), False)
    b, a = views.segment_lines(scheme, 100, 20)
    assert (a.size, a.before, a.entered, a.left, a.share, a.contactable) == (
        Shown("below", 20), Shown("about", 40), Shown("below", 20), Shown("about", 40), None, Shown("below", 20),
    )  # fmt: skip
    assert (b.size, b.before, b.entered, b.left, b.share, b.contactable) == (
        Shown("about", 80), Shown("below", 20), Shown("about", 40), Shown("below", 20), 80 / 120, Shown("about", 40),
    )  # fmt: skip


def test_segments_come_by_size():
    lines = views.segment_lines(sample().sizes.schemes[1], 48_210, 20)
    assert [line.size.n for line in lines] == [28_640, 6_240, 5_920, 4_120, 3_320]


def test_levels_add_up_along_the_paths():
    paths = (PathSize(("F", "x"), 100), PathSize(("F", "y"), 50), PathSize(("F",), 30), PathSize(("M",), 20))
    f, m = views.level_tree(LevelSizes((), paths), 1)
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
    assert (m.size, x.size) == (Shown("about", 200), Shown("about", 80))


def test_branches_and_their_parts_are_rounded_alike():
    paths = (PathSize(("F", "x"), 300), PathSize(("F", "y"), 47), PathSize(("M",), 9))
    f, m = views.level_tree(LevelSizes((), paths), 20)
    assert (f.size, m.size) == (Shown("about", 360), Shown("below", 20))
    assert [c.size for c in f.children] == [Shown("about", 320), Shown("about", 40)]


def test_the_order_of_lines_does_not_tell_which_of_two_equal_sizes_is_larger():
    scheme = Scheme("rules", (SegmentSize("B", 41), SegmentSize("A", 40), SegmentSize("Z", 12), SegmentSize("Y", 3)))
    assert [line.name for line in views.segment_lines(scheme, 100, 20)] == ["A", "B", "Y", "Z"]


def test_the_rfm_map_is_full_and_starts_with_the_most_recent():
    rfm = Rfm(3, 365, (RfmSquare(3, 3, 400, 9_000.0), RfmSquare(1, 1, 5, 100.0), RfmSquare(2, 1, 3, 100.0)), ())
    rows = views.rfm_map(rfm, 20)
    assert [r for r, _ in rows] == [3, 2, 1]
    assert rows[0][1][2] == views.HeatSquare(Shown("about", 400), 9_000.0)
    assert rows[2][1][0] == views.HeatSquare(Shown("below", 20), None)
    assert rows[1][1][1] == views.HeatSquare(Shown("below", 20), None)
    assert views.largest_square(rows) == 400


def test_only_the_largest_segments_that_may_be_shown_have_profiles():
    profiles = sample().profiles[0][1]
    lines = views.profile_lines(profiles, 20)
    assert [size.n for _, size in lines] == [14_320, 9_120, 7_040, 5_000]
    orders, moon = (KpiColumn(key, "", "number", Place("means")) for key in ("n_order_365d", "moon_30d"))
    assert views.known([orders, moon], lines) == [orders]
    # What is known of nineteen people only is theirs.
    thin = replace(profiles[0], measures={"a": Measured(1.0, n=19), "b": Measured(1.0, n=20), "c": Measured(1.0)})
    assert list(views.profile_lines([thin], 20)[0][0].measures) == ["b", "c"]
    assert views.is_significant(Measured(1.0, p_value=0.04))
    assert not views.is_significant(Measured(1.0))


def test_a_kpi_that_was_left_out_has_no_column():
    known, gone = (KpiColumn(key, "", "number", Place("results")) for key in ("orders_30d", "gone"))
    kpis = Kpis(30, (("rules", (KpiRow("a", 50, {"orders_30d": None}),)),))
    assert views.computed([known, gone], kpis) == [known]
    assert views.computed([known, gone], None) == []


def test_results_come_by_the_columns_that_rank_and_then_by_name():
    first, second = (KpiColumn(k, "", "number", Place("results", rank=r)) for k, r in (("cents", 1), ("mails", 2)))
    other = KpiColumn("opens", "", "share", Place("results"))
    rows = [
        KpiRow("b", 50, {"cents": 1.0}), KpiRow("a", 50, {"cents": 1.0, "opens": 9.0}),
        KpiRow("c", 50, {"cents": 1.0, "mails": 4.0}), KpiRow("d", 5, {"cents": 7.0, "mails": None}),
    ]  # fmt: skip
    lines = views.kpi_lines(rows, [second, other, first], 20)
    assert [(row.segment, size.kind) for row, size in lines] == [
        ("c", "about"), ("a", "about"), ("b", "about"), ("d", "below"),
    ]  # fmt: skip
