"""Imputation of missing values from the most similar people, or from one person's own values before and after.

The fitted imputer is a table of reference people and a scale per feature: plain numbers, saved as JSON with a model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

# Number of rows compared with the reference at once.
BLOCK = 2_000


@dataclass(frozen=True)
class NearestImputer:
    """The mean of the k most similar reference people who have the value.

    Distance is Euclidean over the scaled features that both people have, rescaled to all features (as scikit-learn's
    ``nan_euclidean_distances``). A person without any feature in common with the reference gets its mean.

    Attributes:
        names: features, in the columns' order.
        centre, spread: of each feature; distances are computed after ``(x - centre) / spread``.
        reference: one row per person, scaled, missing values as NaN.
    """

    names: tuple[str, ...]
    k: int
    centre: np.ndarray
    spread: np.ndarray
    reference: np.ndarray

    def apply(self, columns: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The columns with gaps filled, and per column whether each value is imputed.

        Args:
            columns: every feature's values, missing ones as NaN.
        """
        values = np.column_stack([np.asarray(columns[n], dtype=float) for n in self.names])
        is_missing = np.isnan(values)
        scaled = (values - self.centre) / self.spread
        for start in range(0, len(scaled), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(scaled)))
            rows = rows[is_missing[rows].any(axis=1)]
            if len(rows):
                scaled[rows] = self._filled(scaled[rows])
        # Existing values stay unchanged, to the last bit.
        filled = np.where(is_missing, scaled * self.spread + self.centre, values)
        return (
            {n: filled[:, i] for i, n in enumerate(self.names)},
            {n: is_missing[:, i] for i, n in enumerate(self.names)},
        )

    def _filled(self, rows: np.ndarray) -> np.ndarray:
        distances, filled = _distances(rows, self.reference), rows.copy()
        for column in np.flatnonzero(np.isnan(rows).any(axis=0)):
            donors = np.flatnonzero(~np.isnan(self.reference[:, column]))
            if not len(donors):
                continue
            values = self.reference[donors, column]
            gaps = np.flatnonzero(np.isnan(rows[:, column]))
            near = distances[np.ix_(gaps, donors)]
            k = min(self.k, len(donors))
            nearest = np.argpartition(near, k - 1, axis=1)[:, :k]
            # People without a common feature are never neighbours, however few neighbours there are.
            is_near = np.isfinite(np.take_along_axis(near, nearest, axis=1))
            total = np.where(is_near, values[nearest], 0).sum(axis=1)
            n = is_near.sum(axis=1)
            filled[gaps, column] = np.where(n > 0, total / np.maximum(n, 1), values.mean())
        return filled

    def as_dict(self) -> dict[str, Any]:
        """As data for JSON; NaN becomes null."""
        rows = [[None if np.isnan(v) else float(v) for v in row] for row in self.reference]
        scale = {"centre": self.centre.tolist(), "spread": self.spread.tolist()}
        return {"names": list(self.names), "k": self.k, **scale, "reference": rows}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "NearestImputer":
        reference = np.array([[np.nan if v is None else v for v in row] for row in content["reference"]], dtype=float)
        centre, spread = (np.asarray(content[n], dtype=float) for n in ("centre", "spread"))
        names = tuple(content["names"])
        return cls(names, int(content["k"]), centre, spread, reference.reshape(-1, len(names)))


def fit_nearest(
    columns: Mapping[str, np.ndarray], names: Sequence[str], *, k: int = 5, sample: int = 5_000, seed: int = 42
) -> NearestImputer:
    """Fit on a training snapshot.

    Args:
        columns: values of each feature, missing ones as NaN.
        names: features that are imputed and that determine similarity.
        sample: maximum number of reference people; a larger snapshot is sampled with the seed.

    Raises:
        ValueError: k below 1, or no feature.
    """
    if k < 1 or not names:
        raise ValueError("at least one neighbour and one feature are needed")
    values = np.column_stack([np.asarray(columns[n], dtype=float) for n in names])
    is_known = ~np.isnan(values)
    n = np.maximum(is_known.sum(axis=0), 1)
    centre = np.where(is_known, values, 0).sum(axis=0) / n
    spread = np.sqrt(np.where(is_known, (values - centre) ** 2, 0).sum(axis=0) / n)
    spread = np.where(spread > 1e-9 * np.maximum(1, np.abs(centre)), spread, 1.0)
    if len(values) > sample:
        values = values[np.sort(np.random.default_rng(seed).choice(len(values), sample, replace=False))]
    return NearestImputer(tuple(names), k, centre, spread, (values - centre) / spread)


def _distances(rows: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Squared distances over the common features, rescaled to all; infinite if there are none."""
    have, known = ~np.isnan(rows), ~np.isnan(reference)
    a, b = np.where(have, rows, 0), np.where(known, reference, 0)
    common = have.astype(float) @ known.T.astype(float)
    squared = (a**2) @ known.T.astype(float) - 2 * a @ b.T + have.astype(float) @ (b**2).T
    with np.errstate(divide="ignore", invalid="ignore"):
        stretched = np.maximum(squared, 0) * rows.shape[1] / common
    return np.where(common > 0, stretched, np.inf)


def interpolate(person: np.ndarray, at: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fill gaps by linear interpolation over each person's time.

    Before the first and after the last known value the nearest value is held, as nothing is known about the course
    there. A person without any value keeps the gaps.

    Args:
        person: the person of each value; in any order.
        at: the time of each value, in any unit.
        values: missing ones as NaN.

    Returns:
        The values, and which of them are imputed.
    """
    filled = np.asarray(values, dtype=float).copy()
    order = np.lexsort((at, person))
    theirs = person[order]
    edges = [0, *(np.flatnonzero(theirs[1:] != theirs[:-1]) + 1).tolist(), len(order)]
    for start, end in pairwise(edges):
        rows = order[start:end]
        is_known = ~np.isnan(filled[rows])
        if is_known.any() and not is_known.all():
            known = rows[is_known]
            filled[rows[~is_known]] = np.interp(at[rows[~is_known]], at[known], filled[known])
    return filled, np.isnan(values) & ~np.isnan(filled)
