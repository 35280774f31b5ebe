"""Stored training sets as rows, cards and a warning; read without a JVM."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, store_rows
from models.training_sets.shown import APRIL, CARD, JANUARY, JUNE
from models.training_sets.test_stored import store_set

from segspark.config.models import Workspace
from segspark.errors import DamagedFile, GateClosed, UnknownName
from segspark.features.catalogue import build_catalogue
from segspark.query.training_sets import card_of, leakage_of, rows_of, stored_sets
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

FEATURES = gold.FEATURES.with_columns(build_catalogue((7, 30, 90, 365)).stored_columns())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    store_set(Lake(workspace.lake), CARD)
    return workspace


def test_sets_are_listed_with_their_outcome_cuts_and_base_rate(workspace: Workspace) -> None:
    (row,) = stored_sets(workspace)
    assert row == {
        "dataset_id": "abc", "outcome": "no_order_90d", "as_of": JUNE, "first_cut": JANUARY, "last_cut": APRIL,
        "columns": 3, "rows": 100, "base_rate": 0.4,
    }  # fmt: skip


def test_rows_have_a_column_for_each_feature_and_missing_values_are_null(workspace: Workspace) -> None:
    store_set(Lake(workspace.lake), replace(CARD, dataset_id="other"))
    rows = rows_of(workspace, "abc").to_pylist()
    keys = ("person_id", "cut_date", "role", "label", "n_order_30d", "last_order_date", "top_category_365d=hats")
    assert sorted((tuple(row.values()) for row in rows), key=str) == [
        ("ann", JANUARY, "train", 1, 2.0, 10.0, 0.0),
        ("bob", APRIL, "validate", 0, 0.0, None, 1.0),
    ]
    assert {tuple(row) for row in rows} == {keys}


def test_another_id_is_answered_with_what_there_is(workspace: Workspace) -> None:
    assert card_of(workspace, "abc") == CARD
    for ask in (card_of, rows_of, leakage_of):
        with pytest.raises(UnknownName, match=r"There is no training set 'abd'\. Did you mean abc\?"):
            ask(workspace, "abd")


def test_a_damaged_file_gives_no_rows(workspace: Workspace) -> None:
    folder = Path(str(workspace.lake)) / "gold" / "training_sets"
    file = max(folder.rglob("*.parquet"))
    content = file.read_bytes()
    file.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(DamagedFile):
        rows_of(workspace, "abc")


def test_leakage_is_seen_where_a_value_is_taken_after_the_label(workspace: Workspace) -> None:
    lake = Lake(workspace.lake)
    # At the newest cut: ann has the label and bob has not. Both columns of numbers say nothing at the cut.
    for who, label in (("ann", 1), ("eve", 0)):
        row = {"person_id": who, "cut_date": APRIL, "role": "validate", "label": label, "values": [5.0, 9.0, None]}
        store_rows(lake, gold.TRAINING_SETS, {"dataset_id": "abc", **row})
    for who, orders, last in (("ann", 0, date(2026, 3, 1)), ("bob", 2, date(2026, 5, 1)), ("eve", 1, date(2026, 4, 2))):
        store_rows(
            lake, FEATURES, {"person_id": who, "as_of_date": JUNE, "n_order_30d": orders, "last_order_date": last}
        )
        store_rows(lake, gold.PEOPLE, {"person_id": who, "as_of_date": JUNE})
    rows = {row["column"]: row for row in leakage_of(workspace, "abc")}
    # By hand: at the cut ann's 5 beats bob's 0 and equals eve's 5: .75. Later nobody without an order is wrong.
    assert (rows["n_order_30d"]["auc_at_cut"], rows["n_order_30d"]["auc_later"]) == (0.75, 1.0)
    assert rows["last_order_date"]["auc_later"] == 1.0
    assert rows["top_category_365d=hats"]["auc_later"] == 0.5


def test_without_a_later_day_leakage_cannot_be_shown(workspace: Workspace) -> None:
    with pytest.raises(GateClosed, match="No features are stored of a day after 2026-04-01"):
        leakage_of(workspace, "abc")
    store_rows(Lake(workspace.lake), FEATURES, {"person_id": "ann", "as_of_date": JUNE})
    with pytest.raises(GateClosed, match=r"gold\.people has no rows of 2026-06-30"):
        leakage_of(workspace, "abc")


def test_reading_imports_no_spark(workspace: Workspace) -> None:
    code = (
        "import sys; from pathlib import Path; from segspark.app.workspace import open_workspace; "
        "from segspark.query.training_sets import card_of, rows_of; from segspark.app.training_set import make_training_set; "
        f"w = open_workspace(Path({str(workspace.folder)!r})); card_of(w, 'abc'); rows_of(w, 'abc'); "
        "print(sorted({'pyspark', 'mlflow', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
