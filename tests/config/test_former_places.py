"""Keys that have moved: old files and variables go on, and two answers to one question are refused."""

from pathlib import Path
from typing import Any

import pytest

from segspark.app.workspace import former_places, open_workspace
from segspark.config.former_places import move, move_places
from segspark.errors import ConfigError
from segspark.models.clustering.model import BEHAVIOUR
from segspark.models.propensity.model import CHURN

MOVES = {"clustering": ("models", "groups"), "rare": ("models", "groups", "rare")}


@pytest.mark.parametrize(
    ("data", "moved"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"clustering": {"k": 3}}, {"models": {"groups": {"k": 3}}}),
        ({"rare": {"eps": 1}, "clustering": {"k": 3}}, {"models": {"groups": {"k": 3, "rare": {"eps": 1}}}}),
        ({"rare": {"eps": 1}, "models": {"groups": {"k": 3}}}, {"models": {"groups": {"k": 3, "rare": {"eps": 1}}}}),
        # A wrong value of the whole section is still there to be refused.
        ({"rare": {"eps": 1}, "clustering": 5}, {"models": {"groups": 5}}),
        ({"clustering": None}, {"models": {"groups": None}}),
    ],
)
def test_a_key_is_read_at_its_place_of_today(data: dict[str, Any], moved: dict[str, Any]) -> None:
    assert move(data, MOVES) == (moved, [])


def test_a_key_given_at_both_places_is_told_and_left_out() -> None:
    data = {"rare": {"eps": 1}, "clustering": {"k": 3}, "models": {"groups": {"rare": {}}}}
    assert move(data, MOVES) == ({"models": {"groups": {"rare": {}}}}, ["clustering", "rare"])


def test_what_is_known_of_a_place_goes_with_it() -> None:
    lines = {("clustering", "levels", 0): 3, ("rare",): 4, ("lake",): 5, (): 1}
    assert move_places(lines, MOVES) == {
        ("models", "groups", "levels", 0): 3, ("models", "groups", "rare"): 4, ("lake",): 5, (): 1,
    }  # fmt: skip


# With the models of the program ---------------------------------------------------------------------------------

OLD = """\
name: shop
clustering:
  k_max: 6
  names: {low: {fr: Calmes, en: Calm}}
rare: {eps: 0.5}
churn:
  label_days: 60
"""
NEW = """\
name: shop
models:
  behaviour:
    k_max: 6
    names: {low: {fr: Calmes, en: Calm}}
    rare: {eps: 0.5}
  churn:
    label_days: 60
"""


def written(folder: Path, text: str) -> Path:
    (folder / "segspark.yaml").write_text(text)
    return folder


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        open_workspace(written(folder, text), environ or {})
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_a_file_of_before_says_what_it_said(tmp_path: Path) -> None:
    old = open_workspace(written(tmp_path, OLD), {})
    assert (old.models.of(CHURN).label_days, old.models.of(BEHAVIOUR).rare.eps) == (60, 0.5)
    assert old == open_workspace(written(tmp_path, NEW), {})


def test_a_variable_of_before_goes_over_either_form(tmp_path: Path) -> None:
    environ = {"SEGSPARK__CLUSTERING__K_MAX": "7", "SEGSPARK__RARE": "{eps: 0.25}", "SEGSPARK__CHURN__MAX_DEPTH": "3"}
    for text in (OLD, NEW):
        groups = open_workspace(written(tmp_path, text), environ).models.of(BEHAVIOUR)
        assert (groups.k_max, groups.rare.eps, groups.names["low"].en) == (7, 0.25, "Calm")
        assert open_workspace(tmp_path, environ).models.of(CHURN).max_depth == 3


def test_what_is_wrong_in_a_file_of_before_is_told_with_its_line(tmp_path: Path) -> None:
    text = "name: shop\nclustering:\n  k_min: 1\n  scalling: zscore\nrare: {eps: -1}\nchurn:\n  seed: ${NONE}\n"
    lines = refusal(tmp_path, text)
    assert [line.split(" ")[0:2] for line in lines] == [
        ["segspark.yaml:3:", "models.behaviour.k_min"],
        ["segspark.yaml:4:", "models.behaviour.scalling:"],
        ["segspark.yaml:5:", "models.behaviour.rare.eps"],
        ["segspark.yaml:7:", "models.churn.seed"],
    ]
    assert "Did you mean scaling?" in lines[1]


def test_a_wrong_variable_of_before_is_told_by_its_name(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, "name: shop", {"SEGSPARK__CLUSTERING__K": "many"})
    assert line.startswith("environment SEGSPARK__CLUSTERING__K: models.behaviour.k (is 'many'):")


def test_both_places_given_is_an_error(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, "name: shop\nchurn: {seed: 1}\nmodels: {churn: {seed: 2}}\n")
    assert line == (
        "segspark.yaml:2: churn: it is models.churn today, which is given as well. Move it to models.churn."
    )
    (line,) = refusal(tmp_path, "", {"SEGSPARK__CHURN__SEED": "1", "SEGSPARK__MODELS__CHURN__SEED": "2"})
    assert line.startswith("environment SEGSPARK__CHURN__SEED: churn: it is models.churn today")


def test_no_two_models_stood_at_one_place() -> None:
    assert former_places() == {
        "clustering": ("models", "behaviour"), "rare": ("models", "behaviour", "rare"), "churn": ("models", "churn"),
    }  # fmt: skip
