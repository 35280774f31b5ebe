"""Boosted trees as plain arrays, wherever they were fitted."""

from dataclasses import dataclass

import numpy as np

# In ``feature``, ``left`` and ``right`` of a leaf.
NOTHING = -1


@dataclass(frozen=True)
class Tree:
    """One regression tree; node 0 is the root, and children have larger numbers than their parent.

    Attributes:
        feature: the input that a node asks for; -1 at a leaf.
        threshold: a row goes left if its input is at most this, as in Spark.
        left: the child of that side; -1 at a leaf.
        right: the other child; -1 at a leaf.
        value: what a leaf predicts; 0 at other nodes, which nothing asks for.
        cover: the training rows that came through the node, by their weights.
        weight: the tree's factor in the margin.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    cover: np.ndarray
    weight: float


@dataclass(frozen=True)
class Ensemble:
    """Trees whose weighted values add up to a margin: log-odds of a classifier, the prediction of a regression."""

    trees: tuple[Tree, ...]
    n_features: int
