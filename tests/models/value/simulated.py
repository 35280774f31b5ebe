"""Buyers drawn by the assumptions of BG/NBD and Gamma-Gamma, order by order."""

from dataclasses import dataclass

import numpy as np

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.gamma_gamma import GammaGamma, Spending


@dataclass(frozen=True)
class Simulated:
    """One person each.

    Attributes:
        later: orders in the time after the observed one.
        wait: time until the first of them; infinite without one.
        is_alive: whether the person has not stopped by then.
    """

    cells: Cells
    later: np.ndarray
    wait: np.ndarray
    is_alive: np.ndarray


def simulate(model: BgNbd, age: np.ndarray, seed: int, after: float = 0.0) -> Simulated:
    rng = np.random.default_rng(seed)
    n = len(age)
    rate, p = rng.gamma(model.r, 1 / model.alpha, n), rng.beta(model.a, model.b, n)
    time, x, last, later, wait = (np.zeros(n) for _ in range(5))
    wait += np.inf
    is_alive = np.ones(n, dtype=bool)
    going = np.arange(n)
    while len(going):
        time[going] += rng.exponential(size=len(going)) / rate[going]
        going = going[time[going] <= age[going] + after]
        now, then = going[time[going] <= age[going]], going[time[going] > age[going]]
        x[now] += 1
        last[now] = time[now]
        later[then] += 1
        wait[then] = np.minimum(wait[then], time[then] - age[then])
        stops = rng.random(len(going)) < p[going]
        stopped = going[stops]
        is_alive[stopped[time[stopped] <= age[stopped]]] = False
        going = going[~stops]
    return Simulated(Cells.of_people(x, last, age), later, wait, is_alive)


def simulate_spending(model: GammaGamma, orders: np.ndarray, seed: int) -> Spending:
    rng = np.random.default_rng(seed)
    scale = 1 / rng.gamma(model.q, 1 / model.v, len(orders))
    return Spending(orders, rng.gamma(model.p * orders, scale) / orders, np.ones(len(orders)))


def grouped(cells: Cells) -> Cells:
    """The same people, one cell for each distinct history."""
    rows, n = np.unique(np.column_stack([cells.x, cells.t_x, cells.age]), axis=0, return_counts=True)
    return Cells(rows[:, 0], rows[:, 1], rows[:, 2], n)
