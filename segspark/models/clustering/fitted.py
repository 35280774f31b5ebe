"""What a way of grouping gives."""

from dataclasses import dataclass

import numpy as np
from pyspark.ml import Transformer

from segspark.models.clustering.sweep import SweepRow


@dataclass(frozen=True)
class Fitted:
    """A grouping.

    Attributes:
        stages: from ``features`` to ``prediction``, saved with the model.
        centres: of the groups, in the prepared space, in the order of ``prediction``.
        tree: how groups join into larger ones, as scipy's linkage matrix; None where the way has none.
    """

    stages: tuple[Transformer, ...]
    k: int
    reason: str
    sweep: tuple[SweepRow, ...]
    centres: tuple[tuple[float, ...], ...]
    tree: np.ndarray | None = None
