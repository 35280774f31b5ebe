import pytest

from segspark.reports.svg import element, nice_ticks


def test_an_element_escapes_its_text_and_its_attributes():
    assert element("text", "a<b>", x=1.5, class_='"x') == '<text x="1.5" class="&#34;x">a&lt;b&gt;</text>'


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0, 7, [0, 2, 4, 6, 8]), (3, 3, [3.0, 3.2, 3.4, 3.6, 3.8, 4.0])],
)
def test_ticks_are_round_and_cover_the_values(low, high, ticks):
    assert nice_ticks(low, high) == ticks
