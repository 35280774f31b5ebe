"""Cards made from the registry, stored with their runs, and anew where the champion has changed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import make_workspace
from registry import Registry

from segspark.config.models import Workspace
from segspark.errors import CheckFailed
from segspark.models.card import Content
from segspark.models.mlflow_store import store
from segspark.models.propensity.model import CHURN
from segspark.models.registered import record_move, shelf_named
from segspark.models.run_log import DIGEST_OF
from segspark.models.tracking import read_bytes
from segspark.models.version import Version
from segspark.reports.card import made
from segspark.reports.card.made import card_of, store_cards, without_card

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Version 1 is champion from May on, 2 from June on; 3 is not, until the last test."""
    workspace = make_workspace(tmp_path_factory.mktemp("made") / "w")
    registry = Registry(workspace)
    registry.register("churn", MAY, "a")
    registry.register("churn", JUNE, "b")
    registry.register("churn", JULY, "c", champion=False)
    return workspace


def stored(workspace: Workspace, number: str, file: str = "card.html") -> str | None:
    shelf = shelf_named(workspace, "churn")
    run = shelf.tags[number]["run_id"]
    with store(workspace.mlflow) as mlflow:
        files = [a.path for a in mlflow.MlflowClient().list_artifacts(run)]
    return read_bytes(workspace.mlflow, run, file).decode() if file in files else None


def test_both_languages_are_stored_and_are_the_card(workspace: Workspace) -> None:
    store_cards(workspace, CHURN, "2")
    assert stored(workspace, "2") == card_of(workspace, CHURN, "2", "en")
    assert stored(workspace, "2", "card.fr.html") == card_of(workspace, CHURN, "2", "fr")
    assert "Version 2 is in use since 1 June 2026." in (stored(workspace, "2") or "")


def test_the_version_that_was_replaced_says_so_too(workspace: Workspace) -> None:
    store_cards(workspace, CHURN, "2")
    assert "since 1 June 2026 it is version 2" in (stored(workspace, "1") or "")
    # Others are as they were.
    assert stored(workspace, "3") is None


def test_the_digest_of_the_version_does_not_know_of_its_cards(workspace: Workspace) -> None:
    before = shelf_named(workspace, "churn").tags["2"]
    store_cards(workspace, CHURN, "2")
    assert shelf_named(workspace, "churn").tags["2"] == before


def test_a_version_before_whose_files_were_changed_keeps_the_card_it_has(workspace: Workspace) -> None:
    store_cards(workspace, CHURN, "2")
    before, run = stored(workspace, "1"), shelf_named(workspace, "churn").tags["1"]["run_id"]
    with store(workspace.mlflow) as mlflow:
        mlflow.MlflowClient().set_tag(run, f"{DIGEST_OF}notes.json", "another")
        mlflow.MlflowClient().log_text(run, "{}", "notes.json")
    store_cards(workspace, CHURN, "2")
    assert stored(workspace, "1") == before
    with pytest.raises(CheckFailed, match=r"notes\.json"):
        store_cards(workspace, CHURN, "1")


def test_a_card_that_cannot_be_made_leaves_the_version_and_the_other_cards(workspace: Workspace) -> None:
    store_cards(workspace, CHURN, "2")
    before = shelf_named(workspace, "churn")
    had = stored(workspace, "2"), stored(workspace, "1")

    def broken(version: Version[Any]) -> Content:
        assert CHURN.card is not None
        return CHURN.card(version) if version.number == "1" else Content(*[1 / 0])

    failures = store_cards(workspace, replace(CHURN, card=broken), "2")
    assert {number: type(error) for number, error in failures.items()} == {"2": ZeroDivisionError}
    assert without_card(failures) == "the card of version 2 cannot be made (ZeroDivisionError: division by zero)"
    assert shelf_named(workspace, "churn") == before
    # It has the cards that it had, and not one of another time in one of the languages.
    assert (stored(workspace, "2"), stored(workspace, "1")) == had
    assert without_card(store_cards(workspace, CHURN, "2")) == ""


def test_a_card_is_stored_in_both_languages_or_in_none(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_language(version: Any, content: Any, place: Any, language: str) -> str:
        if language == "fr":
            raise KeyError("aucun mot")
        return "in English"

    monkeypatch.setattr(made, "render_card", one_language)
    assert set(store_cards(workspace, CHURN, "3")) == {"3"}
    assert stored(workspace, "3") is None


def test_a_card_follows_what_was_decided_by_hand(workspace: Workspace) -> None:
    store_cards(workspace, CHURN, "3")
    assert "Version 3 is not in use." in (stored(workspace, "3") or "")
    with store(workspace.mlflow) as mlflow:
        record_move(
            mlflow.MlflowClient(), "small_churn", "3", day=JULY, kind="promoted", who="ann", why="asked for"
        )  # fmt: skip
    store_cards(workspace, CHURN, "3")
    assert "Put into use by hand by ann: “asked for”." in (stored(workspace, "3") or "")
    assert "since 1 July 2026 it is version 3" in (stored(workspace, "2") or "")
