"""A refusal in words, in the notation of its language; small groups stay hidden."""

from datetime import date

import pytest

from segspark.reports.formats import Formats
from segspark.reports.refusals import say_refusal
from segspark.reports.texts import Texts
from segspark.sections import People, Reason

DAY = date(2026, 6, 1)


def said(reason: Reason | str, language: str = "en") -> str:
    return say_refusal(reason, DAY, Texts(language), Formats(language, "EUR"), least=20)  # type: ignore[arg-type]


def test_numbers_are_written_as_in_the_language() -> None:
    reason = Reason("few_outcomes", {"n": 99, "needed": 1000})
    assert said(reason) == "Only 99 people have the rarer of the two outcomes where 1,000 are needed."
    assert "1\u202f000" in said(reason, "fr")
    assert "AUC 0.613" in said(Reason("arm_is_told", {"arm": "mail", "auc": 0.6129, "p": 0.0}))


@pytest.mark.parametrize(("ready", "text"), [(date(2026, 7, 1), "possible from"), (DAY, "There are enough since")])
def test_what_was_to_come_has_come(ready: date, text: str) -> None:
    assert text in said(Reason("history", {"days": 1, "needed": 2, "ready": ready}))


def test_a_text_and_an_unknown_code_are_told_as_they_are() -> None:
    assert said("no wind") == "no wind"
    assert said(Reason("windless", {"n": People(30)})) == "windless, n = 30"


def test_few_people_are_not_told() -> None:
    assert "5" not in said(Reason("few_people", {"n": People(5), "needed": 100})).replace("100", "")
