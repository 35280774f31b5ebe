"""The definitions and the calendar of a workspace, read and checked; no Spark."""

from typing import TYPE_CHECKING

from segspark.config.models import Workspace
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.features.acts import acts_of
from segspark.features.feature import Catalogue
from segspark.features.resources import CATALOGUE, load_catalogue
from segspark.ids import identity
from segspark.pipeline.context import Resource
from segspark.segments.calendar import parse_weather
from segspark.segments.check import issues_in
from segspark.segments.definitions import Definitions
from segspark.segments.load import read_definitions
from segspark.segments.schemes.registry import active_schemes
from segspark.segments.validation_errors import raise_issues
from segspark.segments.values import values_of
from segspark.store import store_of_file

if TYPE_CHECKING:
    from segspark.segments.calendar_context import CalendarContext


def definitions_of(workspace: Workspace, catalogue: Catalogue | None = None) -> Definitions:
    """The workspace's definitions of the schemes that it makes, with the names in them checked.

    Raises:
        ConfigError: it names a scheme that does not exist.
        DefinitionError: all errors of all definitions.
    """
    made = {scheme.name for scheme in active_schemes(workspace.segments)}
    loaded, issues = read_definitions(workspace.segments, workspace.folder)
    definitions = Definitions({name: found for name, found in loaded.by_scheme.items() if name in made})
    catalogue = catalogue or load_catalogue(workspace)
    raise_issues([*issues, *issues_in(definitions, values_of(catalogue, workspace.models), acts_of(catalogue))])
    return definitions


def calendar_context_of(workspace: Workspace) -> "CalendarContext":
    """The calendar, with the weather if a file of it is configured.

    Raises:
        ConfigError: the file is missing or has wrong rows.
    """

    from segspark.segments.calendar_context import CalendarContext

    config = workspace.calendar
    if config.weather is None:
        return CalendarContext(config)
    place = config.weather.below(workspace.folder)
    return CalendarContext(config, parse_weather(_text_of(place), str(place)))


def _text_of(place: Url) -> str:
    """
    Raises:
        ConfigError: there is no such file.
    """
    store, name = store_of_file(place)
    try:
        content = store.read(name).decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{place}: there is no such file. Correct calendar.weather in segspark.yaml.") from None
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _identity_of(definitions: Definitions) -> object:
    """Versions of the contents, which hold the names that are stored in rows."""
    return {name: [d.version for d in found] for name, found in definitions.by_scheme.items()}


def _weather_of(workspace: Workspace) -> str | None:
    """The content of the weather file; the rest of the calendar is configuration."""

    config = workspace.calendar
    return None if config.weather is None else identity(_text_of(config.weather.below(workspace.folder)))


DEFINITIONS: Resource[Definitions] = Resource(
    "definitions",
    lambda setting: definitions_of(setting.workspace, setting[CATALOGUE]),
    lambda setting: _identity_of(setting[DEFINITIONS]),
)
CALENDAR: "Resource[CalendarContext]" = Resource(
    "calendar",
    lambda setting: calendar_context_of(setting.workspace),
    lambda setting: _weather_of(setting.workspace),
)
