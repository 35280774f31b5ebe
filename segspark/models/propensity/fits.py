"""The fits of a training, and what a fit announces of people whom neither it nor its calibration has seen.

Three fits, each knowing what was known on some day. The one that is judged knows what was known on the day of the
validation cut; the one before it calibrates that one, as of the training cut before; the one that is published knows
all cuts whose label is known today.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
from pyspark.sql import DataFrame

from segspark.models.evaluate.judgement import HELD_OUT, NEXT_CUT
from segspark.models.propensity.announce import Announcement, crossfitted, fit_announcement
from segspark.models.propensity.baselines import Fit
from segspark.models.propensity.config import Propensity
from segspark.models.propensity.fit import Trees, fit_trees, scored_by
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.judged import Scored, read_scored
from segspark.models.propensity.outcome import Window

# Rows of gold.training_sets -> the same with p and fold, as fit.scored_by gives them.
Scorer = Callable[[DataFrame], DataFrame]


@dataclass(frozen=True)
class Announced:
    """Attributes:
    judged: people of the validation cut with what a model that has not seen them says.
    p: the calibrated probabilities of these people.
    how: NEXT_CUT or HELD_OUT.
    seconds: what its fits and scores took, beside whatever else ran.
    """

    judged: Scored
    p: np.ndarray
    how: str
    seconds: float


@dataclass(frozen=True)
class Fits:
    """Attributes:
    published: the model that scores people.
    announcement: from what it says to what is announced.
    announced: of the people who are judged.
    """

    published: Trees
    announcement: Announcement
    announced: Announced


def fit_all(frozen: Frozen, window: Window, config: Propensity, other: Fit | None) -> Fits:
    """
    Args:
        other: a simpler model that may be blended with the trees.
    """

    def fit(cuts: Sequence[date]) -> Scorer:
        return scorer(fit_trees(frozen.rows, cuts, frozen.of(cuts), config))

    announced = announce(frozen, window, config, other, fit)
    cuts = frozen.cuts.all
    published = fit_trees(frozen.rows, cuts, frozen.of(cuts), config)
    return Fits(published, fit_announcement(announced.judged), announced)


def announce(
    frozen: Frozen, window: Window, config: Propensity, other: Fit | None, fit: Callable[[Sequence[date]], Scorer]
) -> Announced:
    """What trees announce of the people of the validation cut: fitted, blended and calibrated on the days before.

    Args:
        fit: to some cuts, whatever trees they are.
    """
    cuts, start = frozen.cuts, time.perf_counter()
    judged = scored_at(frozen, cuts.validate, fit(cuts.train), other)
    before = cuts.before_calibration(window)
    if before and frozen.of(before) >= config.min_people:
        earlier = scored_at(frozen, cuts.calibrate, fit(before), other)
        p, how = fit_announcement(earlier).of(judged), NEXT_CUT
    else:
        p, how = crossfitted(judged), HELD_OUT
    return Announced(judged, p, how, time.perf_counter() - start)


def scorer(trees: Trees) -> Scorer:
    return partial(scored_by, trees.model)


def scored_at(frozen: Frozen, cut: date, scored: Scorer, other: Fit | None) -> Scored:
    """The people of a cut, a bounded sample on the driver (``judged.read_scored``)."""
    found = read_scored(scored(frozen.at(cut)), frozen.all_inputs, frozen.n_rows[cut])
    return found if other is None else replace(found, beside=other.predict(found.sample))
