"""Opening a workspace with all that the program knows: the names of its variants and the sections of its models."""

import os
from collections.abc import Mapping
from pathlib import Path

from segspark.config.load import load_workspace
from segspark.config.models import Workspace
from segspark.config.names import Choice
from segspark.config.names import workspace_type as type_of
from segspark.config.yaml_lines import Place
from segspark.features.engine.registry import AUTO, ENGINES
from segspark.models.propensity.config import OUTCOMES, OwnOutcome
from segspark.models.registry import MODELS
from segspark.models.table.config import FlatTable
from segspark.models.table.model import TABLES
from segspark.models.uplift.config import UPLIFT
from segspark.segments.schemes.registry import SCHEMES
from segspark.store.access import guard
from segspark.store.credentials import use


def open_workspace(path: Path, environ: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace of a segspark.yaml (or of the folder that holds one), with absolute paths.

    The environment (``SEGSPARK__MODELS__BEHAVIOUR__K=5``) overrides the file, the file overrides ``base.yaml``. What
    this process writes from here on has the access that the workspace asks for, and it has the credentials that the
    workspace names.

    Raises:
        ConfigError: all errors at once, or credentials that it names are not there.
    """
    workspace = load_workspace(path, environ, workspace_type(), former_places())
    guard(workspace.file_access)
    use(workspace.credentials.profile, workspace.credentials.variables)
    return workspace


def workspace_type() -> type[Workspace]:
    """The type of a workspace, with the names and the sections of everything that exists."""
    return type_of(
        [
            Choice("segments.schemes", SCHEMES.names(), SCHEMES.names()),
            Choice("features.lane", (AUTO, *ENGINES.names()), AUTO),
        ],
        {**{model.name: model.config for model in MODELS.all()}, UPLIFT.name: UPLIFT.config},
        {OUTCOMES: OwnOutcome, TABLES: FlatTable},
    )


def former_places() -> dict[str, Place]:
    """Top-level keys of older files, and where they lie today."""
    return {
        former.key: ("models", model.name, *([former.below] if former.below else ()))
        for model in MODELS.all()
        for former in model.formerly
    }
