"""Texts of SQL are measured before they are parsed."""

import pytest

from segspark.config.text_limits import MAX_CHARACTERS, MAX_LEVELS, MAX_WORDS, why_too_large


@pytest.mark.parametrize(
    ("text", "levels"),
    [("{}a = 1{}", ("(", ")")), ("{}a{}", ("case when x then ", " end")), ("{}a{}", ("not ", "")), ("a = {}1{}", ("- ", ""))],
)  # fmt: skip
def test_levels_are_parentheses_cases_and_rows_of_prefixes(text: str, levels: tuple[str, str]) -> None:
    assert why_too_large(text.format(*(each * MAX_LEVELS for each in levels))) is None
    too_deep = why_too_large(text.format(*(each * (MAX_LEVELS + 1) for each in levels)))
    assert too_deep == f"it is {MAX_LEVELS + 1} levels deep; the most are {MAX_LEVELS}"


def test_levels_that_are_closed_do_not_add_up() -> None:
    assert why_too_large(" and ".join(["(a = 1)", "not b", "(not (c))"] * 200)) is None


def test_words_and_characters_are_limited() -> None:
    assert "words" in str(why_too_large("+ 1 " * MAX_WORDS))
    assert "characters" in str(why_too_large("x" * (MAX_CHARACTERS + 1)))
    # What cannot be read is for the parser to tell.
    assert why_too_large("a = 'x") is None
