"""Tenths of probabilities as a card may show them."""

from segspark.models.card import Grid, Paragraph, Reliability, say
from segspark.models.evaluate.judgement import CalibrationBin
from segspark.reports.card.bins import shown_bins, with_figures
from segspark.sections import People

BINS = (CalibrationBin(200, 0.21, 0.2049), CalibrationBin(200, 0.9, 0.95), CalibrationBin(200, 0.02, 0.05))
FOUND = Reliability(say("t", "t"), BINS)


def test_a_tenth_with_few_people_of_one_kind_is_hidden() -> None:
    # Of the second ten people have not the outcome, of the third ten have it.
    assert shown_bins(FOUND, 20) == [CalibrationBin(200, 0.21, 0.2)]
    assert len(shown_bins(FOUND, 10)) == 3
    assert len(shown_bins(FOUND, 1)) == 3


def test_what_is_drawn_is_a_table_too_and_says_how_many_are_hidden() -> None:
    drawn, table, note = with_figures(FOUND, 20)
    assert drawn is FOUND
    assert isinstance(table, Grid)
    assert [row[2:] for row in table.rows] == [(People(200), People(42), People(40))]
    assert isinstance(note, Paragraph)
    assert note.said.words["en"].startswith("{n} tenths are hidden")
    assert len(with_figures(FOUND, 1)) == 2
    (only,) = with_figures(FOUND, 150)
    assert isinstance(only, Paragraph)


def test_other_blocks_stand_for_themselves() -> None:
    block = Paragraph(say("x", "x"))
    assert with_figures(block, 20) == (block,)
