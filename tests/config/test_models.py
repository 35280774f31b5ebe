"""What may be configured: wrong values and unknown keys are refused, nothing changes afterwards, flows see a part."""

from typing import Any

import pytest
from pydantic import ValidationError

from segspark.app.workspace import workspace_type
from segspark.config.models import Mlflow, Model, Segments, Settings, Workspace
from segspark.models.clustering.model import BEHAVIOUR


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "My shop"}, "name"),
        ({"time_zone": "Europe/Pariss"}, "no IANA time zone"),
        ({"currency": "euro"}, "currency"),
        ({"language": "de"}, "language"),
        ({"consent": {"assumed": ["tracking"]}}, "consent.assumed"),
        ({"features": {"windows": [0]}}, "features.windows"),
        ({"features": {"lane": "fast"}}, "features.lane"),
        ({"models": {"behaviour": {"k_min": 5, "k_max": 4}}}, r"k_max \(4\) is below k_min \(5\)"),
        ({"models": {"behaviour": {"max_share_move": 1.5}}}, "models.behaviour.max_share_move"),
        ({"segments": {"schemes": ["levels", "stars"]}}, "segments.schemes"),
        ({"segments": {"min_size": 0}}, "segments.min_size"),
        ({"segments": {"min_size": {"rate": 2, "margin": 0.1}}}, "segments.min_size"),
        ({"spark": {"cores": 4}}, "spark.cores"),
        ({"nmae": "x"}, "nmae"),
    ],
)
def test_what_is_wrong_is_refused_and_named(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        workspace_type().model_validate(given)


def test_nothing_changes_after_it_was_read() -> None:
    workspace = workspace_type()()
    with pytest.raises(ValidationError, match="frozen"):
        workspace.name = "other"
    with pytest.raises(ValidationError, match="frozen"):
        workspace.models.of(BEHAVIOUR).k_max = 3


def test_every_model_refuses_unknown_keys() -> None:
    def below(model: type[Model]) -> set[type[Model]]:
        return {model, *(m for sub in model.__subclasses__() for m in below(sub))}

    ours = {m for m in below(Model) if m.__module__ == "segspark.config.models"}
    assert {Workspace, Settings, Segments, Mlflow} <= ours
    for model in ours:
        assert (model.model_config["extra"], model.model_config["frozen"]) == ("forbid", True), model


def test_settings_are_the_workspace_without_the_places_of_its_lake_and_files() -> None:
    workspace = Workspace.model_validate({"name": "shop", "language": "en", "spark": {"jit": "quick"}})
    settings = workspace.settings
    assert type(settings) is Settings
    assert set(Workspace.model_fields) - set(Settings.model_fields) == {
        "folder", "lake", "keys", "sources", "file_access", "lease", "compatibility",
        "exports", "reports", "credentials", "catalog", "lake_files",
    }  # fmt: skip
    assert settings == Settings.model_validate({"name": "shop", "language": "en", "spark": {"jit": "quick"}})
    assert not hasattr(settings, "lake")
