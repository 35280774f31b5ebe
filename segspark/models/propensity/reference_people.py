"""The people with whom those of later days are compared: what a model looked at of them, and what it says of them."""

from collections.abc import Sequence

import numpy as np

from segspark.models.monitoring.binning import bins_of_people
from segspark.models.monitoring.reference import Reference
from segspark.models.propensity.baselines import Sample
from segspark.models.propensity.inputs import CALENDAR, Input
from segspark.models.propensity.outcome import Outcome


def reference_of(outcome: Outcome, inputs: Sequence[Input], judged: Sample, p: np.ndarray) -> Reference:
    """Bins of the people of the validation cut.

    They are the newest ones whose outcome is known, and the figures of the version were measured on them; older cuts are
    of other seasons, and of a shorter history. Inputs of the calendar are equal for everybody on a day, so that the day
    after differs from it as it should: they are not compared.

    Args:
        p: what the published version says of them. It has learnt from these people, so it is somewhat surer of them than
            of others; the version that was judged has other trees and another calibration, whose scores differ more.
    """
    watched = [i for i in inputs if i.name not in CALENDAR]
    return Reference(
        len(judged.y),
        float(judged.y.mean()),
        {i.name: bins_of_people(judged.columns[i.name], (i.fill,)) for i in watched},
        {outcome.name: bins_of_people(p)},
    )
