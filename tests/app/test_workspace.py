"""Opening a workspace: names of what exists are allowed, and nothing else; a variant more is one more name."""

from pathlib import Path

import pytest

from segspark.app.workspace import open_workspace, workspace_type
from segspark.config.models import Model as Section
from segspark.errors import ConfigError
from segspark.models.model import Former, Model, Refused
from segspark.models.propensity.documents import PropensityDocuments
from segspark.models.registry import MODELS
from segspark.segments.schemes.registry import SCHEMES


class Taste(Section):
    depth: int = 2


TASTE = Model(
    "taste", Taste, lambda step, wanted: Refused("never"), (), PropensityDocuments, formerly=(Former("tasting"),)
)


def written(folder: Path, text: str) -> Path:
    (folder / "segspark.yaml").write_text(text)
    return folder


def test_every_scheme_is_made_where_nothing_is_said(tmp_path: Path) -> None:
    schemes = open_workspace(written(tmp_path, ""), {}).segments.schemes
    assert schemes == workspace_type()().segments.schemes == SCHEMES.names()


# Sections of no model of the program.
BESIDE_MODELS = ("outcomes", "tables", "uplift")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "segments: {schemes: [stars]}",
            f"Input should be {', '.join(map(repr, SCHEMES.names()[:-1]))} or {SCHEMES.names()[-1]!r}",
        ),
        ("features: {lane: fast}", "Input should be 'auto', 'direct' or 'spark'"),
        (
            "models: {taste: {depth: 3}}",
            f"models.taste: there is no such key. Allowed: {', '.join(sorted((*MODELS.names(), *BESIDE_MODELS)))}.",
        ),
    ],
)
def test_names_of_nothing_are_refused_and_what_exists_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_workspace(written(tmp_path, text), {})
    assert told in str(caught.value)


def test_a_model_more_has_a_section_more(tmp_path: Path) -> None:
    with MODELS.added(TASTE):
        assert open_workspace(written(tmp_path, "models: {taste: {depth: 3}}"), {}).models.of(TASTE).depth == 3
        assert open_workspace(written(tmp_path, "tasting: {depth: 4}"), {}).models.of(TASTE).depth == 4
        found = open_workspace(written(tmp_path, ""), {"SEGSPARK__MODELS__TASTE__DEPTH": "5"})
        assert found.models.of(TASTE).depth == 5
    assert "taste" not in workspace_type().model_json_schema()["$defs"]["Models"]["properties"]
