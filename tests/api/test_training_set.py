"""A training set from Python: found without Spark, made only where that is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from api.tiny import SECOND, tiny
from builders import store_rows
from models.training_sets.shown import CARD
from models.training_sets.test_stored import record_set

import segspark
from segspark.api.training_set import TrainingSet
from segspark.app import training_set as making
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.duck.only_by_spark import OnlyBySpark
from segspark.errors import GateClosed
from segspark.features.feature import Catalogue
from segspark.features.resources import load_catalogue
from segspark.models.training_sets.asked import ask, roles_of
from segspark.models.training_sets.card import CardColumn, CardCut
from segspark.models.training_sets.identity import ASK, dataset_id_of
from segspark.pipeline.runs import record
from segspark.pipeline.view import look
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

CUTS = [SECOND - timedelta(days=days) for days in (270, 180, 90)]
NAMES = ("n_order_365d", "days_since_order")
# ann and joe are with the label, bob and eve without it.
LABELS = {"ann": 0, "bob": 1, "joe": 0, "eve": 1}


def store_training_set(workspace: Workspace, cuts: Sequence[date], features: Sequence[str] | None) -> str:
    """The set of a request, as a flow would have stored it: at each cut everybody with the same values."""
    lake, catalogue = Lake(workspace.lake), load_catalogue(workspace)
    history = gold.ACTIVITY_DAILY.with_columns(catalogue.tile_columns())
    store_rows(lake, history, {"person_id": "ann", "activity_date": SECOND - timedelta(days=400)})
    record(lake, run_id="published", flow="daily", as_of=SECOND, state="done", outputs={})
    view = look(ASK, workspace, lake, SECOND)
    asked = ask("no_order_90d", cuts, features, catalogue, workspace)
    roles = roles_of(asked.cuts, asked.window)
    columns = tuple(column_of(name, catalogue) for name in asked.features)
    dataset_id = dataset_id_of(asked, view)
    rows = [
        {"dataset_id": dataset_id, "person_id": f"{who}", "cut_date": cut, "role": roles[cut], "label": label,
         "values": [1.0] * len(columns)}
        for cut in cuts for who, label in LABELS.items()
    ]  # fmt: skip
    store_rows(lake, gold.TRAINING_SETS, *rows)
    of_cuts = tuple(CardCut(cut, roles[cut], len(LABELS), 2) for cut in sorted(cuts))
    record_set(lake, replace(CARD, dataset_id=dataset_id, cuts=of_cuts, columns=columns, as_of=SECOND))
    return dataset_id


def column_of(name: str, catalogue: Catalogue) -> CardColumn:
    dates = {c.name for c in catalogue.stored_columns() if c.type == "date"}
    return CardColumn(name, name, "date" if name in dates else "number", "", name, "", 0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny(tmp_path_factory.mktemp("set") / "w", least=3)
    store_training_set(open_workspace(folder, {}), CUTS, NAMES)
    return folder


@pytest.fixture
def training(folder: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingSet:
    def fail(*given: Any) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(making, "_made", fail)
    return segspark.open(folder).training_set("no_order_90d", [str(cut) for cut in CUTS], NAMES, make=True)


def test_a_stored_set_is_found_and_not_made_again(training: TrainingSet, folder: Path) -> None:
    found = segspark.open(folder).training_set("no_order_90d", cuts=CUTS, features=NAMES)
    assert found.card == training.card
    assert [(cut.cut, cut.role) for cut in found.cuts] == [
        (CUTS[0], "train"),
        (CUTS[1], "train"),
        (CUTS[2], "validate"),
    ]
    rows = found.to_arrow()
    assert rows.column_names == ["person_id", "cut_date", "role", "label", *NAMES]
    assert rows.num_rows == 12


def test_another_one_is_made_only_where_that_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = segspark.open(folder)
    with pytest.raises(OnlyBySpark, match=r"not stored yet\. Ask with make=True"):
        ws.training_set("no_order_90d", CUTS[:2], NAMES)
    asked: list[Any] = []
    monkeypatch.setattr(making, "_made", lambda workspace, request, *more: asked.append(request.cuts) or CARD)
    assert ws.training_set("no_order_90d", CUTS[:2], NAMES, make=True).card == CARD
    assert asked == [tuple(CUTS[:2])]
    with pytest.raises(GateClosed, match="which is the latest possible one"):
        ws.training_set("no_order_90d", [SECOND])


def test_what_is_shown_is_rounded(training: TrainingSet) -> None:
    # 12 rows are to the nearest multiple of six 12; four at a cut are six, of which two with the label are hidden.
    assert repr(training).endswith("3 cuts 2025-08-08 to 2026-02-04: 12 rows × 2 columns)")
    html = training._repr_html_()
    assert ">6<" in html
    assert ">–<" in html
    assert ">4<" not in html
    assert "no order within the next 90 days" in html


def test_leakage_is_what_today_knows(training: TrainingSet) -> None:
    leakage = training.leakage()
    days, orders = sorted(leakage.columns, key=lambda column: column.column)
    # Orders of today: ann 3 and joe 5 without the label, bob 2 and eve 0 with it.
    assert (orders.auc_at_cut, orders.auc_later, orders.difference) == (0.5, 1.0, 0.5)
    # Days of today: 10 and 90 against 40 and none, which ranks below all: three of four pairs.
    assert days.auc_later == 0.75
    assert leakage.columns[0] == orders
    assert leakage.to_arrow()["column"].to_pylist() == ["n_order_365d", "days_since_order"]
    assert repr(leakage) == "Leakage(2 columns, at most n_order_365d by 0.50)"
    assert "1.00" in leakage._repr_html_()
    (axes,) = leakage.plot().figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.5, 1.0, 0.75]
