"""The features of a workspace: everybody's and its own, from its files."""

from pathlib import Path

from segspark.config.load import load_model
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.engine.kernel import Calendar, sales_days
from segspark.features.feature import Catalogue
from segspark.features.own import Own, OwnFeatures, faults_of, from_python, from_yaml, unknown_names


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The features of a workspace: everybody's and its own.

    Raises:
        ConfigError: every fault of every feature file.
    """
    own, faults = [], []
    for path in workspace.features.files:
        try:
            own.append(_read_own(workspace.folder / path))
        except ConfigError as error:
            faults.append(str(error))
    faults += [fault for each in own for fault in faults_of(each)]
    catalogue = build_catalogue(
        workspace.features.windows,
        tuple(m for each in own for m in each.measures),
        tuple(f for each in own for f in each.features),
        tuple(d for each in own for d in each.derived),
        tuple(i for each in own for i in each.items),
    )
    faults += catalogue.check() + [fault for each in own for fault in unknown_names(each, catalogue)]
    if faults:
        raise ConfigError("\n".join(faults))
    return catalogue


def _read_own(path: Path) -> Own:
    return from_python(path) if path.suffix == ".py" else from_yaml(path, load_model(path, OwnFeatures))


def sales_calendar(workspace: Workspace) -> Calendar:
    return Calendar(sales_days([(p.start, p.end) for p in workspace.calendar.sales_periods]))
