"""A training set is made once for the same request on the same data, as of the newest published day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_workspace, rows_of
from lakes import Lakes
from monday_shop import DAY, MONDAYS

from segspark.app import training_set
from segspark.app.training_set import make_training_set
from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.pipeline.runs import record, runs_of
from segspark.query.training_sets import card_of
from segspark.query.training_sets import rows_of as rows_of_set
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

CUTS = [str(DAY - timedelta(days=n)) for n in (60, 30)]


@pytest.fixture(scope="module")
def shop(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SparkLake]:
    """Published as of the shop's day."""
    workspace, lake = lakes.copy(MONDAYS, tmp_path_factory.mktemp("sets") / "w")
    record(lake, run_id="published", flow="daily", as_of=DAY, state="done", outputs={})
    return workspace, lake


def test_the_same_request_is_computed_once(shop: tuple[Workspace, SparkLake], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, lake = shop
    card = make_training_set(workspace, "order_30d", CUTS, ["n_order_30d"])
    other = make_training_set(workspace, "order_30d", CUTS, ["n_order_90d"])
    assert other.dataset_id != card.dataset_id
    rows = rows_of(lake, gold.TRAINING_SETS)

    def fail(*given: Any) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(training_set, "_made", fail)
    # Another order of the cuts is the same request.
    assert make_training_set(workspace, "order_30d", CUTS[::-1], ["n_order_30d"]) == card
    assert rows_of(lake, gold.TRAINING_SETS) == rows
    assert len(runs_of(lake).rows("training_set")) == 2
    assert card_of(workspace, card.dataset_id) == card
    assert rows_of_set(workspace, card.dataset_id).num_rows == card.rows > 0


@pytest.mark.parametrize(
    ("outcome", "cut", "features", "error", "said"),
    [
        ("order_30d", str(DAY), None, GateClosed, f"to {DAY - timedelta(days=30)}, which is the latest possible one"),
        ("order_30d", "2026-13-01", None, ConfigError, "no date"),
        ("ordr_30d", CUTS[0], None, ConfigError, r"Did you mean order_30d"),
        ("order_30d", CUTS[0], ["n_ordr_30d"], ConfigError, "Did you mean n_order_30d"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_computed(
    shop: tuple[Workspace, SparkLake], outcome: str, cut: str, features: Any, error: type[Exception], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(training_set, "_made", None)
    with pytest.raises(error, match=said):
        make_training_set(shop[0], outcome, [cut], features)


def test_without_a_published_day_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="No day is published yet"):
        make_training_set(make_workspace(tmp_path / "w"), "order_30d", CUTS)
