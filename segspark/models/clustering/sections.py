"""What the report shows of groups: their documents, and the sections of behaviour groups and of rare groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from segspark.config.models import Settings
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, decided_groups
from segspark.models.model import Trained
from segspark.sections import Missing, Section

NO_MODEL = Missing(
    {
        "fr": "Aucun modèle de comportement n'est publié : lancez le flux d'entraînement.",
        "en": "No behaviour model is published: run the training flow.",
    }
)


@dataclass(frozen=True)
class Clusters:
    """The groups of a registered version.

    Attributes:
        fitted_on: day of the training.
        in_use: the groups after overrides, under their current names; empty without overrides.
    """

    documents: ClusteringDocuments
    model_version: str
    fitted_on: date
    in_use: tuple[GroupDocument, ...] = ()


def clusters_of(settings: Settings, overrides: Sequence[Override], trained: Trained[ClusteringDocuments]) -> Clusters:
    """The groups of the version in use, under the names of the workspace."""
    groups, tree, _ = decided_groups(trained.documents, overrides)
    names = settings.models.of(BEHAVIOUR).names
    in_use = tuple(renamed(g, names) for g in groups) if tree is not None else ()
    return Clusters(trained.documents, trained.model_version, trained.as_of, in_use)


def clustering_sections(clusters: Clusters | None) -> tuple[Section, ...]:
    """The sections of a day: of behaviour groups, and of rare groups if some were trained."""
    rare = clusters.documents.rare if clusters else None
    return (behaviour_section(clusters), *((rare_section(rare),) if rare else ()))


def behaviour_section(clusters: Clusters | None) -> Section:
    title = {"fr": "Comportements", "en": "Behaviour"}
    return Section("clusters", title, clusters or NO_MODEL, "clusters")


def rare_section(rare: Rare) -> Section:
    title = {"fr": "Groupes rares et profils atypiques", "en": "Rare groups and unusual profiles"}
    return Section("rare", title, rare, "rare", short={"fr": "Groupes rares", "en": "Rare groups"})
