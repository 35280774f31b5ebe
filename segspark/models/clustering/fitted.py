"""The result of a grouping method."""

from dataclasses import dataclass

import numpy as np
from pyspark.ml import Transformer

from segspark.models.clustering.documents.sweep import SweepRow


@dataclass(frozen=True)
class Hierarchy:
    """How small parts join into larger ones; parts are micro-clusters, or the groups themselves if there are none.

    Attributes:
        column: the model's output column with the number of a part.
        centres: of the parts.
        sizes: people of each part.
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


@dataclass(frozen=True)
class NoneFits:
    """No number of groups passes the gates; the search tells by how much each fails."""

    sweep: tuple[SweepRow, ...]
