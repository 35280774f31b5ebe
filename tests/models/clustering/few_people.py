"""The small list of people that several files of this room look at: how many, which features, and what was trained."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.config.models import Workspace
from segspark.models.clustering.behaviour import active_people, read_values
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


def raw_values(people: DataFrame, spending: float = 100.0) -> dict[str, np.ndarray]:
    """The inputs, and what everybody spent, of those who ever acted."""
    with_value = active_people(people).withColumn("net_order_cents_365d", F.lit(spending) * F.col("n_order_365d"))
    return read_values(with_value.select("person_id", *INPUTS, "net_order_cents_365d"), N + 14)


@dataclass(frozen=True)
class Trained:
    """A logged model of the list: the workspace it belongs to, what was loaded again, and its documents."""

    workspace: Workspace
    loaded: Loaded
    documents: ClusteringDocuments
