"""The behaviour groups in use as their training stored them, with the decisions of people. No Spark session."""

from dataclasses import dataclass
from datetime import date

from segspark.app.overrides import arranged_groups
from segspark.config.models import Workspace
from segspark.errors import GateClosed
from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.registered import ClusteringDocuments, read_documents
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.registered import find_champion, registered_name


@dataclass(frozen=True)
class Grouping:
    """Attributes:
    version: ``name/version`` of the model.
    groups: after merges and splits by hand, and renamed as the configuration says.
    """

    version: str
    groups: tuple[GroupDocument, ...]
    documents: ClusteringDocuments


def read_grouping(workspace: Workspace) -> Grouping:
    """
    Raises:
        GateClosed: no groups are in use.
    """
    champion = find_champion(workspace.mlflow, registered_name(workspace.name, BEHAVIOUR), date.max)
    if champion is None:
        raise GateClosed("There are no groups yet. Run: segspark run train --as-of DATE")
    documents = read_documents(workspace.mlflow, champion.tags["run_id"])
    groups = arranged_groups(workspace, documents) if documents.tree is not None else documents.groups.groups
    return Grouping(f"{champion.name}/{champion.version}", tuple(groups), documents)
