"""A sentence with its values is one text for each language."""

from datetime import date

import pytest

from segspark.models.card import Percent, Said
from segspark.models.notes import noted
from segspark.sections import Number, People

WORDS = {"fr": "Depuis le {day}, {share} ; {who} : {loss}", "en": "Since {day} {share}; {who}: {loss}"}


def test_values_are_written_as_each_language_does() -> None:
    values = {"day": date(2026, 3, 9), "share": Percent(0.256), "who": "BG/NBD", "loss": Number(0.56, 3)}
    assert noted(Said(WORDS, values)) == {
        "fr": "Depuis le 09/03/2026, 26 % ; BG/NBD : 0,560",
        "en": "Since 2026-03-09 26%; BG/NBD: 0.560",
    }


def test_people_are_not_noted_because_a_note_hides_nobody() -> None:
    with pytest.raises(TypeError, match=r"People\(n=3\)"):
        noted(Said({"fr": "{n}", "en": "{n}"}, {"n": People(3)}))
