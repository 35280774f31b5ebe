"""Drawings: what a notebook shows, and files."""

from pathlib import Path

from segspark.api.plots import Line, Panel, bars, panels
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts

PAGE = Page(Formats("fr", "EUR"), Texts("fr"), 1)
PNG = b"\x89PNG"


def test_a_notebook_gets_a_picture(tmp_path: Path) -> None:
    plot = bars(["Acheteurs", "É" * 60], {"Personnes": [1_200, 3]}, "Segments", PAGE)
    assert plot._repr_png_().startswith(PNG)
    plot.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)
    (axes,) = plot.figure.axes
    assert [len(label.get_text()) for label in axes.get_yticklabels()] == [9, 48]
    assert axes.xaxis.get_major_formatter()(1_200) == "1\u202f200"
    assert repr(plot) == "Plot('Segments')"


def test_a_line_that_its_title_names_has_no_legend() -> None:
    alone = Panel("Lift", "x", "y", (Line("Lift", (1, 2), (3, 4)),))
    several = Panel("Lift", "x", "y", (Line("a", (1, 2), (3, 4)), Line("b", (1, 2), (1, 1), is_dashed=True)))
    one, two = panels([alone, several], "t", PAGE).figure.axes
    assert one.get_legend() is None
    assert [text.get_text() for text in two.get_legend().get_texts()] == ["a", "b"]
    assert one.yaxis.get_major_formatter()(0.25) == "0,25"
