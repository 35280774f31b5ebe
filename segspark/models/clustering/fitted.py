"""What a way of grouping gives."""

from dataclasses import dataclass

import numpy as np
from pyspark.ml import Transformer

from segspark.models.clustering.sweep import SweepRow


@dataclass(frozen=True)
class Hierarchy:
    """How small parts join into larger ones: micro-clusters, or where there are none the groups themselves.

    Attributes:
        column: of the parts' numbers, in what the model gives.
        centres: of the parts.
        sizes: their people.
        groups: the group of each part.
        joins: scipy's linkage matrix.
    """

    column: str
    centres: np.ndarray
    sizes: np.ndarray
    groups: np.ndarray
    joins: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """A grouping.

    Attributes:
        stages: from ``features`` to ``prediction``, saved with the model.
        centres: of the groups, in the prepared space, in the order of ``prediction``.
    """

    stages: tuple[Transformer, ...]
    k: int
    reason: str
    sweep: tuple[SweepRow, ...]
    centres: tuple[tuple[float, ...], ...]
    hierarchy: Hierarchy
