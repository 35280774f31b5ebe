"""The small list of people that several files of this room look at: how many, which features, and what was trained."""

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import DataFrame

from segspark.config.models import Workspace
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.tracking import Loaded

# In the two large groups; fourteen more are rare or odd, and ten never did anything.
N = 400
INPUTS = ("n_order_365d", "n_click_90d", "tenure_days")
CONFIG = Clustering(features=INPUTS, k_min=2, k_max=4, outliers="none", scaling="zscore")  # type: ignore[call-arg]


def computed(rows: DataFrame, arrange: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """A frame as a step computes it on one machine."""
    return arrange(rows).localCheckpoint()


@dataclass(frozen=True)
class Trained:
    """A logged model of the list: the workspace it belongs to, what was loaded again, and its documents."""

    workspace: Workspace
    loaded: Loaded
    documents: ClusteringDocuments
