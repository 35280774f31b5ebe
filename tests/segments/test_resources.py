"""Definitions and calendar of a workspace, as flows look them up; what makes a run another one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.errors import ConfigError
from segspark.pipeline.context import Context
from segspark.segments.calendar import Place
from segspark.segments.definitions import Definitions, Levels, Rule
from segspark.segments.resources import CALENDAR, DEFINITIONS, calendar_context_of, definitions_of
from segspark.segments.validation_errors import DefinitionError
from segspark.store import store_at

WEATHER = "date,market,region,weather,temperature_c\n2026-05-01,FR,,rain,12\n"


def identities(workspace: Workspace) -> dict[str, object]:
    return Context(workspace, date(2026, 5, 1), (DEFINITIONS, CALENDAR), "test").identities()


def edited(workspace: Workspace, file: str, old: str, new: str) -> Workspace:
    path = workspace.folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return open_workspace(workspace.folder, {})


def test_definitions_are_of_the_schemes_that_are_made(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    found = definitions_of(workspace)
    assert len(found.of("levels", Levels)) == 1
    assert [r.key for r in found.of("rules", Rule)] == ["buyers", "big_spenders", "fast_buyers"]
    only_rfm = edited(workspace, "segspark.yaml", "segments:\n", "segments:\n  schemes: [rfm]\n")
    assert definitions_of(only_rfm) == Definitions()


def test_a_scheme_that_does_not_exist_is_refused_where_definitions_are_resolved(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    config = workspace.segments.model_copy(update={"schemes": ("rules", "rmf")})
    with pytest.raises(ConfigError, match=r"no scheme 'rmf'\. Did you mean rfm"):
        definitions_of(workspace.model_copy(update={"segments": config}))


def test_faults_of_reading_and_of_names_are_raised_together(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    edited(workspace, "levels.yaml", "days_since_active", "days_since_activ")
    edited(workspace, "rules.yaml", "n_order_lifetime >= 1", "n_order_lifetime >=")
    with pytest.raises(DefinitionError) as refused:
        definitions_of(workspace)
    assert [i.code for i in refused.value.issues] == ["unknown_value", "unreadable_condition"]


@pytest.mark.parametrize(
    ("change", "is_another"),
    [
        (lambda w: edited(w, "rules.yaml", ">= 1\n", ">= 2\n"), True),
        (lambda w: edited(w, "rules.yaml", "en: Buyers", "en: Customers"), True),
        (lambda w: edited(w, "levels.yaml", "en: Others", "en: The others"), True),
        (lambda w: edited(w, "levels.yaml", "<= 30", "<= 31"), True),
        (lambda w: edited(w, "rules.yaml", "n_order_lifetime >= 1", "n_order_lifetime   >=  1"), False),
    ],
    ids=["condition", "title", "name of a group", "condition of a group", "spaces"],
)
def test_a_run_is_another_one_where_a_content_or_a_name_is(
    tmp_path: Path, change: Callable[[Workspace], Workspace], is_another: bool
) -> None:
    workspace = make_workspace(tmp_path / "w")
    before = identities(workspace)
    assert (identities(change(workspace)) != before) is is_another


def test_the_calendar_knows_the_weather_of_its_file_and_changes_with_it(tmp_path: Path) -> None:
    workspace = edited(make_workspace(tmp_path / "w"), "segspark.yaml", "language: en\n",
                       "language: en\ncalendar: {weather: weather.csv}\n")  # fmt: skip
    with pytest.raises(ConfigError, match=r"weather.csv: there is no such file. Correct calendar.weather"):
        calendar_context_of(workspace)
    (workspace.folder / "weather.csv").write_text(WEATHER)
    assert calendar_context_of(workspace).on(date(2026, 5, 1), Place("FR"))["weather"] == "rain"
    before = identities(workspace)["calendar"]
    (workspace.folder / "weather.csv").write_text(WEATHER.replace("rain", "snow"))
    assert identities(workspace)["calendar"] != before


def test_without_a_file_there_is_no_weather(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    assert calendar_context_of(workspace).on(date(2026, 5, 1), Place("FR"))["weather"] is None
    assert identities(workspace)["calendar"] is None


def test_the_weather_lies_in_a_bucket_as_well(s3: str, tmp_path: Path) -> None:
    place = f"{s3}/{tmp_path.name}/weather.csv"
    workspace = edited(make_workspace(tmp_path / "w"), "segspark.yaml", "language: en\n",
                       f"language: en\ncalendar: {{weather: {place}}}\n")  # fmt: skip
    with pytest.raises(ConfigError, match=f"^{place}: there is no such file"):
        calendar_context_of(workspace)
    store_at(f"{s3}/{tmp_path.name}").replace("weather.csv", WEATHER.encode())
    assert calendar_context_of(workspace).on(date(2026, 5, 1), Place("FR"))["weather"] == "rain"
