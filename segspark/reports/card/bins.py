"""The tenths of announced probabilities as a card may show them: none that tells of a few people."""

from segspark.measure.small_groups import NO_FLOOR
from segspark.models.card import Block, Grid, Paragraph, Percent, Reliability, Said, Value, say
from segspark.models.evaluate.judgement import CalibrationBin
from segspark.sections import Number, People

_HIDDEN = say(
    "{n} dixièmes sont cachés : trop peu de personnes d'un côté ou de l'autre.",
    "{n} tenths are hidden: too few people on one side or the other.",
)
_COLUMNS = (
    say("Annoncé", "Announced"),
    say("Observé", "Observed"),
    say("Personnes", "People"),
    say("Positifs attendus", "Positives expected"),
    say("Positifs observés", "Positives observed"),
)


def shown_bins(found: Reliability, least: int) -> list[CalibrationBin]:
    """The bins with enough people of either kind, to the whole per cent: a point drawn to the pixel would count them."""
    return [
        CalibrationBin(b.n, b.announced, round(b.observed, 2))
        for b in found.bins
        if least <= NO_FLOOR or min(b.observed, 1 - b.observed) * b.n >= least
    ]


def with_figures(block: Block, least: int) -> tuple[Block, ...]:
    """A block and, of drawn tenths, the table of what is drawn."""
    if not isinstance(block, Reliability):
        return (block,)
    bins = shown_bins(block, least)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            Percent(b.announced), Percent(b.observed), People(b.n), People(round(b.n * b.announced)),
            People(round(b.n * b.observed)),
        )
        for b in bins
    )  # fmt: skip
    n_hidden = len(block.bins) - len(bins)
    hidden = Paragraph(Said(_HIDDEN.words, {"n": Number(n_hidden)}), "note")
    drawn = (block, Grid(block.title, _COLUMNS, rows)) if bins else ()
    return (*drawn, *((hidden,) if n_hidden else ()))
