"""What the report shows of the models that were fitted beside that of customer value."""

from segspark.models.notes import noted
from segspark.models.value import amount_words, hazard_words
from segspark.models.value.amounts import AmountContest
from segspark.models.value.hazard import HazardContest
from segspark.sections import Missing, Section, Table, Words


def hazard_notes(contest: HazardContest) -> list[Words]:
    return [noted(said) for said in hazard_words.sentences(contest)]


def amounts_section(contest: AmountContest) -> Section:
    notes, rows = tuple(map(noted, amount_words.sentences(contest))), amount_words.tenths_of(contest)
    if not rows:
        return Section("value_amounts", amount_words.TITLE, Missing(notes[0]), short=amount_words.SHORT)
    content = Table(amount_words.COLUMNS, rows)
    return Section("value_amounts", amount_words.TITLE, content, notes=notes, short=amount_words.SHORT)
