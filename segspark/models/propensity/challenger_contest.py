"""A challenger in the place of the model's trees: all else is as for them, so that the trees alone are compared."""

import traceback
from collections.abc import Sequence
from datetime import date

from segspark.models.evaluate.judge import judge
from segspark.models.propensity.baselines import Fit
from segspark.models.propensity.challenger import CHALLENGERS
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.fit import of_cuts
from segspark.models.propensity.fits import Announced, Scorer, announce
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.trees_contest import MODEL, TreesContest
from segspark.pipeline.step import Step


def challenger_contest(
    step: Step, frozen: Frozen, window: Window, config: Propensity, other: Fit | None, model: Announced
) -> TreesContest | None:
    """Fit the configured challenger to the rows of the model, and judge it on the people of the model's judgement; None
    without one. If it fails, that is the result: the model does not depend on it.

    Args:
        other: the simpler model that may be blended with the trees, with the challenger's as with the model's.
        model: what the model announces of these people.
    """
    if config.challenger is None:
        return None
    challenger = CHALLENGERS.find(config.challenger)
    if why := challenger.why_not(frozen.rows.sparkSession):
        return TreesContest(challenger.label, why)

    def fit(cuts: Sequence[date]) -> Scorer:
        return challenger.fit(of_cuts(frozen.rows, cuts), frozen.of(cuts), config)

    try:
        theirs = announce(frozen, window, config, other, fit)
        judged = judge(theirs.p, theirs.judged.y, {MODEL: model.p}, theirs.how)
    except Exception as error:
        step.note(traceback.format_exc())
        return TreesContest(challenger.label, "failed", {"error": type(error).__name__})
    return TreesContest(challenger.label, judged=judged, seconds=theirs.seconds, model_seconds=model.seconds)
