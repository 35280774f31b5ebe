"""What is known of the versions that have given scores: from the registry, once a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segspark.config.models import Mlflow
from segspark.models.model import Model
from segspark.models.monitoring.record import Announced, announced_in
from segspark.models.monitoring.reference import BINS, Reference
from segspark.models.registered import registered_name, shelf_of
from segspark.models.tracking import names_of_files, read_document, read_params


@dataclass(frozen=True)
class Version:
    """Attributes:
    model_version: ``name/version``.
    announced: what its scores are the probability of.
    """

    model_version: str
    run_id: str
    announced: Announced


def versions_of(mlflow: Mlflow, workspace: str, model: Model[Any, Any]) -> Mapping[str, Version]:
    """By ``name/version`` the versions that ever were champion and whose scores are probabilities."""
    shelf = shelf_of(mlflow, registered_name(workspace, model))
    found = {}
    for number in sorted({move.version for move in shelf.moves}):
        run_id = shelf.tags.get(number, {}).get("run_id")
        announced = announced_in(read_params(mlflow, run_id)) if run_id else None
        if run_id and announced:
            found[f"{shelf.name}/{number}"] = Version(f"{shelf.name}/{number}", run_id, announced)
    return found


def read_reference(mlflow: Mlflow, run_id: str) -> Reference | None:
    """What the people of a version's training looked like; None if it has stored nothing of them."""
    if BINS not in names_of_files(mlflow, run_id):
        return None
    return Reference.from_dict(read_document(mlflow, run_id, BINS))
