"""Behaviour groups as a value, with the rare groups that are found over the same features."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from segspark.features.value import Value
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.model import Column, Fitted, Former, Model, Refused, Trained
from segspark.sections import Section

if TYPE_CHECKING:
    from segspark.models.card import Content
    from segspark.models.version import Version
    from segspark.pipeline.step import Step
    from segspark.pipeline.view import View


def _train(step: "Step", wanted: Collection[str]) -> Fitted | Refused:
    from segspark.models.clustering.training import train_groups
    from segspark.models.resources import BEHAVIOUR_MODEL

    return train_groups(step, step.context[BEHAVIOUR_MODEL], with_rare=RARE.column in wanted)


def _sections(view: "View", state: Trained[ClusteringDocuments] | Refused | None) -> tuple[Section, ...]:
    from segspark.models.clustering.sections import clustering_sections, clusters_of
    from segspark.models.resources import OVERRIDES

    if isinstance(state, Trained):
        return clustering_sections(clusters_of(view.settings, view.context[OVERRIDES], state))
    return clustering_sections(state)


def _card(version: "Version[ClusteringDocuments]") -> "Content":
    from segspark.models.clustering.card import clustering_card

    return clustering_card(version)


CLUSTER, IS_FAR, RARE = (
    Column("cluster", Value("number"), "int", "Number of the cluster in the model in use"),
    Column("is_far"),
    Column("rare", type="string", comment="Key of the rare group in the model in use", is_stored=True),
)
BEHAVIOUR: Model[Clustering, ClusteringDocuments] = Model(
    name="behaviour",
    config=Clustering,
    train=_train,
    outputs=(CLUSTER, IS_FAR, RARE),
    documents=ClusteringDocuments,
    sections=_sections,
    card=_card,
    formerly=(Former("clustering"), Former("rare", below="rare")),
)
