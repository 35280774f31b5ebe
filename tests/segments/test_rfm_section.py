"""The section of RFM: a grid of buyers, and cells of everybody."""

from segspark.config.models import Settings
from segspark.segments.rfm_section import NONE, Rfm, RfmCell, RfmSquare, rfm_section
from segspark.segments.schemes.scheme import StoredDay

SQUARES = [
    {"recency": 5, "frequency": 4, "cell": "champions", "n": 2, "cents": 300},
    {"recency": 5, "frequency": 5, "cell": "champions", "n": 1, "cents": 600},
    {"recency": None, "frequency": None, "cell": "never_bought", "n": 4, "cents": 0},
]


def test_squares_are_means_and_whoever_never_bought_has_a_cell_and_no_square() -> None:
    found = rfm_section("toy", StoredDay(Settings(), "en", {"rfm_squares": SQUARES}, ()))
    assert found.content == Rfm(
        5, 365, (RfmSquare(5, 4, 2, 150.0), RfmSquare(5, 5, 1, 600.0)),
        (RfmCell("Never bought", 4, 0.0), RfmCell("Champions", 3, 300.0)),
    )  # fmt: skip
    assert (found.name, found.template, found.short) == ("toy", "rfm", {"fr": "RFM", "en": "RFM"})


def test_without_scores_the_section_says_why() -> None:
    assert rfm_section("toy", StoredDay(Settings(), "en", {}, ())).content == NONE
