"""A segment in a few sentences: natural French and English, money in the workspace's currency, and no chance differences."""

from datetime import date
from typing import Any

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.query.summary import condition_text, summarise
from segspark.segments.rules.sql import parse_text
from segspark.segments.rules.tree import Not

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("summary") / "w").model_copy(update={"language": "fr"})


def measured(measure: str, value: float, rest: float, z: float, **more: Any) -> dict[str, Any]:
    # The interval is narrow, so that a difference is sure unless it is said otherwise.
    return {"measure": measure, "value": value, "low": value * 0.9, "high": value * 1.1, "rest_value": rest,
            "p_value": 0.001, "z_score": z, "median": None, "n_people": 40, "members_date": DAY, **more}  # fmt: skip


def segment(*profile: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"segment_id": "x", "scheme": "rfm", "segment_key": "loyal", "name_fr": "Fidèles", "name_en": "Loyal",
            "description": None, "condition": None, "segment_date": DAY, "people": 40, "contactable": 30,
            "profile": list(profile), **more}  # fmt: skip


def lines(workspace: Workspace, *profile: dict[str, Any], **more: Any) -> list[str]:
    # Blanks that do not break are the report's own matter.
    told = summarise(workspace, segment(*profile, **more))
    return [line.replace("\u00a0", " ").replace("\u202f", " ") for line in told]


def test_a_segment_says_what_it_is_how_many_and_what_it_is_worth(workspace: Workspace) -> None:
    spending = measured("net_order_cents_365d", 30_862.5, 10_060, 2.5)
    assert lines(workspace, spending, description="achètent souvent") == [
        "Fidèles (rfm), 1er juin 2026",
        "Achètent souvent.",
        "40 personnes, dont 30 à qui vous pouvez écrire (75 %).",
        # 40 × 308.625 €
        "Dépense nette des 365 derniers jours : 12 345 €, soit 309 € par personne, contre 101 € ailleurs.",
        "Rien ne le distingue nettement du reste de la liste.",
    ]
    assert summarise(workspace, segment(spending), "en")[1:3] == [
        "40 people, 30 of whom may be written to (75%).",
        "Net spending of the last 365 days: €12,345, which is €309 a person, against €101 elsewhere.",
    ]


def test_the_three_furthest_measures_are_told_each_kind_once(workspace: Workspace) -> None:
    told = lines(
        workspace,
        measured("clicked_share_30d", 0.5, 0.04, 4.0),
        measured("clicked_share_90d", 0.6, 0.1, 3.5),
        measured("days_since_order", 20, 250, -3.0, p_value=None),
        measured("avg_order_cents_365d", 11_000, 4_550, 2.0),
        measured("n_order_365d", 2, 1, 1.0),
    )
    assert told[-4:] == [
        "Ce qui le distingue le plus :",
        "  Ont cliqué (30 j) : 50 %, contre 4,0 % ailleurs",
        "  Jours depuis le dernier achat : 20,0, contre 250 ailleurs",
        "  Panier moyen (365 j) : 110 €, contre 46 € ailleurs",
    ]


@pytest.mark.parametrize(
    "chance",
    [{"p_value": 0.06}, {"low": 0.9, "high": 2.1}, {"rest_value": None}, {"z_score": None}, {"value": None}],
    ids=str,
)
def test_what_may_be_chance_or_is_not_known_is_not_told(workspace: Workspace, chance: dict[str, Any]) -> None:
    told = lines(workspace, {**measured("n_order_365d", 2, 1, 5.0), **chance})
    assert told[-1] == "Rien ne le distingue nettement du reste de la liste."


def test_nobody_one_person_and_those_who_permit_nothing_have_sentences_of_their_own(workspace: Workspace) -> None:
    spending = measured("net_order_cents_365d", 0, 100, -1.0)
    assert lines(workspace, spending, people=0)[1:] == ["Personne ce jour-là."]
    assert lines(workspace, people=1, contactable=1)[1] == "1 personne, à qui vous pouvez écrire."
    assert lines(workspace, people=1, contactable=0)[1] == "1 personne, à qui vous ne pouvez pas écrire."
    # No spending is known of them, which is not a spending of nothing.
    assert lines(workspace, spending, segment_key="without:profiling")[2:] == [
        "Sans leur accord, rien de ce qu'elles font n'est mesuré."
    ]


def test_money_of_the_members_of_another_day_says_so(workspace: Workspace) -> None:
    spending = measured("net_order_cents_365d", 100, 100, 0.0, members_date=date(2026, 5, 2), n_people=7)
    assert lines(workspace, spending)[2] == (
        "Dépense nette des 365 derniers jours : 7 €, soit 1 € par personne, contre 1 € ailleurs. "
        "Mesuré sur les membres du 2 mai 2026."
    )


def test_a_condition_stands_where_no_description_is(workspace: Workspace) -> None:
    assert lines(workspace, condition="n_order_365d >= 2")[1] == "Condition : n_order_365d >= 2"


@pytest.mark.parametrize(
    "text", ["n_order_365d >= 2", "n_order_365d >= 2 and country = 'FR'", "(a = 1 or b = 2) and c = 3"]
)
def test_a_condition_is_written_as_it_was(text: str) -> None:
    node = parse_text(text)
    assert condition_text(node) == text
    assert condition_text(Not(node)) == f"not ({text})"
