"""Cards are found beside the sets that are still there."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from builders import make_workspace, store_rows
from models.training_sets.shown import APRIL, CARD, JANUARY, JUNE

from segspark.models.training_sets.card import SetCard
from segspark.models.training_sets.identity import ASK
from segspark.models.training_sets.stored import CARD as OUTPUT
from segspark.models.training_sets.stored import NAME, cards
from segspark.pipeline.runs import record
from segspark.pipeline.view import look
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake


def record_set(lake: Lake, card: SetCard) -> None:
    """The run that made a set."""
    outputs = {"dataset_id": card.dataset_id, OUTPUT: card.as_dict()}
    record(lake, run_id=card.dataset_id, flow=NAME, as_of=JUNE, state="done", inputs={}, outputs=outputs)


def store_set(lake: Lake, card: SetCard) -> None:
    """Two rows of a set of the shown card's columns, and the run that made it."""
    who = [("ann", JANUARY, "train", 1, [2.0, 10.0, 0.0]), ("bob", APRIL, "validate", 0, [0.0, None, 1.0])]
    for person, cut, role, label, values in who:
        row = {"person_id": person, "cut_date": cut, "role": role, "label": label, "values": values}
        store_rows(lake, gold.TRAINING_SETS, {"dataset_id": card.dataset_id, **row})
    record_set(lake, card)


def test_the_newest_comes_first_and_a_set_without_rows_is_left_out(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    assert cards(look(ASK, workspace, lake)) == {}
    newer, lost = replace(CARD, dataset_id="new"), replace(CARD, dataset_id="lost")
    for card in (CARD, newer):
        store_set(lake, card)
    record_set(lake, lost)
    found = cards(look(ASK, workspace, lake))
    assert list(found) == ["new", "abc"]
    assert found["abc"] == CARD
    assert found["new"].cuts[0].cut == date(2026, 1, 1)


def test_a_set_that_a_training_made_has_no_card(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    store_rows(lake, gold.TRAINING_SETS, {"dataset_id": "of churn", "person_id": "ann"})
    assert cards(look(ASK, workspace, lake)) == {}
