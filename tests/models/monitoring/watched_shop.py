"""The Monday shop with a churn model that was trained four weeks ago, and has scored that day and today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from builders import rows_of, step_of, with_model
from lakes import Lakes
from monday_shop import DAY, MONDAYS, order_days

from segspark.app.train import TRAIN, _registered
from segspark.config.models import Workspace
from segspark.features.flow import FEATURES_BACKFILL
from segspark.models.model import Fitted
from segspark.models.monitoring.flow import MONITORING
from segspark.models.propensity.model import CHURN
from segspark.pipeline.flow import Request
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Pseudonymiser, load_key
from segspark.scoring.flow import SCORES
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake

ONE = timedelta(days=1)
LABEL = 28
# A Monday; its label window ends today.
PAST = DAY - LABEL * ONE
SCORE = f"churn_{LABEL}d"
CONFIG: dict[str, Any] = {
    "label_days": LABEL, "min_history_days": 28, "min_people": 40, "min_class": 10, "max_iter": 6, "max_depth": 3,
    "n_training_cuts": 3, "max_calibration_error": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class WatchedShop:
    workspace: Workspace
    lake: SparkLake
    model_version: str

    def monitor(self, day: date = DAY, workspace: Workspace | None = None) -> dict[str, Any]:
        return run_flow(MONITORING, workspace or self.workspace, self.lake, day)

    @property
    def performance(self) -> list[dict[str, Any]]:
        return rows_of(self.lake, gold.MODEL_PERFORMANCE)

    def drift(self, day: date = DAY) -> dict[tuple[str, str], dict[str, Any]]:
        return {(r["kind"], r["name"]): r for r in rows_of(self.lake, gold.MODEL_DRIFT, day)}

    @cached_property
    def names(self) -> dict[str, str]:
        """Person -> name."""
        pseudonyms = Pseudonymiser(load_key(self.workspace.keys.environment, self.workspace.keys.file))
        return {pseudonyms.identifier_id("email", f"{who}@example.com") or "": who for who in order_days()}

    def announced(self, day: date) -> Iterator[tuple[str, float]]:
        """Name and probability of everybody scored on a day."""
        for row in rows_of(self.lake, gold.SCORES, day):
            if row["score"] == SCORE:
                yield self.names[row["person_id"]], row["value"]


def ordered_nothing(who: str, day: date) -> bool:
    """Whether somebody ordered nothing in the window after a day."""
    return not any(day <= at < day + LABEL * ONE for at in order_days()[who])


def watched_shop(lakes: Lakes, folder: Path) -> WatchedShop:
    workspace, lake = lakes.copy(MONDAYS, folder)
    run_flow(FEATURES_BACKFILL, workspace, lake, PAST, request=Request(days=(PAST,)))
    trained = with_model(workspace, CHURN, **CONFIG)
    fitted = CHURN.train(step_of(TRAIN, trained, lake, PAST), ())
    assert isinstance(fitted, Fitted), fitted
    opened = Fitted(**{**fitted.__dict__, "gates": ()})
    name = f"{workspace.name}_{CHURN.name}"
    version = _registered(step_of(TRAIN, workspace, lake, PAST), name, CHURN, opened)
    for day in (PAST, DAY):
        run_flow(SCORES, workspace, lake, day)
    return WatchedShop(workspace, lake, f"{name}/{version}")
