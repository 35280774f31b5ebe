"""The same request on the same tables has the same id, and another one has another."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, store_rows

from segspark.config.models import Workspace
from segspark.features.resources import CATALOGUE
from segspark.models.training_sets.asked import Asked, ask
from segspark.models.training_sets.identity import ASK, dataset_id_of, versions_read
from segspark.pipeline.view import View, look
from segspark.tables.contracts import silver
from segspark.tables.lake import Lake

CUT, DAY = date(2026, 1, 1), date(2026, 6, 1)


def asked_in(view: View, word: str = "no_order_90d", features: tuple[str, ...] = ("n_order_30d",)) -> Asked:
    return ask(word, [CUT], features, view.context[CATALOGUE], view.settings)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def test_a_request_has_one_id_until_a_table_it_reads_is_written(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    view = look(ASK, workspace, lake, DAY)
    before = dataset_id_of(asked_in(view), view)
    assert dataset_id_of(asked_in(view), look(ASK, workspace, lake, DAY)) == before
    store_rows(lake, silver.CONSENTS, {"purpose": "profiling", "value": "withdrawn"})
    after = look(ASK, workspace, lake, DAY)
    assert versions_read(after)["silver.consents"] is not None
    assert dataset_id_of(asked_in(after), after) != before


def test_all_that_rows_follow_from_is_in_the_id(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    view = look(ASK, workspace, lake, DAY)
    asked = asked_in(view)
    others = [
        asked_in(view, "no_order_60d"), asked_in(view, "order_90d"), asked_in(view, features=("n_order_90d",)),
        replace(asked, cuts=(CUT, date(2026, 1, 2))), replace(asked, active_days=30),
    ]  # fmt: skip
    consent = workspace.consent.model_copy(update={"assumed": ()})
    settings = workspace.model_copy(update={"consent": consent})
    ids = [
        dataset_id_of(asked, view), *(dataset_id_of(other, view) for other in others),
        dataset_id_of(asked, view.on(date(2026, 6, 2))), dataset_id_of(asked, look(ASK, settings, lake, DAY)),
    ]  # fmt: skip
    assert len(set(ids)) == len(ids)
