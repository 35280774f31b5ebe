"""Each person's best hour, and how much better it is than the list's.

A mail is read within an hour or so: an hour is as good as the share of clicks in it and the two hours around it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from segspark.models.send_hour.counts import HOURS

# An hour of one's own costs a split of the send. It is worth it if it is better than the list's in nine cases of ten,
# and if half as many clicks again are expected: a smaller gain does not show in the mails of a year.
LEAST_PROBABILITY, LEAST_RATIO = 0.9, 1.5
# An hour stands for the hours up to so far before and after it.
NEAR = 1


@dataclass(frozen=True, eq=False)
class PersonalHours:
    """One entry per person.

    Attributes:
        best_hour: the hour of the largest expected share of clicks, those of the hours beside it counting half: whoever
            always clicks at 20 has 20, and not an hour beside it. Of equal hours it is the nearest to the list's.
        share: expected around it.
        p_better: posterior probability that more clicks fall around it than around the list's hour; 0 if it is that.
        ratio: the expected share of clicks around it, over the one around the list's hour.
        is_published: whether the gain is worth an hour of one's own.
    """

    list_hour: int
    best_hour: np.ndarray
    share: np.ndarray
    p_better: np.ndarray
    ratio: np.ndarray
    is_published: np.ndarray


def around() -> np.ndarray:
    """Hours by hours: whether one is near the other, round the clock."""
    apart = np.abs(np.subtract.outer(np.arange(HOURS), np.arange(HOURS)))
    return np.asarray(np.minimum(apart, HOURS - apart) <= NEAR)


def best_of_list(of_list: np.ndarray) -> int:
    """The list's best hour, found as a person's is."""
    return int((of_list @ _weights()).argmax())


def _weights() -> np.ndarray:
    return np.asarray((around() + np.eye(HOURS)) / 2)


def personal_hours(
    alpha: np.ndarray,
    list_hour: int,
    least_probability: float = LEAST_PROBABILITY,
    least_ratio: float = LEAST_RATIO,
) -> PersonalHours:
    """Read the best hours from Dirichlet posteriors.

    Sums of disjoint shares of a Dirichlet draw are one too, and one share over the sum of two is a Beta draw: hence the
    probability that more clicks fall around one hour than around another. Hours that are near both do not decide.

    Args:
        alpha: Dirichlet parameters; people by hours.
    """
    near = around()
    mass = alpha @ near.astype(float)
    # By distance from the list's hour, so that of equal hours the nearest is found first.
    ahead = (np.arange(HOURS) - list_hour) % HOURS
    order = np.argsort(np.minimum(ahead, HOURS - ahead), kind="stable")
    best = order[(alpha @ _weights())[:, order].argmax(axis=1)]
    own = np.sum(alpha * (near[best] & ~near[list_hour]), axis=1)
    of_list = np.sum(alpha * (near[list_hour] & ~near[best]), axis=1)
    is_other = best != list_hour
    p_better = np.zeros(len(alpha))
    p_better[is_other] = betainc(of_list[is_other], own[is_other], 0.5)
    best_mass = np.take_along_axis(mass, best[:, None], axis=1)[:, 0]
    ratio = best_mass / mass[:, list_hour]
    is_published = (p_better >= least_probability) & (ratio >= least_ratio)
    return PersonalHours(list_hour, best, best_mass / alpha.sum(axis=1), p_better, ratio, is_published)
