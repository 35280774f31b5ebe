"""Small trees, and what they say by definition: every row by itself, and every set of inputs."""

from collections.abc import Collection, Sequence
from itertools import combinations
from math import factorial

import numpy as np

from segspark.models.shapley.trees import NOTHING, Ensemble, Tree

# (feature, threshold, left, right), or (value, cover) of a leaf.
Shape = tuple[int, float, "Shape", "Shape"] | tuple[float, float]


def tree(shape: Shape, weight: float = 1.0) -> Tree:
    nodes: list[list[float]] = []

    def add(part: Shape) -> int:
        at = len(nodes)
        nodes.append([])
        if len(part) == 2:
            nodes[at] = [NOTHING, 0.0, NOTHING, NOTHING, *part]
        else:
            feature, threshold, *sides = part
            left, right = (add(side) for side in sides)
            nodes[at] = [feature, threshold, left, right, 0.0, nodes[left][5] + nodes[right][5]]
        return at

    add(shape)
    feature, threshold, left, right, value, cover = (np.array(column) for column in zip(*nodes, strict=True))
    return Tree(feature.astype(int), threshold, left.astype(int), right.astype(int), value, cover, weight)


def ensemble(*shapes: Shape, n_features: int, weight: float = 1.0) -> Ensemble:
    return Ensemble(tuple(tree(shape, weight) for shape in shapes), n_features)


def grown(rng: np.random.Generator, depth: int, features: Sequence[int], is_full: bool = False) -> Shape:
    """A random tree: whole thresholds, so that many are equal, repeated inputs, and leaves where nobody was."""
    if depth == 0 or (not is_full and rng.random() < 0.25):
        return float(rng.normal()), float(rng.integers(0, 5))
    sides = (grown(rng, depth - 1, features, is_full) for _ in range(2))
    return int(rng.choice(features)), float(rng.integers(0, 4)), *sides  # type: ignore[return-value]


def expected(of: Tree, row: np.ndarray, known: Collection[int], node: int = 0) -> float:
    """What a tree expects of a row of which only some inputs are known (algorithm 1 of Lundberg et al. 2018)."""
    feature, left, right = int(of.feature[node]), int(of.left[node]), int(of.right[node])
    if feature == NOTHING:
        return float(of.value[node])
    if feature in known:
        return expected(of, row, known, left if row[feature] <= of.threshold[node] else right)
    rows = of.cover[left] + of.cover[right]
    share = of.cover[left] / rows if rows else 0.5
    return float(share * expected(of, row, known, left) + (1 - share) * expected(of, row, known, right))


def margin(of: Ensemble, row: np.ndarray) -> float:
    return sum(t.weight * expected(t, row, range(of.n_features)) for t in of.trees)


def shapley(of: Ensemble, row: np.ndarray) -> list[float]:
    """Shapley values by their definition, over all sets of inputs."""
    n = of.n_features

    def worth(known: Collection[int]) -> float:
        return sum(t.weight * expected(t, row, known) for t in of.trees)

    return [
        sum(
            factorial(size) * factorial(n - 1 - size) / factorial(n) * (worth((*others, j)) - worth(others))
            for size in range(n)
            for others in combinations([i for i in range(n) if i != j], size)
        )
        for j in range(n)
    ]
