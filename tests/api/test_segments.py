"""The segments of a day: exact to programs, with small groups hidden to readers."""

from pathlib import Path

from api.tiny import FIRST, SECOND, opened

from segspark.api.segments import SegmentSize


def test_sizes_and_movement_are_exact(tmp_path: Path) -> None:
    segments = opened(tmp_path / "w").segments()
    active, buyers = segments
    assert buyers == SegmentSize("rules", "Buyers", "id-of-buyers", 2, 1, 1, 0)
    assert active == SegmentSize("levels", "Active", "id-of-active", 1, 1, 0, 0)
    assert (segments.as_of, segments.since, segments.is_provisional) == (SECOND, FIRST, False)
    assert segments.to_arrow().to_pylist()[1] == {
        "scheme": "rules", "name": "Buyers", "segment_id": "id-of-buyers", "people": 2, "contactable": 1, "entered": 1, "left": 0,
    }  # fmt: skip


def test_a_table_hides_small_segments_and_a_plot_draws_them_as_nothing(tmp_path: Path) -> None:
    segments = opened(tmp_path / "w", least=2).segments(scheme="rules")
    html = segments._repr_html_()
    # Two people are four to the nearest multiple of four; one is hidden.
    assert "Buyers" in html
    assert ">4<" in html
    assert "&lt;\u00a02" in html
    assert ">2<" not in html
    assert ">1<" not in html
    (axes,) = segments.plot().figure.axes
    assert [bar.get_width() for bar in axes.patches] == [4, 0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Buyers"]


def test_bars_of_several_schemes_name_them(tmp_path: Path) -> None:
    (axes,) = opened(tmp_path / "w").segments().plot().figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Buyers · Named segments", "Active · Levels"]


def test_it_says_itself_in_a_line(tmp_path: Path) -> None:
    assert repr(opened(tmp_path / "w").segments()) == "Segments(2026-05-05: 2 of levels, rules)"
