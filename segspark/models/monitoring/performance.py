"""How good announced probabilities were, now that it is known what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.evaluate.bootstrap import bootstrap_mean
from segspark.models.evaluate.judge import judge
from segspark.models.evaluate.judgement import NEXT_CUT
from segspark.models.evaluate.probabilities import squares
from segspark.models.monitoring.labels import with_labels
from segspark.models.monitoring.record import Announced
from segspark.models.propensity.frozen import of_permitting
from segspark.models.propensity.judged import share_of_people
from segspark.pipeline.view import View
from segspark.tables.contracts import gold

# With so many people the interval of an AUC is about a hundredth wide, and its bootstrap takes some seconds.
MOST_PEOPLE = 50_000


@dataclass(frozen=True)
class Stored:
    """Scores of a day, as they were in use.

    Attributes:
        score: as in gold.scores.
        n: people with the score.
    """

    day: date
    score: str
    model_version: str
    n: int


def read_judged(view: View, stored: Stored, announced: Announced) -> tuple[np.ndarray, np.ndarray]:
    """Probability and outcome of the people who still permit profiling: at most about MOST_PEOPLE rows.

    Who has joined another person since is not counted: only the other one's acts go on.
    """
    scores = view.read_day(gold.SCORES, stored.day)
    is_it = (F.col("score") == stored.score) & (F.col("model_version") == stored.model_version)
    scored = scores.where(is_it & F.col("value").isNotNull()).select("person_id", "value")
    chosen: DataFrame = of_permitting(view, scored.where(share_of_people(stored.n, MOST_PEOPLE)))
    rows = with_labels(view, chosen, announced, stored.day).orderBy("person_id").select("value", "label").toPandas()
    return rows["value"].to_numpy(dtype=float), rows["label"].to_numpy(dtype=float)


def row_of(
    stored: Stored, announced: Announced, p: np.ndarray, y: np.ndarray, trained_rate: float | None, measured: date
) -> Mapping[str, Any]:
    """The columns of gold.model_performance that follow from the people judged.

    Args:
        p, y: probability, and 1 for those with the outcome; some have it and some not.
    """
    judged, rate = judge(p, y, {}, NEXT_CUT), bootstrap_mean(y)
    return {
        "model_version": stored.model_version,
        "score": stored.score,
        "as_of_date": stored.day,
        "window_end_date": announced.window.end(stored.day),
        "measured_date": measured,
        "n_people": judged.n,
        "base_rate": rate.value,
        "base_rate_low": rate.low,
        "base_rate_high": rate.high,
        "trained_rate": trained_rate,
        "roc_auc": judged.roc_auc.value,
        "roc_auc_low": judged.roc_auc.low,
        "roc_auc_high": judged.roc_auc.high,
        "log_loss": judged.log_loss.value,
        "calibration_error": judged.calibration.error,
        "calibration_excess": judged.calibration.excess,
        "brier": float(squares(p, y).mean()),
    }


def are_enough(y: np.ndarray, least: int) -> bool:
    """Whether the figures are of no small group: neither of those with the outcome nor of those without."""
    return bool(min(y.sum(), len(y) - y.sum()) >= max(least, 1))
