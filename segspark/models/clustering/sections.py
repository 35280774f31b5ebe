"""What the report shows of groups: their documents, and the sections of behaviour groups and of rare groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from segspark import sections
from segspark.config.models import Settings
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, decided_groups
from segspark.models.model import Refused, Trained
from segspark.sections import Missing, People, Reason, Section

REFUSED = {
    "fr": "Pas de groupes de comportement : le modèle a été refusé",
    "en": "No behaviour groups: the model was refused",
}
REFUSED_IN_SHORT = {
    "fr": "Pas de groupes de comportement aujourd'hui : les données n'en montrent pas d'assez nets.",
    "en": "No behaviour groups today: the data shows none that are clear enough.",
}
# Values of a reason that count people.
COUNTS = ("n", "people")
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


def clustering_sections(state: Clusters | Refused | None) -> tuple[Section, ...]:
    """The sections of a day: of behaviour groups, or why there are none, and of rare groups if some were trained."""
    rare = state.documents.rare if isinstance(state, Clusters) else None
    return (behaviour_section(state), *((rare_section(rare),) if rare else ()))


def behaviour_section(state: Clusters | Refused | None) -> Section:
    title = {"fr": "Comportements", "en": "Behaviour"}
    content: object = NO_MODEL if state is None else state
    if isinstance(state, Refused):
        content = sections.Refused(tuple(map(_reason, state.reasons)), REFUSED, REFUSED_IN_SHORT)
    return Section("clusters", title, content, "clusters")


def _reason(gate: Mapping[str, Any]) -> Reason:
    """A reason from the record of the run; the gates that failed are told by their figures."""
    values = {name: value for name, value in gate["values"].items() if name != "failed"}
    return Reason(gate["code"], {n: People(v) if n in COUNTS else v for n, v in values.items()})


def rare_section(rare: Rare) -> Section:
    title = {"fr": "Groupes rares et profils atypiques", "en": "Rare groups and unusual profiles"}
    return Section("rare", title, rare, "rare", short={"fr": "Groupes rares", "en": "Rare groups"})
