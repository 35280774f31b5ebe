"""Behaviour groups as a value, with the rare groups that are found over the same features."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.features.value import Value
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.model import Column, Fitted, Former, Model, Refused

if TYPE_CHECKING:
    from segspark.pipeline.step import Step


def _train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
    from segspark.models.clustering.training import train_groups
    from segspark.models.resources import BEHAVIOUR_MODEL

    return train_groups(step, step.context[BEHAVIOUR_MODEL], with_rare=RARE.column in wanted)


CLUSTER, IS_FAR, RARE = Column("cluster", Value("number")), Column("is_far"), Column("rare")
BEHAVIOUR: Model[Clustering, ClusteringDocuments] = Model(
    name="behaviour",
    config=Clustering,
    train=_train,
    outputs=(CLUSTER, IS_FAR, RARE),
    documents=ClusteringDocuments,
    formerly=(Former("clustering"), Former("rare", below="rare")),
)
