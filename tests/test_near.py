"""Names are found without accents and case, and a name that is none is answered with what may be meant."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segspark.errors import ConfigError, UnknownName
from segspark.near import did_you_mean, find_named, folded, near, no_such, several


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("Clients à potentiel", "clients a potentiel"),
        ("CHAMPIONS", "champions"),
        ("cafe\u0301", "café"),
        ("Nœuds d’été", "noeuds d'ete"),
        ("n_click_30d", "N-click 30D"),
        ("  Fidèles ", "fideles"),
        ("Straße", "STRASSE"),
        ("à\u00a0risque", "a risque"),
    ],
)
def test_accents_case_and_what_stands_between_words_make_no_name_another(typed: str, stands: str) -> None:
    assert folded(typed) == folded(stands)


@pytest.mark.parametrize(("one", "other"), [("30d", "90d"), ("a", "b"), ("rfm:a", "rfm a"), ("c+", "c")])
def test_letters_digits_and_other_signs_do(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_a_folded_name_is_folded_however_its_letters_are_composed(name: str) -> None:
    assert folded(unicodedata.normalize("NFD", name)) == folded(unicodedata.normalize("NFC", name))
    assert folded(folded(name)) == folded(name)


def test_near_names_are_given_as_they_are_spelt_the_nearest_first() -> None:
    assert near("potentiels a", ["Élan", "À potentiel", "Potentiels"]) == ("Potentiels", "À potentiel")
    assert near("xyz", ["abc"]) == ()
    # A first line of a file is judged by this: what merely holds a word is not like it.
    assert near("ann", ["anniversaire du client"]) == ()
    assert did_you_mean("fdeles", ["Fidèles"]) == "did you mean Fidèles?"
    assert did_you_mean("xyz", ["Fidèles"]) == ""


def test_what_does_not_exist_is_answered_with_what_does() -> None:
    error = no_such("segment", "potentiel", ["Clients à potentiel", "Perdus"], "See the list.")
    assert str(error) == (
        "There is no segment 'potentiel'. Did you mean Clients à potentiel? There are: Clients à potentiel, Perdus. "
        "See the list."
    )
    assert error.suggestions == ("Clients à potentiel",)
    assert isinstance(error, ConfigError)
    assert str(no_such("model", "x", [])) == "There is no model 'x'. There are: none."
    many = str(no_such("feature", "x", [f"f{n:02}" for n in range(23)]))
    assert many.endswith("f19 and 3 more.")


def names_of(pair: tuple[str, int]) -> tuple[str, ...]:
    return (pair[0],)


def test_a_name_to_the_letter_goes_before_one_that_is_alike() -> None:
    values = [("Été", 1), ("ete", 2), ("Hiver", 3)]
    assert [find_named("season", name, values, names_of)[1] for name in ("ete", "Été", "HIVER")] == [2, 1, 3]
    with pytest.raises(UnknownName, match="'ÉTÉ' is the name of 2 seasons: write Été or ete"):
        find_named("season", "ÉTÉ", values, names_of)
    with pytest.raises(UnknownName, match=r"no season 'hivers'\. Did you mean Hiver"):
        find_named("season", "hivers", values, names_of)


def test_a_name_of_several_lists_them() -> None:
    error = several("segment", "cold", ["levels:cold", "rfm:cold"])
    assert str(error) == "'cold' is the name of 2 segments: write levels:cold or rfm:cold."
    assert error.suggestions == ("levels:cold", "rfm:cold")


def test_a_name_that_two_schemes_have_is_listed_once() -> None:
    error = no_such("segment", "xyz", ["cold", "cold", "warm"], listed=["cold", "cold", "warm"])
    assert "There are: cold, warm." in str(error)
