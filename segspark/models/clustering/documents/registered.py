"""All documents of a registered version, written and read together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segspark.config.models import Mlflow
from segspark.errors import CheckFailed
from segspark.models.clustering.documents.groups import Groups
from segspark.models.clustering.documents.map import Map
from segspark.models.clustering.documents.migration import Migration
from segspark.models.clustering.documents.plain import Json
from segspark.models.clustering.documents.preparation import Preparation, z_scores
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.sweep import Sweep
from segspark.models.clustering.documents.tree import Tree

GROUPS, SWEEP, PREPARATION, FEATURES = "groups.json", "sweep.json", "preparation.json", "features.json"
TREE, MAP, MIGRATION, RARE = "tree.json", "map.json", "migration.json", "rare.json"


@dataclass(frozen=True)
class ClusteringDocuments:
    """The documents of one training.

    Attributes:
        tree, map: None in old models.
        migration: None if there was no previous model to compare with.
        rare: None if no rare groups were trained.
    """

    groups: Groups
    sweep: Sweep
    preparation: Preparation
    tree: Tree | None = None
    map: Map | None = None
    migration: Migration | None = None
    rare: Rare | None = None

    def z_scores(self, centre: Sequence[float]) -> dict[str, float]:
        """The distance of a point from the mean of everybody, by feature, as in the training."""
        if self.groups.mean is None:
            raise CheckFailed("The groups in use were trained before their mean was stored; train them again.")
        return z_scores(self.preparation.features, self.groups.mean, centre)

    def to_files(self) -> dict[str, Json]:
        """The JSON documents by file name."""
        optional = ((TREE, self.tree), (MAP, self.map), (MIGRATION, self.migration), (RARE, self.rare))
        return {
            GROUPS: self.groups.to_json(),
            SWEEP: self.sweep.to_json(),
            PREPARATION: self.preparation.to_json(),
            FEATURES: {"features": list(self.groups.features)},
            **{file: document.to_json() for file, document in optional if document is not None},
        }

    @classmethod
    def from_files(cls, files: Mapping[str, Mapping[str, Any]]) -> "ClusteringDocuments":
        """The documents from their JSON.

        Raises:
            CheckFailed: one that every version has is missing.
        """
        missing = [file for file in (GROUPS, SWEEP, PREPARATION) if file not in files]
        if missing:
            raise CheckFailed(f"The registered groups lack {', '.join(missing)}; there are {sorted(files)}.")
        return cls(
            Groups.from_json(files[GROUPS]),
            Sweep.from_json(files[SWEEP]),
            Preparation.from_json(files[PREPARATION]),
            Tree.from_json(files[TREE]) if TREE in files else None,
            Map.from_json(files[MAP]) if MAP in files else None,
            Migration.from_json(files[MIGRATION]) if MIGRATION in files else None,
            Rare.from_json(files[RARE]) if RARE in files else None,
        )


def read_documents(config: Mlflow, run_id: str) -> ClusteringDocuments:
    """All documents of the run that trained a registered version."""
    # MLflow and PySpark are imported only when a version is read.
    from segspark.models import tracking

    return ClusteringDocuments.from_files(tracking.read_documents(config, run_id))
