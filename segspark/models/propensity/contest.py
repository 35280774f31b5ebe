"""The contest of a new model with the one in use: both announce the outcome of the same people, whom neither has seen.

A version that knows no day of the validation window announces it itself. One that was trained later has seen what it would
have to announce: in its place stands a model that is fitted as it was, with its own recorded settings, to the cuts that the
challenger was fitted to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Mlflow
from segspark.models.evaluate.bootstrap import bootstrap_mean
from segspark.models.evaluate.probabilities import losses
from segspark.models.promotion import Contest
from segspark.models.propensity.announce import crossfitted
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.draws import fold
from segspark.models.propensity.fit import CALIBRATED, fit_trees, probability, scored_by
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.judged import Scored, read_scored
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.training_set import known_of
from segspark.models.tracking import Loaded, read_inputs, read_params

# What decides how a model is fitted to given rows.
FITTED_BY = ("max_iter", "max_depth", "step_size", "seed", "max_training_rows", "n_training_cuts", "cut_step_days")
# The parameter that says what is blended with the trees.
BLENDS = "blended_with"
# The label of a model; another one answers another question.
ASKED = ("measure", "is_absence", "label_days", "gap_days", "population")


@dataclass(frozen=True)
class Entrant:
    """The challenger.

    Attributes:
        judged: the people of the validation cut, with what it says of them.
        params: as they will be logged.
    """

    frozen: Frozen
    judged: Scored
    window: Window
    config: Propensity
    params: Mapping[str, str]
    mlflow: Mlflow


def contest(challenger: Entrant, champion: Loaded) -> Contest | None:
    """Both on the people of the challenger's validation cut; None if the version in use answers another question, or
    looks at inputs that the challenger has not."""
    record = read_params(challenger.mlflow, champion.tags["run_id"])
    if any(record.get(key) != challenger.params[key] for key in ASKED):
        return None
    frozen, judged = challenger.frozen, challenger.judged
    ours = crossfitted(judged)
    has_seen = _has_seen(champion, challenger)
    if has_seen and _is_fitted_alike(record, challenger.params):
        theirs = ours
    elif has_seen:
        twin = _as_recorded(challenger.config, record)
        cuts = frozen.cuts.train[-twin.n_training_cuts :]
        scored = scored_by(fit_trees(frozen.rows, cuts, frozen.of(cuts), twin).model, frozen.at(frozen.cuts.validate))
        theirs = _calibrated(scored, challenger, judged.beside if record.get(BLENDS) else None)
    else:
        names = [i.name for i in frozen.all_inputs]
        inputs = read_inputs(challenger.mlflow, champion)
        if not set(inputs) <= set(names) or (record.get(BLENDS) and not frozen.beside):
            return None
        said = announced(champion.model, frozen.at(frozen.cuts.validate), names)
        theirs = _calibrated(said, challenger, None)
    return contest_of(ours, theirs, judged.y)


def contest_of(challenger: np.ndarray, champion: np.ndarray, y: np.ndarray) -> Contest:
    """The difference of two announcements of the same people, with its interval by people drawn with replacement."""
    ours, theirs = losses(challenger, y), losses(champion, y)
    difference = bootstrap_mean(ours - theirs)
    return Contest(len(y), float(ours.mean()), float(theirs.mean()), difference.low, difference.high)


def _has_seen(champion: Loaded, challenger: Entrant) -> bool:
    """Whether the version in use was trained with days of the validation window."""
    cut, window = challenger.frozen.cuts.validate, challenger.window
    return date.fromisoformat(champion.tags["label_end_date"]) > window.begin(cut)


def _is_fitted_alike(record: Mapping[str, str], params: Mapping[str, str]) -> bool:
    """Versions of earlier releases blended nothing."""
    alike = all(record.get(key) == params[key] for key in FITTED_BY)
    return alike and record.get(BLENDS, "") == params[BLENDS]


def _as_recorded(config: Propensity, record: Mapping[str, str]) -> Propensity:
    """The settings of a version; what an earlier release did not record is as today."""
    known = {key: record[key] for key in FITTED_BY if key in record}
    return type(config).model_validate({**config.model_dump(), **known})


def _calibrated(scored: DataFrame, challenger: Entrant, beside: np.ndarray | None) -> np.ndarray:
    """Calibrated as the challenger is, so that a season which neither knew is no difference between them.

    Args:
        beside: what the simpler model says of the same people, if it is to be blended in.
    """
    frozen = challenger.frozen
    found = read_scored(scored, frozen.all_inputs, frozen.n_rows[frozen.cuts.validate])
    return crossfitted(replace(found, beside=beside))


def announced(model: PipelineModel, rows: DataFrame, names: list[str]) -> DataFrame:
    """What a version says of frozen rows: all its stages but those that fill the inputs."""
    known = known_of(rows)
    frame = rows.withColumns({f"x_{name}": known[at] for at, name in enumerate(names)})
    # The first statement fills the inputs; those of frozen rows are filled.
    for stage in model.stages[1:] if isinstance(model.stages[0], SQLTransformer) else model.stages:
        frame = stage.transform(frame)
    p = F.col(CALIBRATED) if CALIBRATED in frame.columns else probability()
    return frame.select("person_id", "label", fold(), p.alias("p"), known.alias("inputs"))
