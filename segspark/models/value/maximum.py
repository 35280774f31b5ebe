"""The maximum of a likelihood whose parameters are positive, or why there is none that can be trusted.

The search is over logarithms of the parameters: L-BFGS-B from each start, then Newton's steps from the best one, until the
gradient vanishes. The curvature there says how well the data determine the parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from segspark.models.clustering.threads import one_thread

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Logarithms of the parameters -> mean log-likelihood of a person, and its gradient."""

# Beyond e^14, or below e^-14, a parameter stands for infinity, or zero.
BOUND = 14.0
# Largest gradient of the mean log-likelihood at a maximum.
VANISHED = 1e-8
# Largest standard error of a logarithm: beyond it the parameter may as well be seven times as large or as small.
LARGEST_ERROR = 2.0
MAX_NEWTON = 30
# Step of the differences that give the curvature.
STEP = 1e-4


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest.

    Attributes:
        parameters: in the order of the starts.
        errors: standard errors of their logarithms, from the observed information.
        log_likelihood: the sum over people.
    """

    parameters: np.ndarray
    errors: np.ndarray
    log_likelihood: float


@dataclass(frozen=True)
class NoMaximum:
    """Why nothing was fitted: ``no_convergence`` or ``flat_likelihood``, with numbers.

    Attributes:
        log_likelihood: the largest that was met, over all people.
    """

    code: str
    values: Mapping[str, float] = field(default_factory=dict)
    log_likelihood: float = field(default=-np.inf, compare=False)


def maximise(objective: Objective, starts: Sequence[Sequence[float]], n_people: float) -> Maximum | NoMaximum:
    """Find the maximum.

    Args:
        starts: parameters to begin at, two or more.
        n_people: people over whom the objective is the mean.

    Returns:
        NoMaximum ``no_convergence`` if the gradient does not vanish, ``flat_likelihood`` if a parameter runs to zero or
        infinity, or if its standard error is too large.
    """
    with one_thread():
        return _maximum(objective, starts, n_people)


def _maximum(objective: Objective, starts: Sequence[Sequence[float]], n_people: float) -> Maximum | NoMaximum:
    ends = [_climbed(objective, np.log(start)) for start in starts]
    best = max(ends, key=lambda end: objective(end)[0])
    if (np.abs(best) >= BOUND).any():
        return NoMaximum("flat_likelihood", {}, objective(best)[0] * n_people)
    best, information = _polished(objective, best)
    value, gradient = objective(best)
    if not np.isfinite(value) or np.abs(gradient).max() > VANISHED:
        # On a ridge every step is short of its end.
        is_ridge = (np.linalg.eigvalsh(information) <= 1 / (n_people * LARGEST_ERROR**2)).any()
        return NoMaximum("flat_likelihood" if is_ridge else "no_convergence", {}, value * n_people)
    if (np.linalg.eigvalsh(information) <= 0).any():
        return NoMaximum("flat_likelihood", {}, value * n_people)
    errors = np.sqrt(np.diag(np.linalg.inv(information)) / n_people)
    if errors.max() > LARGEST_ERROR:
        return NoMaximum("flat_likelihood", {"error": float(errors.max())}, value * n_people)
    return Maximum(np.exp(best), errors, value * n_people)


def _climbed(objective: Objective, start: np.ndarray) -> np.ndarray:
    def falling(at: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = objective(at)
        return -value, -gradient

    found = minimize(
        falling,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * len(start),
        options={"maxiter": 500, "ftol": 1e-10, "gtol": 1e-6},
    )
    return np.asarray(found.x)


def _polished(objective: Objective, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton's steps, as long as they climb; returns the place and minus the curvature there."""
    value, gradient = objective(at)
    information = _information(objective, at)
    for _ in range(MAX_NEWTON):
        if np.abs(gradient).max() < VANISHED / 100 or (np.linalg.eigvalsh(information) <= 0).any():
            break
        step = np.linalg.solve(information, gradient)
        # A longer step leaves the region where the curvature holds.
        after = at + step / max(1.0, float(np.abs(step).max()))
        new, new_gradient = objective(after)
        # Near the top the values differ by rounding only, so the gradient decides.
        if not np.isfinite(new) or (new < value and np.abs(new_gradient).max() >= np.abs(gradient).max()):
            break
        at, value, gradient = after, new, new_gradient
        information = _information(objective, at)
    return at, information


def _information(objective: Objective, at: np.ndarray) -> np.ndarray:
    """Minus the second derivatives, by central differences of the gradient."""
    rows = []
    for i in range(len(at)):
        step = np.zeros(len(at))
        step[i] = STEP
        rows.append((objective(at - step)[1] - objective(at + step)[1]) / (2 * STEP))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2
