"""The page of a card: whole, in both languages, without the network, and the same for the same version."""

import re
from typing import Any

import pytest
from reports.card_samples import CLOSED, PLACE, churn, groups, value

from segspark.models.clustering.card import clustering_card
from segspark.models.propensity.card import propensity_card
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.value.card import value_card
from segspark.models.version import Version
from segspark.reports.card.render import render_card
from segspark.reports.data import Language

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def cards(version: Version[Any]) -> Any:
    if version.name.endswith("behaviour"):
        return clustering_card(version)
    return value_card(version) if version.name.endswith("value") else propensity_card(NO_ORDER, version)


def page(version: Version[Any], language: Language = "en") -> str:
    return render_card(version, cards(version), PLACE, language)


VERSIONS = [
    churn(), churn(gates=CLOSED, moves=()), churn(documents=None, record={}, data={}, decision={}), groups(),
    groups(documents=None), value(), value(documents=None, record={}),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_card_is_whole_and_asks_nothing_of_the_network(version: Version[Any], language: Language) -> None:
    html = page(version, language)
    assert f'<html lang="{language}">' in html
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", html)
    # No text is left unfilled, and no value is shown as Python would.
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    assert not re.search(r"[{}]|None|nan\b|dataclass|Said\(", body)
    # Each drawing has a name of its own.
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("version", VERSIONS)
def test_french_punctuation_does_not_break(version: Version[Any]) -> None:
    body = re.sub(r"<[^>]+>", "\n", re.sub(r"<style>.*?</style>", "", page(version, "fr"), flags=re.S))
    assert not re.search(r"\w [;:!?%»]", body)


def test_the_languages_say_the_same_parts() -> None:
    french, english = page(churn(), "fr"), page(churn())
    for tag in ("<section", "<tr", "<svg", "<li", "<dt"):
        assert french.count(tag) == english.count(tag)
    assert "La version 2 est en service depuis le 1er juin 2026." in french
    assert "Version 2 is in use since 1 June 2026." in english


def test_equal_versions_give_equal_pages() -> None:
    assert page(churn()) == page(churn())


def test_small_groups_are_hidden() -> None:
    # 112 of 114 people were found rightly: two were not.
    assert "&lt;\u00a020" in page(churn())


def test_the_chosen_row_is_marked() -> None:
    marked = re.findall(r'<tr class="chosen"><th scope="row">([^<]*)', page(churn()))
    assert marked == ["everybody"]
    assert re.findall(r'<tr class="chosen"><th scope="row">([^<]*)', page(groups())) == ["4"]


def test_a_name_from_outside_cannot_become_markup() -> None:
    hostile = churn(record={"dataset_id": "<img onerror=1>", "population": "<b>"})
    assert "<img" not in page(hostile)
    assert "&lt;img" in page(hostile)
