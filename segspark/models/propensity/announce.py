"""From what trees say to the probability that is announced: blended with a simpler model where that helps, calibrated."""

from dataclasses import dataclass

import numpy as np

from segspark.models.evaluate.blend import blended, fit_blend
from segspark.models.evaluate.calibration import calibrated, fit_calibration
from segspark.models.evaluate.judgement import Blend, CalibrationMap
from segspark.models.evaluate.probabilities import losses
from segspark.models.propensity.judged import Scored

STRAIGHT = CalibrationMap((0.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True)
class Announcement:
    """Attributes:
    blend: None where trees speak alone.
    calibration: of the blend's probabilities, or of the trees'.
    """

    blend: Blend | None
    calibration: CalibrationMap

    def of(self, scored: Scored) -> np.ndarray:
        """The probability of each person."""
        p = scored.p if self.blend is None or scored.beside is None else blended(self.blend, scored.p, scored.beside)
        return calibrated(self.calibration, p)


def fit_announcement(scored: Scored) -> Announcement:
    """Fitted on people whom the trees have not seen."""
    blend = None if scored.beside is None else fit_blend(scored.p, scored.beside, scored.y)
    if blend is None or scored.beside is None:
        return Announcement(None, fit_calibration(scored.p, scored.y))
    p = blended(blend, scored.p, scored.beside)
    # The weights of a blend are fitted to the outcome, so it may be right already, and a curve would only follow chance.
    return Announcement(blend, fit_calibration(p, scored.y) if _gains_by_a_curve(p, scored.y) else STRAIGHT)


def _gains_by_a_curve(p: np.ndarray, y: np.ndarray) -> bool:
    """Whether a curve fitted to one half of the people is better for the other half."""
    half, curved = np.arange(len(p)) % 2, np.empty(len(p))
    for one in (0, 1):
        curved[half == one] = calibrated(fit_calibration(p[half != one], y[half != one]), p[half == one])
    return bool(losses(curved, y).mean() < losses(p, y).mean())


def crossfitted(scored: Scored) -> np.ndarray:
    """Each person's probability as announced by what the people of the other folds give."""
    made = np.empty(len(scored.p))
    for one in np.unique(scored.fold):
        here = scored.fold == one
        made[here] = fit_announcement(scored.part(~here)).of(scored.part(here))
    return made
