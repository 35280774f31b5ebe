"""What the card of customer value says of the models that were fitted beside it."""

from segspark.models.card import Facts, Grid, Interval, Paragraph, Part, Said, Value, say
from segspark.models.value import amount_words, hazard_words
from segspark.models.value.amounts import AmountContest
from segspark.models.value.hazard import HazardContest
from segspark.sections import Number, People


def hazard_part(contest: HazardContest | None) -> tuple[Part, ...]:
    if contest is None:
        return ()
    title, said = Said(hazard_words.TITLE), hazard_words.sentences(contest)
    if contest.gain is None:
        return (Part(title, tuple(Paragraph(why, "note") for why in said)),)
    facts: tuple[tuple[Said, Value], ...] = (
        (say("Personnes comparées", "People compared"), People(contest.n)),
        (
            say("Lignes de l'ajustement (une personne, une période)", "Rows of the fit (a person in a period)"),
            Number(contest.n_periods),
        ),
        (
            say("Log-perte gagnée par le modèle avec saisons", "Log-loss gained by the model with seasons"),
            Interval(contest.gain.value, contest.gain.low, contest.gain.high),
        ),
    )
    return (Part(title, (*map(Paragraph, said), Facts(facts))),)


def amounts_part(contest: AmountContest | None) -> tuple[Part, ...]:
    if contest is None:
        return ()
    title, said = Said(amount_words.TITLE), amount_words.sentences(contest)
    rows = amount_words.tenths_of(contest)
    if not rows:
        return (Part(title, tuple(Paragraph(why, "note") for why in said)),)
    return (Part(title, (*map(Paragraph, said), Grid(title, tuple(map(Said, amount_words.COLUMNS)), rows))),)
