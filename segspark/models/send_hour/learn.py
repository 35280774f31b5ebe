"""From clicks to each person's hour, or why there is none.

These are the hours at which people click. They follow the hours of earlier mails too: on a list that is always mailed
at nine, everybody clicks at nine. Groups that are mailed at different hours should be different groups here, and only
a trial with random hours would tell what another hour brings.
"""

from dataclasses import dataclass

import numpy as np

from segspark.models.send_hour.counts import Clicks, count_hours, hold_out
from segspark.models.send_hour.evaluate import HeldOut, evaluate_hours
from segspark.models.send_hour.posterior import (
    LEAST_PROBABILITY,
    LEAST_RATIO,
    PersonalHours,
    best_of_list,
    personal_hours,
)
from segspark.models.send_hour.prior import Prior, fit_prior
from segspark.sections import Reason

# With fewer people the interval of the gain is not to be trusted.
LEAST_PEOPLE = 100


@dataclass(frozen=True, eq=False)
class SendHours:
    """
    Attributes:
        prior, hours: of all clicks.
        held_out: of a fit without each person's last days.
    """

    prior: Prior
    hours: PersonalHours
    held_out: HeldOut


@dataclass(frozen=True)
class NoSendHours:
    """Nobody gets an hour of their own, and why; ``held_out`` where it came so far."""

    reasons: tuple[Reason, ...]
    held_out: HeldOut | None = None


def learn_hours(
    clicks: Clicks,
    group: np.ndarray,
    n_groups: int,
    seed: int,
    least_probability: float = LEAST_PROBABILITY,
    least_ratio: float = LEAST_RATIO,
) -> SendHours | NoSendHours:
    """Learn each person's hour, if earlier clicks predict later ones better than the list's histogram does.

    Args:
        clicks: of any people of the list.
        group: number of each person's group, from 0; one entry per person of the list.
        least_probability, least_ratio: what an hour of one's own must reach against the list's.
    """
    earlier, later = (count_hours(part, len(group)) for part in hold_out(clicks))
    n = int(np.count_nonzero(later.sum(axis=1)))
    if n < LEAST_PEOPLE:
        return NoSendHours((Reason("few_with_two_days", {"n": n, "needed": LEAST_PEOPLE}),))
    prior = fit_prior(earlier, group, n_groups)
    alpha = prior.posterior(earlier, group)
    hours = personal_hours(alpha, best_of_list(prior.of_list), least_probability, least_ratio)
    held_out = evaluate_hours(alpha, hours, prior, group, later, seed)
    if not held_out.is_better:
        gain = held_out.over_list
        reason = Reason("no_better_than_list", {"gain": gain.value, "low": gain.low, "high": gain.high})
        return NoSendHours((reason,), held_out)
    counts = count_hours(clicks, len(group))
    prior = fit_prior(counts, group, n_groups)
    own = personal_hours(prior.posterior(counts, group), best_of_list(prior.of_list), least_probability, least_ratio)
    return SendHours(prior, own, held_out)
