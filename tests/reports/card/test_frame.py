"""The parts of a card, from what decides to what only a reviewer asks."""

from typing import Any

from reports.card_samples import churn

from segspark.models.card import Content, Facts, Grid, Part, say
from segspark.models.propensity.card import propensity_card
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.version import Version
from segspark.reports.card.frame import parts_of


def titles(version: Version[Any]) -> list[str]:
    return [part.title.words["en"] for part in parts_of(version, propensity_card(NO_ORDER, version))]


def test_the_verdict_comes_first_and_the_expiry_last() -> None:
    assert titles(churn()) == [
        "Verdict", "What it is for", "Of whom, and of what", "Consent", "Data", "Quality, and beside what is simpler",
        "Reliability of the probabilities", "Where to put the threshold", "By part of the list", "Would more data help?",
        "What weighs most", "Have the inputs moved?", "Limits", "Expiry",
    ]  # fmt: skip


def test_without_documents_what_is_missing_comes_second() -> None:
    found = titles(churn(documents=None))
    assert found[:3] == ["Verdict", "What is missing", "What it is for"]
    assert "Quality, and beside what is simpler" not in found


def test_a_model_that_says_nothing_has_a_card_all_the_same() -> None:
    parts = parts_of(churn(), Content(say("x", "x"), ()))
    assert [part.title.words["en"] for part in parts] == ["Verdict", "Data", "Expiry"]


def data(version: Version[Any]) -> Part:
    return next(p for p in parts_of(version, Content(say("x", "x"), ())) if p.title.words["en"] == "Data")


def test_tables_digest_and_fingerprint_are_named() -> None:
    facts, grid = data(churn()).blocks
    assert isinstance(facts, Facts)
    assert isinstance(grid, Grid)
    assert [row[1].text for row in facts.rows[1:]] == ["a3" * 32, "5e" * 32]  # type: ignore[union-attr]
    assert [(row[0].text, row[1], row[2].n) for row in grid.rows] == [  # type: ignore[union-attr]
        ("gold.training_sets", "7", 53_313), ("silver.consents", "31", 61_204),
    ]  # fmt: skip
    assert not any(isinstance(block, Grid) for block in data(churn(data={})).blocks)
