"""BG/NBD by maximum likelihood over cells (Fader, Hardie and Lee 2005, equation 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, gammaln, psi

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.maximum import Maximum, NoMaximum, maximise

# Values of r, a and b to begin at; alpha follows from the pace of the list.
STARTS = ((1.0, 1.0, 3.0), (0.3, 0.5, 1.5), (3.0, 0.3, 5.0))
# The two parameters of stopping are worth having if they raise the log-likelihood by one each (Akaike 1974).
LEAST_GAIN = 2.0
# Of more cells the search begins over a part of them; all decide in the end.
MANY_CELLS = 100_000


@dataclass(frozen=True)
class BgNbdFit:
    """Fitted parameters.

    Attributes:
        errors: standard errors of the logarithms of r, alpha, a and b; of the first two where nobody stops.
        log_likelihood: of everybody, in the cells' unit of time.
    """

    model: BgNbd
    errors: tuple[float, ...]
    log_likelihood: float


def fit_bgnbd(cells: Cells) -> BgNbdFit | NoMaximum:
    """The most likely parameters.

    In a list that shows nobody's stopping a and b are not determined: the likelihood is as high where the probability of
    stopping goes to 0. The limit is then the model: ``a`` is 0, ``b`` 1.

    Returns:
        NoMaximum ``no_repeats`` if nobody has ordered again; else why the likelihood has no maximum that can be trusted.
    """
    if cells.n_repeats == 0:
        return NoMaximum("no_repeats")
    # With the mean age as the unit, alpha is near 1 like the others.
    unit = float(cells.n @ cells.age) / cells.n_people
    scaled = cells.scaled(1 / unit)
    # The mean rate is r / alpha, and more than what a list with stopped people shows.
    pace = cells.n_repeats / cells.n_people
    starts: list[Sequence[float]] = [(r, r / (2 * pace), a, b) for r, a, b in STARTS]
    if len(cells.n) > MANY_CELLS:
        part = scaled.every(-(-len(cells.n) // MANY_CELLS))
        near = maximise(Likelihood(part), starts, part.n_people)
        starts = [tuple(near.parameters)] if isinstance(near, Maximum) else starts
    found = maximise(Likelihood(scaled), starts, cells.n_people)
    if not isinstance(found, Maximum):
        limit = maximise(WithoutStopping(scaled), [start[:2] for start in starts], cells.n_people)
        if not isinstance(limit, Maximum) or limit.log_likelihood < found.log_likelihood - LEAST_GAIN:
            return found
        found = replace(limit, parameters=np.array([*limit.parameters, 0.0, 1.0]))
    r, alpha, a, b = (float(v) for v in found.parameters)
    # The density of x times is one per time.
    in_unit = found.log_likelihood - cells.n_repeats * np.log(unit)
    return BgNbdFit(BgNbd(r, alpha * unit, a, b), tuple(map(float, found.errors)), float(in_unit))


class Likelihood:
    """The mean log-likelihood of a person and its gradient, as a function of the logarithms of r, alpha, a and b.

    Gamma functions depend on x alone, and logarithms on the age or the last order alone, so each is evaluated once per
    distinct value: of millions of cells only sums and one exponential are left.
    """

    def __init__(self, cells: Cells) -> None:
        self._n, self._x = cells.n, cells.x
        self._n_people = cells.n_people
        self._xs, self._of_x = np.unique(cells.x, return_inverse=True)
        self._ages, self._of_age = np.unique(cells.age, return_inverse=True)
        self._lasts, self._of_last = np.unique(cells.t_x, return_inverse=True)
        self._n_of_x = np.bincount(self._of_x, weights=cells.n)

    def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = np.exp(logs)
        xs, n, n_of_x, s = self._xs, self._n, self._n_of_x, r + self._x
        until_now = np.log(alpha + self._ages)[self._of_age]
        shorter = np.log(alpha + self._lasts)[self._of_last] - until_now
        # Odds that somebody with this history has stopped; without a repeat order there are none.
        with np.errstate(divide="ignore", invalid="ignore"):
            stop = np.where(xs > 0, np.log(a / np.where(xs > 0, b + xs - 1, 1.0)), -np.inf)
        log_odds = stop[self._of_x] - s * shorter
        p_stopped = expit(log_odds)
        of_x = gammaln(r + xs) - gammaln(r) + gammaln(b + xs) - gammaln(b) + gammaln(a + b) - gammaln(a + b + xs)
        value = n_of_x @ of_x + self._n_people * r * logs[1] + n @ (np.logaddexp(0, log_odds) - s * until_now)

        stopped = n * p_stopped
        in_last = np.bincount(self._of_last, weights=s * stopped) / (alpha + self._lasts)
        in_age = np.bincount(self._of_age, weights=s * (n - stopped)) / (alpha + self._ages)
        of_stopped = np.bincount(self._of_x, weights=stopped)
        both = psi(a + b) - psi(a + b + xs)
        gradient = np.array(
            [
                n_of_x @ (psi(r + xs) - psi(r)) + self._n_people * logs[1] - n @ until_now - stopped @ shorter,
                self._n_people * r / alpha - in_last.sum() - in_age.sum(),
                n_of_x @ both + of_stopped.sum() / a,
                # Nobody has stopped where x is 0, and b - 1 may be 0 there.
                n_of_x @ (both + psi(b + xs) - psi(b)) - (of_stopped[xs > 0] / (b + xs[xs > 0] - 1)).sum(),
            ]
        )
        return float(value / self._n_people), gradient * np.exp(logs) / self._n_people


class WithoutStopping:
    """The same of r and alpha alone, if nobody ever stops."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._xs, of_x = np.unique(cells.x, return_inverse=True)
        self._n_of_x = np.bincount(of_x, weights=cells.n)

    def __call__(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        (r, alpha), xs, cells = np.exp(logs), self._xs, self._cells
        n, n_people, until_now = cells.n, cells.n_people, np.log(alpha + cells.age)
        value = self._n_of_x @ (gammaln(r + xs) - gammaln(r)) + n_people * r * logs[1] - n @ ((r + cells.x) * until_now)
        gradient = np.array(
            [
                self._n_of_x @ (psi(r + xs) - psi(r)) + n_people * logs[1] - n @ until_now,
                n_people * r / alpha - n @ ((r + cells.x) / (alpha + cells.age)),
            ]
        )
        return float(value / n_people), gradient * np.exp(logs) / n_people
