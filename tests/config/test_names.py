"""The workspace's type for what exists: names are checked, models have sections, messages and schema know both."""

from pathlib import Path

import pytest
from pydantic import ConfigDict, Field, ValidationError

from segspark.config.load import load_workspace
from segspark.config.models import Model, Workspace
from segspark.config.names import Choice, workspace_type
from segspark.errors import ConfigError


class Taste(Model):
    """What people like."""

    depth: int = Field(2, ge=1, description="How deep it goes")


class Toy:
    name, config = "taste", Taste


CHOICES = (
    Choice("segments.schemes", ("stars", "moods"), ("stars",)),
    Choice("features.lane", ("auto", "slow"), "auto"),
)
KIND = workspace_type(CHOICES, {"taste": Taste})


def test_the_defaults_hold_where_nothing_is_given() -> None:
    workspace = KIND()
    assert (workspace.segments.schemes, workspace.features.lane) == (("stars",), "auto")
    assert workspace.models.of(Toy) == Taste(depth=2)
    assert workspace.settings.models.of(Toy) == Taste(depth=2)


def test_an_empty_list_is_the_default() -> None:
    assert KIND.model_validate({"segments": {"schemes": []}}).segments.schemes == ("stars",)
    assert KIND.model_validate({"segments": {"schemes": ["moods"]}}).segments.schemes == ("moods",)


def test_a_workspace_without_sections_has_the_defaults_of_every_model() -> None:
    assert Workspace(lake="x").models.of(Toy) == Taste(depth=2)  # type: ignore[arg-type,call-arg]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"segments": {"schemes": ["stars", "tiers"]}}, "Input should be 'stars' or 'moods'"),
        ({"features": {"lane": "fast"}}, "Input should be 'auto' or 'slow'"),
        ({"models": {"taste": {"depth": 0}}}, "greater than or equal to 1"),
        ({"models": {"smell": {}}}, "models.smell"),
    ],
)
def test_what_does_not_exist_is_refused_and_what_does_is_told(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        KIND.model_validate(given)


def loaded(folder: Path, text: str, environ: dict[str, str] | None = None) -> Workspace:
    (folder / "segspark.yaml").write_text(text)
    return load_workspace(folder, environ or {}, workspace_type(CHOICES, {"taste": Taste, **OTHERS}))


class Anything(Model):
    model_config = ConfigDict(extra="allow")


# base.yaml has sections of the models that come with the program, and their schemes.
OTHERS = {
    "behaviour": Anything,
    "churn": Anything,
    "engagement_churn": Anything,
    "customer_value": Anything,
    "uplift": Anything,
    "send_hour": Anything,
}
SCHEMES = "segments: {schemes: [stars]}"


def test_the_environment_reaches_a_section(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"models: {{taste: {{depth: 3}}}}\n{SCHEMES}", {"SEGSPARK__MODELS__TASTE__DEPTH": "4"})
    assert found.models.of(Toy).depth == 4


def test_messages_have_lines_hints_and_names(tmp_path: Path) -> None:
    text = "features: {lane: fast}\nsegments:\n  schemes:\n  - stars\n  - tiers\nmodels:\n  taste:\n    dept: 3\n    depth: 0"
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    lane, scheme, unknown, depth = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert lane.startswith(
        "segspark.yaml:1: features.lane (is 'fast'): Input should be 'auto' or 'slow'. Engine of the"
    )
    assert scheme.startswith("segspark.yaml:5: segments.schemes.1 (is 'tiers'): Input should be 'stars' or 'moods'.")
    assert unknown == "segspark.yaml:8: models.taste.dept: there is no such key. Did you mean depth? Allowed: depth."
    assert depth.endswith("How deep it goes. Default: 2.")


def test_the_schema_lists_names_and_sections() -> None:
    schema = KIND.model_json_schema()
    assert schema["$defs"]["Segments"]["properties"]["schemes"]["items"]["enum"] == ["stars", "moods"]
    assert schema["$defs"]["Features"]["properties"]["lane"]["enum"] == ["auto", "slow"]
    assert list(schema["$defs"]["Models"]["properties"]) == ["outcomes", "tables", "taste"]
    assert schema["title"] == "Workspace"


def test_models_of_the_workspace_are_checked_by_their_type(tmp_path: Path) -> None:
    kind = workspace_type(CHOICES, {"taste": Taste, **OTHERS}, {"outcomes": Taste})
    path = tmp_path / "segspark.yaml"
    path.write_text(f"models: {{outcomes: {{sweet: {{depth: 5}}}}}}\n{SCHEMES}")
    found = load_workspace(path, {}, kind)
    assert found.models.outcomes == {"sweet": Taste(depth=5)}
    path.write_text(f"models: {{outcomes: {{sweet: {{dept: 5}}, 9: {{}}}}}}\n{SCHEMES}")
    with pytest.raises(ConfigError, match=r"models.outcomes.sweet.dept: there is no such key. Did you mean depth"):
        load_workspace(path, {}, kind)


def test_the_type_is_made_once() -> None:
    assert workspace_type(list(CHOICES), {"taste": Taste}) is KIND
