"""Exact Shapley values of boosted trees for many rows: a few comparisons and look-ups per tree.

The values are those of path-dependent Tree SHAP (Lundberg et al. 2018, see ``product_games``): what is not known of a
row is expected as the training rows went through the tree.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from segspark.models.shapley.groups import Group, groups_of, tables_of
from segspark.models.shapley.trees import Ensemble

# Rows at a time: with fewer, most of the time goes into calls; with more, memory grows and nothing is won.
BLOCK = 8_192
# Tables of more are built anew for every call, one tree at a time: trees of depth 10 have some MiB each.
KEPT_BYTES = 64 << 20


@dataclass(frozen=True)
class LeafTables:
    """An ensemble compiled for rows; its pickle holds the ensemble alone and compiles again.

    Attributes:
        base: the expected margin: base plus a row's values is the margin of the row.
    """

    ensemble: Ensemble
    base: float
    _groups: tuple[tuple[Group, ...], ...]
    _tables: tuple[tuple[np.ndarray, ...], ...] | None

    @classmethod
    def compile(cls, ensemble: Ensemble, kept_bytes: int = KEPT_BYTES) -> "LeafTables":
        """Build the tables of all trees, unless they are larger than ``kept_bytes``.

        Raises:
            CheckFailed: a tree is too deep.
        """
        groups = tuple(tuple(groups_of(tree)) for tree in ensemble.trees)
        base = sum(leaf.expected for of_tree in groups for group in of_tree for leaf in group.leaves)
        n_bytes = sum(group.n_bytes for of_tree in groups for group in of_tree)
        tables = tuple(tuple(tables_of(of_tree)) for of_tree in groups) if n_bytes <= kept_bytes else None
        return cls(ensemble, base, groups, tables)

    def __reduce__(self) -> tuple[Any, ...]:
        return LeafTables.compile, (self.ensemble,)

    def values(self, rows: np.ndarray) -> np.ndarray:
        """What each input adds to the margin, in its unit: log-odds of a classifier.

        Args:
            rows: (rows, inputs) double precision, nothing missing, in the order of the model's inputs.

        Returns:
            (rows, inputs); 0 for inputs that no tree asks for.
        """
        n, n_features = rows.shape
        if n_features != self.ensemble.n_features:
            raise ValueError(f"Rows have {n_features} inputs; the model has {self.ensemble.n_features}.")
        values = np.empty((n, n_features))
        # Tables that are not kept are built once for all rows.
        step = BLOCK if self._tables is not None else max(n, 1)
        for start in range(0, n, step):
            inputs = np.ascontiguousarray(rows[start : start + step].T, dtype=np.float64)
            block = np.zeros_like(inputs)
            for at, groups in enumerate(self._groups):
                tables = self._tables[at] if self._tables is not None else tables_of(groups)
                for group, table in zip(groups, tables, strict=True):
                    _add(group, table, inputs, block)
            values[start : start + step] = block.T
        return values


def _add(group: Group, table: np.ndarray, inputs: np.ndarray, values: np.ndarray) -> None:
    """Add what a group gives to the values; both are (inputs, rows)."""
    n = inputs.shape[1]
    pattern, goes_left, found = np.zeros(n, dtype=np.uint16), np.empty(n, dtype=bool), np.empty(n)
    for feature, threshold in reversed(group.splits):
        np.less_equal(inputs[feature], threshold, out=goes_left)
        pattern += pattern
        pattern |= goes_left
    # Not checked again for being within the table, which takes as long as the look-up.
    places = pattern.astype(np.intp)
    for feature, by_pattern in zip(group.features, table, strict=True):
        np.take(by_pattern, places, out=found, mode="clip")
        values[feature] += found
