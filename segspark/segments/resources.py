"""The definitions and the calendar of a workspace, read and checked; no Spark."""

from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.features.resources import load_catalogue
from segspark.pipeline.step import Step
from segspark.segments.calendar import parse_weather
from segspark.segments.calendar_context import CalendarContext
from segspark.segments.check import issues_in
from segspark.segments.definitions import Definitions
from segspark.segments.load import read_definitions
from segspark.segments.validation_errors import raise_issues
from segspark.segments.values import acts_of, values_of


def definitions_of(run: Step) -> Definitions:
    """The workspace's levels and rules, of the schemes it makes, their names checked.

    Raises:
        DefinitionError: every fault of every definition.
    """
    wanted = run.workspace.segments
    found, faults = read_definitions(wanted, run.workspace.folder)
    definitions = Definitions(
        found.levels if "levels" in wanted.schemes else None, found.rules if "rules" in wanted.schemes else ()
    )
    catalogue = load_catalogue(run.workspace)
    raise_issues([*faults, *issues_in(definitions, values_of(catalogue), acts_of(catalogue))])
    return definitions


def calendar_context_of(workspace: Workspace) -> CalendarContext:
    """The calendar, with the weather where a file of it is named.

    Raises:
        ConfigError: the file is missing or has wrong rows.
    """
    config = workspace.calendar
    if config.weather is None:
        return CalendarContext(config)
    path = workspace.folder / config.weather
    if not path.exists():
        raise ConfigError(f"{path}: there is no such file. Correct calendar.weather in segspark.yaml.")
    return CalendarContext(config, parse_weather(path.read_text(encoding="utf-8-sig"), str(path)))
