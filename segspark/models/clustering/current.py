"""The groups of a registered version as they are named today, after overrides: read from its documents, without Spark."""

from collections.abc import Sequence
from dataclasses import dataclass

from segspark.config.models import Settings
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.rare import RareGroup
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.clustering.documents.tree import Tree
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.clustering.naming import renamed
from segspark.models.clustering.overrides import Override, decided_groups


@dataclass(frozen=True)
class CurrentGroups:
    """What a version found, as a workspace has it today.

    Attributes:
        model_version: registered name and number, ``demo_behaviour/3``.
        groups: after overrides (merges and splits) and renames; those of ``documents`` are as trained.
        rare: the rare groups; empty if none were trained.
        tree: the hierarchy that overrides go along; None without overrides.
        waiting: overrides that do not apply to this version's hierarchy.
    """

    model_version: str
    groups: tuple[GroupDocument, ...]
    documents: ClusteringDocuments
    rare: tuple[RareGroup, ...] = ()
    tree: Tree | None = None
    waiting: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, Sequence[int]] | None:
        """With overrides: the model's output column with a person's part, and the cluster of each part."""
        if self.tree is None:
            return None
        of_part = {p: g.cluster for g in self.groups for p in g.parts or ()}
        return self.tree.column, [of_part[p] for p in range(len(self.tree.groups))]


def current_groups(settings: Settings, model_version: str, run_id: str, overrides: Sequence[Override]) -> CurrentGroups:
    """The groups of a version.

    Args:
        run_id: of its training, which keeps the documents.
        overrides: groups merged and split by hand.

    Raises:
        CheckFailed: a document is missing, or is not what was logged.
    """
    names = settings.models.of(BEHAVIOUR).names
    documents = read_documents(settings.mlflow, run_id)
    groups, tree, waiting = decided_groups(documents, overrides)
    rare = documents.rare.groups if documents.rare else ()
    return CurrentGroups(
        model_version,
        tuple(renamed(g, names) for g in groups),
        documents,
        tuple(renamed(g, names) for g in rare),
        tree,
        waiting,
    )
