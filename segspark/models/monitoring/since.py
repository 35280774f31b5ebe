"""What a model has shown since its training, for pages and the command line: from two small tables, without Spark."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from segspark.config.models import Monitoring
from segspark.models.monitoring.reference import SCORE, STEADY
from segspark.pipeline.view import View
from segspark.tables.contracts import gold

# Windows of a week each: what is shown is the last month.
MOST_ENDED = 4


@dataclass(frozen=True)
class Ended:
    """A window that has ended: columns of gold.model_performance."""

    as_of_date: date
    n_people: int
    base_rate: float
    base_rate_low: float
    base_rate_high: float
    trained_rate: float | None
    roc_auc: float
    roc_auc_low: float
    roc_auc_high: float
    log_loss: float
    calibration_excess: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Ended":
        return cls(**{f.name: row[f.name] for f in fields(cls)})

    def has_changed(self, most: float) -> bool:
        """Whether the share of people with the outcome is another one than at the training: by more than is allowed, and
        by more than chance gives."""
        if self.trained_rate is None or self.base_rate_low <= self.trained_rate <= self.base_rate_high:
            return False
        return abs(self.base_rate - self.trained_rate) >= most


@dataclass(frozen=True)
class Moved:
    """An input or score of which today's people differ from those of the training.

    Attributes:
        level: look or alarm.
    """

    name: str
    is_score: bool
    psi: float
    level: str


@dataclass(frozen=True)
class SinceTraining:
    """Attributes:
    ended: the newest first.
    moved: the largest first.
    n_compared: inputs and scores that were compared with those of the training on the day.
    first_end: before this day no window of the version's scores has ended.
    most: how much the share of people with the outcome may change.
    """

    ended: tuple[Ended, ...]
    moved: tuple[Moved, ...]
    n_compared: int
    first_end: date
    most: float

    @property
    def changed(self) -> Ended | None:
        """The newest window, if another share of its people than of those of the training had the outcome."""
        return next((e for e in self.ended[:1] if e.has_changed(self.most)), None)


def since_training(
    view: View, model: str, model_version: str, first_end: date, day: date, config: Monitoring
) -> SinceTraining:
    """What was known on a day.

    Args:
        view: of gold.model_drift and gold.model_performance.
        model: its windows are shown whichever version gave the scores.
        model_version: of the day, ``name/version``.
    """
    rows = view.read_small(gold.MODEL_PERFORMANCE, [("model", "=", model)]).to_pylist()
    ended = sorted((Ended.of(r) for r in rows if r["measured_date"] <= day), key=lambda e: e.as_of_date, reverse=True)
    today = view.read_small(
        gold.MODEL_DRIFT, [("as_of_date", "=", day), ("model_version", "=", model_version)]
    ).to_pylist()
    moved = [Moved(r["name"], r["kind"] == SCORE, r["psi"], r["level"]) for r in today if r["level"] != STEADY]
    largest = sorted(moved, key=lambda m: (-m.psi, m.name))
    return SinceTraining(tuple(ended[:MOST_ENDED]), tuple(largest), len(today), first_end, config.max_rate_change)
