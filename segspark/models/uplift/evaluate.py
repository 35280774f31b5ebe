"""An order of people by expected effect, evaluated with intervals: Qini, the effect on the first, and policies.

All intervals come from one bootstrap over people within each arm (Efron), so that differences between two figures are
paired. The models are not fitted again, so the draws know nothing of the variance of cross-fitting, for which intervals
of the order are widened: without that, differences were found in five to ten of a hundred simulated sends without any.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segspark.models.evaluate.bootstrap import LEVEL, interval
from segspark.models.evaluate.judgement import Estimate
from segspark.models.uplift.folds import CROSS_FITTED_VARIANCE
from segspark.models.uplift.qini import Curve, Ranked, Sums
from segspark.models.uplift.trial import Trial

N_ROUNDS = 500
# The curve is kept at every hundredth of the people.
CURVE_SHARES = np.linspace(0, 1, 101)
POLICY_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
ALL_SHARES = np.array([0.0, *POLICY_SHARES, 1.0])


@dataclass(frozen=True)
class Policy:
    """A share of the people is mailed, those with the largest expected effect.

    Attributes:
        value: mean outcome per person of the list, less the cost of its mails; with its own interval.
        over_all, over_none: that value less the one of mailing everybody or nobody. Their intervals hold for all
            policies at once, because the best policy is chosen among them.
    """

    share: float
    value: Estimate
    over_all: Estimate
    over_none: Estimate


@dataclass(frozen=True, eq=False)
class OrderEvaluation:
    """
    Attributes:
        effect: of the mail, on average; outcomes per mailed person.
        qini: Qini coefficient; outcomes per person of the list.
        top: the effect on the first ``top_share`` of the people.
        curve: the Qini curve at every hundredth of the people.
    """

    n_treated: int
    n_control: int
    effect: Estimate
    qini: Estimate
    top_share: float
    top: Estimate
    policies: tuple[Policy, ...]
    curve: Curve


def evaluate_order(
    rank: np.ndarray, trial: Trial, seed: int, cost: float = 0.0, top_share: float = 0.3, n_rounds: int = N_ROUNDS
) -> OrderEvaluation:
    """Evaluate an order that was made by cross-fitting.

    Args:
        rank: one entry per person, larger for a larger expected effect.
        cost: of one mail, in units of the outcome.
    """
    ranked = Ranked(rank, trial.is_treated, trial.outcome)
    here = ranked.sums()
    draws = np.array([_figures(sums, top_share) for sums in ranked.resampled(n_rounds, seed)])
    figures = np.array(_figures(here, top_share))
    draws[:, 1:] = figures[1:] + np.sqrt(CROSS_FITTED_VARIANCE) * (draws[:, 1:] - figures[1:])
    effect, qini, top = (interval(v, d) for v, d in zip(figures[:3], draws.T[:3], strict=True))
    curve = here.curve()
    return OrderEvaluation(
        n_treated=int(trial.is_treated.sum()),
        n_control=int((~trial.is_treated).sum()),
        effect=effect,
        qini=qini,
        top_share=top_share,
        top=top,
        policies=_policies(figures[3:], draws[:, 3:], cost),
        curve=Curve(CURVE_SHARES, np.interp(CURVE_SHARES, curve.share, curve.gain)),
    )


def _figures(sums: Sums, top_share: float) -> list[float]:
    """Average effect, Qini coefficient, effect on the first, and the values of mailing nobody, some and everybody."""
    return [sums.effect, sums.curve().coefficient, sums.top_effect(top_share), *sums.values(ALL_SHARES)]


def _policies(values: np.ndarray, draws: np.ndarray, cost: float) -> tuple[Policy, ...]:
    """
    Args:
        values, draws: nobody first, everybody last; without cost.
    """
    costs = cost * ALL_SHARES
    net, drawn = values - costs, draws - costs
    own = [interval(v, d) for v, d in zip(net, drawn.T, strict=True)]
    over_all = _simultaneous(net[:-1] - net[-1], drawn[:, :-1] - drawn[:, -1:])
    over_none = _simultaneous(net[1:] - net[0], drawn[:, 1:] - drawn[:, :1])
    some = zip(POLICY_SHARES, own[1:-1], over_all[1:], over_none[:-1], strict=True)
    return tuple(Policy(*row) for row in some)


def _simultaneous(values: np.ndarray, draws: np.ndarray) -> Sequence[Estimate]:
    """Intervals that all hold together, by the bootstrap of the largest studentised deviation."""
    spread = draws.std(axis=0)
    deviations = np.abs(draws - values) / np.where(spread > 0, spread, np.inf)
    half = np.quantile(deviations.max(axis=1), LEVEL) * spread
    return [Estimate(float(v), float(v - h), float(v + h)) for v, h in zip(values, half, strict=True)]
