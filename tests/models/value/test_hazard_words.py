"""Words of the hazard: the same fields in both languages, a text for each outcome."""

from string import Formatter

import pytest
from models.value.test_hazard import CONTEST, REFUSED

from segspark.models.value.hazard_words import JUDGED, VERDICT, WHY
from segspark.sections import Words


@pytest.mark.parametrize("words", [JUDGED, *VERDICT.values(), *WHY.values()])
def test_both_languages_say_the_same_figures(words: Words) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(words[language]) if name} for language in ("fr", "en")]
    assert fields[0] == fields[1]


def test_every_outcome_has_words() -> None:
    assert CONTEST.verdict in VERDICT
    assert REFUSED.why in WHY
