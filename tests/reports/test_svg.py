import xml.etree.ElementTree as ET

import pytest

from segspark.reports.svg import Axis, Plot, element, nice_ticks, polyline


def test_an_element_escapes_its_text_and_its_attributes():
    assert element("text", "a<b>", x=1.5, class_='"x') == '<text x="1.5" class="&#34;x">a&lt;b&gt;</text>'


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0, 7, [0, 2, 4, 6, 8]), (3, 3, [3.0, 3.2, 3.4, 3.6, 3.8, 4.0])],
)
def test_ticks_are_round_and_cover_the_values(low, high, ticks):
    assert nice_ticks(low, high) == ticks


def test_ticks_cover_values_below_zero():
    assert nice_ticks(-0.3, 0.4) == [-0.4, -0.2, 0, 0.2, 0.4]
    assert nice_ticks(-1234, 5678) == [-2000, 0, 2000, 4000, 6000]


def test_names_that_python_cannot_write_are_turned_into_those_of_svg():
    assert (
        element("line", stroke_width=2.0, class_="axis", x1=0.125)
        == '<line stroke-width="2" class="axis" x1="0.12"></line>'
    )


def test_what_is_markup_already_is_not_escaped_again():
    assert element("g", element("text", "a & b")) == "<g><text>a &amp; b</text></g>"


PLOT = Plot(
    Axis("k", 0, 10, ((0, "none"), (10, "all"))), Axis("share (%)", 0, 1, ((0.5, "half"),)),
    width=100, height=100, left=10, right=10, top=20, bottom=20,
)  # fmt: skip


def test_values_lie_between_the_edges_and_larger_ones_higher():
    assert [PLOT.x(v) for v in (0, 5, 10)] == [10, 50, 90]
    assert [PLOT.y(v) for v in (0, 0.5, 1)] == [80, 50, 20]


def test_a_single_value_lies_in_the_middle():
    flat = Plot(Axis("k", 3, 3, ()), Axis("", 0, 1, ()), width=100, left=10, right=10)
    assert flat.x(3) == 50


def test_a_plot_has_its_ticks_and_the_names_of_its_axes_and_is_read_to_whoever_cannot_see():
    tree = ET.fromstring(PLOT.draw("curve", "Title", "What it shows.", [polyline([(1, 2), (3.456, 4)], "line")]))
    assert {t.text for t in tree.iter("text")} == {"none", "all", "half", "k", "share (%)"}
    assert (tree.get("viewBox"), tree.get("role"), tree.get("aria-labelledby")) == (
        "0 0 100 100", "img", "curve-title curve-desc",
    )  # fmt: skip
    assert [(e.get("id"), e.text) for e in tree[:2]] == [("curve-title", "Title"), ("curve-desc", "What it shows.")]
    half = next(line for line in tree.iter("line") if line.get("class") == "grid")
    assert (half.get("y1"), half.get("x1"), half.get("x2")) == ("50", "10", "90")
    assert next(tree.iter("polyline")).get("points") == "1,2 3.46,4"


def test_an_axis_without_a_name_writes_none():
    tree = ET.fromstring(Plot(Axis("", 0, 1, ()), Axis("", 0, 1, ())).draw("c", "t", "d", []))
    assert list(tree.iter("text")) == []
