"""The top of a card: whether a version is used, since when, why, and what it does not meet."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from reports.card_samples import CLOSED, MOVES, PLACE, churn, groups

from segspark.models.card import Grid, Paragraph
from segspark.models.champions import FORMER, PROMOTED, ROLLED_BACK, Move
from segspark.models.clustering.card import clustering_card
from segspark.models.propensity.card import propensity_card
from segspark.models.propensity.outcomes import NO_ORDER
from segspark.models.version import Version
from segspark.reports.card.cells import text
from segspark.reports.card.verdict import verdict, why
from segspark.reports.formats import Formats
from segspark.reports.page import Page
from segspark.reports.texts import Texts

EN = Page(Formats("en", "EUR"), Texts("en"), PLACE.least)
GATED = {"code": "gates", "values": {"closed": "calibration (0.031, bound 0.02)"}}


def told(version: Version[Any]) -> list[tuple[str, str]]:
    part = verdict(version, propensity_card(NO_ORDER, version))
    return [(text(block.said, EN), block.tone) for block in part.blocks if isinstance(block, Paragraph)]


def by_hand(kind: str, is_forced: bool = False) -> Move:
    return Move(3, date(2026, 7, 1), "2", kind, "ann", "2026-07-01T05:00:00+00:00", "asked for", is_forced)


def test_a_version_in_use_says_since_when_and_until_when() -> None:
    state, reason, ends, gates = told(churn())
    assert state == ("Version 2 is in use since 1 June 2026.", "good")
    assert "On the same 11,440 rows it is better than version 1: the loss differs by −0.0112" in reason[0]
    assert ends[0].startswith("It speaks of no day before 1 June 2026 and expires on 28 November 2026")
    assert gates == ("All 6 requirements are met.", "good")


def test_a_closed_gate_is_named_with_its_figures() -> None:
    state, reason, _, gates = told(churn(moves=MOVES[:1], gates=CLOSED, decision=GATED))
    assert state == ("Version 2 is not in use.", "bad")
    assert reason[0] == "Requirements are not met, so nobody uses it."
    assert gates == (
        "Requirements not met, 1 of 6: Calibration error beyond chance, at most 0.020 (measured: 0.031).", "bad",
    )  # fmt: skip


def test_each_gate_is_a_row() -> None:
    version = churn(gates=CLOSED)
    (grid,) = [b for b in verdict(version, propensity_card(NO_ORDER, version)).blocks if isinstance(b, Grid)]
    assert [text(row[-1], EN) for row in grid.rows] == ["not met", *["met"] * 5]


def test_a_version_that_was_replaced_says_by_which() -> None:
    later = Move(3, date(2026, 7, 1), "4", "trained", "run", "2026-07-01T05:00:00+00:00", "it is better")
    state, *_ = told(churn(moves=(*MOVES, later)))
    assert state == ("Version 2 was in use from 1 June 2026 on; since 1 July 2026 it is version 4.", "")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (PROMOTED, "Put into use by hand by ann: “asked for”."),
        (ROLLED_BACK, "Put into use by hand by ann: “asked for”."),
        (FORMER, "An earlier release put it into use, and kept no reason."),
    ],
)
def test_what_was_done_by_hand_says_who_and_why(kind: str, expected: str) -> None:
    assert text(why(churn(moves=(by_hand(kind),))), EN) == expected


def test_force_is_never_green() -> None:
    state, reason, *_ = told(churn(moves=(by_hand(PROMOTED, is_forced=True),), gates=CLOSED))
    assert state[1] == "bad"
    assert "Requirements that are not met were overruled" in reason[0]


def test_a_model_without_gates_says_what_stands_for_them() -> None:
    version = groups()
    part = verdict(version, clustering_card(version))
    texts = [text(block.said, EN) for block in part.blocks if isinstance(block, Paragraph)]
    assert texts[-1].startswith("Its requirements are about the number of groups")
    assert "does not expire" in texts[2]
    assert told(churn(gates=()))[-1] == ("No requirement with a figure is recorded with this version.", "note")


def test_a_version_that_does_not_expire_says_so() -> None:
    version = churn()
    assert "does not expire" in told(replace(version, registered=replace(version.registered, expires=None)))[2][0]
