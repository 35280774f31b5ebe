"""The curves of a card: where the points lie, and what a reader of the page hears."""

import re
from xml.etree import ElementTree

import pytest

from segspark.models.card import Curve, Reliability, say
from segspark.models.evaluate.judgement import CalibrationBin
from segspark.reports.card.drawings import draw_curve, draw_reliability
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts
from segspark.sections import Number, Share

EN = Page(Formats("en", "EUR"), Texts("en"), 20)
TITLE = say("Titre", "Title")


def circles(svg: str) -> list[tuple[float, float, float]]:
    return [tuple(float(c.get(k, "")) for k in ("cx", "cy", "r")) for c in ElementTree.fromstring(svg).iter("circle")]  # type: ignore[misc]


def test_a_curve_falls_where_its_values_do_and_marks_its_point() -> None:
    points = ((Share(0.25), 0.5), (Share(0.5), 0.45), (Share(1.0), 0.44))
    svg = str(draw_curve(Curve(TITLE, say("x", "x"), say("y", "y"), points, marked=1), "c", EN))
    (x1, y1, r1), (x2, y2, r2), (x3, y3, r3) = circles(svg)
    assert x1 < x2 < x3
    # Downwards on a page is larger.
    assert y1 < y2 < y3
    assert (r1, r2, r3) == (4, 6, 4)
    assert "25.0% → 0.500, 50.0% → 0.450, 100.0% → 0.440" in svg


@pytest.mark.parametrize("values", [(0.3, 0.3), (0.0, 0.0)])
def test_a_level_curve_is_drawn_too(values: tuple[float, float]) -> None:
    curve = Curve(TITLE, say("x", "x"), say("y", "y"), tuple((Number(i), v) for i, v in enumerate(values)))
    (_, y1, _), (_, y2, _) = circles(str(draw_curve(curve, "c", EN)))
    assert y1 == y2


def test_chance_is_drawn_around_the_diagonal() -> None:
    bins = (CalibrationBin(100, 0.5, 0.5), CalibrationBin(10_000, 0.7, 0.75))
    svg = str(draw_reliability(Reliability(TITLE, bins), "r", EN))
    lines = [line for line in ElementTree.fromstring(svg).iter("line") if line.get("class") == "whisker"]
    few, many = (float(line.get("y1", "")) - float(line.get("y2", "")) for line in lines[:2])
    # Ten times the people per side of a square root, less by the variance of .7 against .5.
    assert few / many == pytest.approx(10 * (0.25 / 0.21) ** 0.5, rel=0.02)
    (_, y1, _), (_, y2, _) = circles(svg)
    assert y1 > y2
    assert "what chance alone allows (95%)" in svg


def test_hidden_tenths_are_not_drawn() -> None:
    svg = str(
        draw_reliability(Reliability(TITLE, (CalibrationBin(100, 0.5, 0.5), CalibrationBin(100, 0.9, 0.95))), "r", EN)
    )
    assert len(circles(svg)) == 1
    assert not re.search("95%", svg.replace("(95%)", ""))
    assert draw_reliability(Reliability(TITLE, (CalibrationBin(100, 0.9, 0.95),)), "r", EN) == ""
