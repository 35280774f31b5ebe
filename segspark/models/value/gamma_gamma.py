"""Gamma-Gamma: what an order of somebody is worth (Fader and Hardie 2013; Fader, Hardie and Lee 2005, JMR 42(4)).

Amounts of a buyer's orders are Gamma(p, nu), and nu ~ Gamma(q, v) over buyers. The mean of n orders is then known in
distribution, and what is expected of the next order lies between that mean and the list's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from segspark.errors import SegsparkError
from segspark.models.value.maximum import Maximum, NoMaximum, maximise

STARTS = ((2.0, 3.0), (6.0, 4.0), (1.0, 2.0))


@dataclass(frozen=True)
class Spending:
    """How much people spend in an order, as cells.

    Attributes:
        orders: order days that the mean is of, 1 or more.
        mean: amount of an order day, above 0.
        n: people.

    Raises:
        SegsparkError: an entry lies outside.
    """

    orders: np.ndarray
    mean: np.ndarray
    n: np.ndarray

    def __post_init__(self) -> None:
        for name in ("orders", "mean", "n"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        is_right = (self.orders >= 1) & (self.mean > 0) & (self.n > 0)
        if not is_right.all():
            raise SegsparkError(f"{(~is_right).sum()} cells of spending have no order, no amount or no people.")

    @property
    def n_people(self) -> float:
        return float(self.n.sum())

    @property
    def correlation(self) -> float:
        """Of the number of orders and their mean amount, over people; NaN if one of them is the same for everybody.

        The model takes both for independent.
        """
        x, m = (values - np.average(values, weights=self.n) for values in (self.orders, self.mean))
        spread = np.sqrt((self.n * x * x).sum() * (self.n * m * m).sum())
        return float((self.n * x * m).sum() / spread) if spread > 0 else float("nan")


@dataclass(frozen=True)
class GammaGamma:
    """The three parameters; ``v`` is an amount, gamma in the papers."""

    p: float
    q: float
    v: float

    def expected_spend(self, orders: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The amount to be expected of an order of somebody; equation 5 of the note of 2013.

        Args:
            orders: order days with an amount; 0 gives the list's mean.
            mean: the mean of their amounts; any number where ``orders`` is 0.
        """
        return np.asarray(self.p * (self.v + orders * mean) / (self.p * orders + self.q - 1))


@dataclass(frozen=True)
class GammaGammaFit:
    """Fitted parameters.

    Attributes:
        errors: standard errors of the logarithms of p, q and v.
    """

    model: GammaGamma
    errors: tuple[float, ...]
    log_likelihood: float


def fit_gamma_gamma(spending: Spending) -> GammaGammaFit | NoMaximum:
    """The most likely parameters.

    Returns:
        NoMaximum ``no_mean`` if the list's mean would be infinite (q at most 1); else why the likelihood has no maximum
        that can be trusted.
    """
    if len(spending.n) == 0:
        return NoMaximum("no_spending")
    unit = float(np.average(spending.mean, weights=spending.n))
    n, orders, mean = spending.n, spending.orders, spending.mean / unit
    n_people = spending.n_people
    kinds, kind = np.unique(orders, return_inverse=True)
    n_of_kind = np.bincount(kind, weights=n)
    # The part of the density without parameters, in the amounts' own unit.
    constant = n @ (-np.log(mean) - np.log(unit))

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = np.exp(logs)
        total = orders * mean
        log_sum, log_total = np.log(v + total), np.log(total)
        of_kind = gammaln(p * kinds + q) - gammaln(p * kinds) - gammaln(q)
        # ln m^(pn-1) n^(pn) is p n ln(n m) - ln m.
        value = n_of_kind @ of_kind + n_people * q * logs[2] + n @ (p * orders * (log_total - log_sum) - q * log_sum)
        gradient = np.array(
            [
                n_of_kind @ (kinds * (psi(p * kinds + q) - psi(p * kinds))) + n @ (orders * (log_total - log_sum)),
                n_of_kind @ (psi(p * kinds + q) - psi(q)) + n_people * logs[2] - n @ log_sum,
                n_people * q / v - n @ ((p * orders + q) / (v + total)),
            ]
        )
        return float((value + constant) / n_people), gradient * np.exp(logs) / n_people

    # The list's mean is 1: v p / (q - 1).
    found = maximise(objective, [(p, q, (q - 1) / p) for p, q in STARTS], n_people)
    if not isinstance(found, Maximum):
        return found
    p, q, v = (float(value) for value in found.parameters)
    if q <= 1:
        return NoMaximum("no_mean", {"q": q})
    return GammaGammaFit(GammaGamma(p, q, v * unit), tuple(map(float, found.errors)), found.log_likelihood)
