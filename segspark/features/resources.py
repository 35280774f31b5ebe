"""The features of a workspace: the built-in ones and its own, from its files."""

from pathlib import Path

from segspark.config.load import load_model
from segspark.config.models import Settings, Workspace
from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.catalogue_check import catalogue_issues
from segspark.features.engine.days import Calendar, sales_days
from segspark.features.feature import Catalogue
from segspark.features.own import Own, OwnFeatures, from_python, from_yaml, issues_of, unknown_names
from segspark.pipeline.context import Resource


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The features of a workspace: the built-in ones and its own.

    Raises:
        ConfigError: all errors of all feature files.
    """
    own, issues = [], []
    for path in workspace.features.files:
        try:
            own.append(_read_own(workspace.folder / path))
        except ConfigError as error:
            issues.append(str(error))
    issues += [issue for each in own for issue in issues_of(each)]
    catalogue = build_catalogue(
        workspace.features.windows,
        tuple(m for each in own for m in each.measures),
        tuple(f for each in own for f in each.features),
        tuple(d for each in own for d in each.derived),
        tuple(i for each in own for i in each.items),
    )
    issues += catalogue_issues(catalogue) + [issue for each in own for issue in unknown_names(each, catalogue)]
    if issues:
        raise ConfigError("\n".join(issues))
    return catalogue


def _read_own(path: Path) -> Own:
    return from_python(path) if path.suffix == ".py" else from_yaml(path, load_model(path, OwnFeatures))


def sales_calendar(settings: Settings) -> Calendar:
    """The sales days used by features."""
    return Calendar(sales_days([(p.start, p.end) for p in settings.calendar.sales_periods]))


CATALOGUE: Resource[Catalogue] = Resource(
    "catalogue", lambda setting: load_catalogue(setting.workspace), lambda setting: setting[CATALOGUE].hash
)
