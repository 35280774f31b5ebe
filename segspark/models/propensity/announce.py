"""From what trees say to the probability that is announced: blended with a simpler model where that helps, calibrated."""

from dataclasses import dataclass

import numpy as np

from segspark.models.evaluate.blend import blended, fit_blend
from segspark.models.evaluate.calibration import calibrated, fit_calibration
from segspark.models.evaluate.judgement import Blend, CalibrationMap
from segspark.models.propensity.judged import Scored


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
    p = scored.p if blend is None or scored.beside is None else blended(blend, scored.p, scored.beside)
    return Announcement(blend, fit_calibration(p, scored.y))


def crossfitted(scored: Scored) -> np.ndarray:
    """Each person's probability as announced by what the people of the other folds give."""
    made = np.empty(len(scored.p))
    for one in np.unique(scored.fold):
        here = scored.fold == one
        made[here] = fit_announcement(scored.part(~here)).of(scored.part(here))
    return made
