"""Words of the contest: the same fields in both languages, a text for each outcome."""

from string import Formatter

import pytest
from models.value.test_amounts import CONTEST, REFUSED

from segspark.models.value.amount_words import CHOSEN, JUDGED, WHY, both_of
from segspark.models.value.amounts import BGNBD, HURDLE
from segspark.sections import Words


@pytest.mark.parametrize("words", [JUDGED, *CHOSEN.values(), *WHY.values()])
def test_both_languages_say_the_same_figures(words: Words) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(words[language]) if name} for language in ("fr", "en")]
    assert fields[0] == fields[1]


def test_every_outcome_has_words() -> None:
    assert set(CHOSEN) == {BGNBD, HURDLE}
    assert REFUSED.why in WHY
    assert both_of(REFUSED) is None
    assert both_of(CONTEST) == (CONTEST.bgnbd, CONTEST.hurdle)
