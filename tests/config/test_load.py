import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from segspark.app.workspace import open_workspace, workspace_type
from segspark.config.load import BASE, from_environment, load_model
from segspark.config.models import Model, Workspace
from segspark.config.url import Url
from segspark.errors import ConfigError
from segspark.models.clustering.model import BEHAVIOUR


def workspace(folder: Path, text: str, environ: dict[str, str] | None = None) -> Workspace:
    (folder / "segspark.yaml").write_text(text, encoding="utf-8")
    return open_workspace(folder / "segspark.yaml", environ or {})


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        workspace(folder, text, environ)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_base_yaml_says_what_the_models_default_to() -> None:
    documented = workspace_type().model_validate(yaml.safe_load(BASE.read_text()))
    assert documented == workspace_type()()


def test_base_yaml_shows_every_key() -> None:
    def keys(model: type[Model], shown: Any, before: str = "") -> list[str]:
        missing = []
        for name, field in model.model_fields.items():
            if name not in shown:
                missing.append(before + name)
            elif isinstance(field.default, Model):
                missing += keys(type(field.default), shown[name], f"{before}{name}.")
        return missing

    assert keys(workspace_type(), yaml.safe_load(BASE.read_text())) == ["folder", "catalog"]


def test_an_empty_file_is_the_defaults_beside_it(tmp_path: Path) -> None:
    found = workspace(tmp_path, "")
    assert found.lake == Url(str(tmp_path / "lake"))
    assert found.keys.file == tmp_path / ".segspark-key"
    assert found.mlflow.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert found.mlflow.artifact_location == str(tmp_path / "mlflow-artifacts")
    assert found.mlflow.experiment == "workspace"


def test_the_folder_stands_for_its_segspark_yaml(tmp_path: Path) -> None:
    workspace(tmp_path, "name: shop")
    assert open_workspace(tmp_path, {}).name == "shop"


def test_environment_goes_over_file_and_file_over_defaults(tmp_path: Path) -> None:
    text = "models: {behaviour: {k_max: 6, seed: 1}}\nfeatures: {windows: [14]}"
    environ = {
        "SEGSPARK__MODELS__BEHAVIOUR__K_MAX": "7",
        "SEGSPARK__SEGMENTS__RULES": "[a.yaml, b.yaml]",
        "SEGSPARK_KEY": "x",
    }
    found = workspace(tmp_path, text, environ)
    groups = found.models.of(BEHAVIOUR)
    assert (groups.k_max, groups.seed, groups.k_min) == (7, 1, 2)
    assert found.features.windows == (14,)
    assert found.segments.rules == ("a.yaml", "b.yaml")


def test_variables_come_from_the_environment_or_their_default(tmp_path: Path) -> None:
    text, here = "lake: ${ROOT:-./here}/lake\nname: ${NAME}", Url(str(tmp_path / "here" / "lake"))
    assert workspace(tmp_path, text, {"NAME": "ann"}).lake == here
    assert workspace(tmp_path, text, {"NAME": "ann", "ROOT": "/data"}).lake == Url("/data/lake")
    # As in a shell, `:-` also stands in for a variable that is empty.
    assert workspace(tmp_path, text, {"NAME": "ann", "ROOT": ""}).lake == here


def test_a_variable_that_is_not_set_is_named_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "language: en\nlake: ${NOWHERE}/lake") == [
        "segspark.yaml:2: lake (is '${NOWHERE}/lake'): the environment has no NOWHERE. "
        "Set it, or give a default: ${NOWHERE:-default}."
    ]


def test_all_faults_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = """\
currency: euro
time_zone: Europe/Pariss
models:
  behaviour:
    k_min: 1
    scalling: zscore
lake: viewfs://node/lake
name: ${NAME}
"""
    lines = refusal(tmp_path, text)
    assert [line.split(" ")[0:2] for line in lines] == [
        ["segspark.yaml:1:", "currency"],
        ["segspark.yaml:2:", "time_zone"],
        ["segspark.yaml:5:", "models.behaviour.k_min"],
        ["segspark.yaml:6:", "models.behaviour.scalling:"],
        ["segspark.yaml:7:", "lake"],
        ["segspark.yaml:8:", "name"],
    ]
    assert "Did you mean scaling? Allowed: clip_quantile, decisions, features, imputation," in lines[3]
    assert "greater than or equal to 2" in lines[2]


def test_a_key_of_another_section_is_sent_there(tmp_path: Path) -> None:
    assert "Did you mean segments.min_size?" in refusal(tmp_path, "min_size: 10")[0]


def test_a_wrong_value_shows_what_the_key_is_for_and_its_default(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, "models: {behaviour: {clip_quantile: 2}}")
    assert line.startswith("segspark.yaml:1: models.behaviour.clip_quantile (is 2): ")
    assert line.endswith("Values above this quantile are winsorised. Default: 0.99.")


def test_yaml_words_that_turn_into_something_else_want_quotes(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, "calendar: {country: NO}")
    assert "calendar.country (is False)" in line
    assert "Put it in quotes." in line


def test_a_wrong_value_of_the_environment_is_told_as_such(tmp_path: Path) -> None:
    lines = refusal(tmp_path, "name: shop", {"SEGSPARK__MODELS__BEHAVIOUR__K": "many", "SEGSPARK__MODLES__K": "5"})
    assert lines[0].startswith("environment SEGSPARK__MODELS__BEHAVIOUR__K: models.behaviour.k (is 'many'):")
    assert lines[1].startswith("environment SEGSPARK__MODLES__K: modles: there is no such key. Did you mean models?")


def test_environment_values_that_are_no_yaml_are_told(tmp_path: Path) -> None:
    assert "this is no YAML" in refusal(tmp_path, "", {"SEGSPARK__FEATURES__WINDOWS": "[7, 30"})[0]


def test_a_setting_and_its_section_may_both_be_in_the_environment() -> None:
    settings, origins, problems = from_environment({"SEGSPARK__SPARK": "3", "SEGSPARK__SPARK__MASTER": "local[1]"})
    assert settings == {"spark": {"master": "local[1]"}}
    assert set(origins) == {("spark",), ("spark", "master")}
    assert not problems


def test_the_folder_is_not_for_files_to_set(tmp_path: Path) -> None:
    assert refusal(tmp_path, "folder: elsewhere") == ["segspark.yaml:1: folder: it is where this file lies. Remove it."]


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "5"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "settings are needed, e.g. `lake: ./lake`" in refusal(tmp_path, text)[0]


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="segspark init DIR"):
        open_workspace(tmp_path / "none.yaml", {})


def test_any_model_is_loaded_the_same_way(tmp_path: Path) -> None:
    class Shop(Model):
        owner: str
        opened: int = 0

    path = tmp_path / "shop.yaml"
    path.write_text("owner: ${OWNER}")
    assert load_model(path, Shop, {"OWNER": "ann"}) == Shop(owner="ann")
    path.write_text("openned: 3")
    with pytest.raises(ConfigError) as caught:
        load_model(path, Shop, {})
    assert "owner: this key is needed." in str(caught.value)
    assert "Did you mean opened?" in str(caught.value)


def test_loading_never_imports_spark(tmp_path: Path) -> None:
    workspace(tmp_path, "name: shop")
    code = (
        "import sys, pathlib; from segspark.app.workspace import open_workspace; "
        f"open_workspace(pathlib.Path({str(tmp_path)!r})); sys.exit('pyspark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_setting_that_was_dropped_does_not_keep_a_file_from_loading(tmp_path: Path) -> None:
    spark = workspace(tmp_path, "spark: {jit: quick, driver_memory: 5g}").spark
    assert spark.driver_memory == "5g"
    assert "jit" not in spark.model_dump()


def test_a_key_like_a_dropped_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="jitter"):
        workspace(tmp_path, "spark: {jitter: quick}")


@pytest.mark.parametrize("address", ["s3://shop/lake", "s3a://shop/a/lake/", "gs://shop", "az://box/lake"])
def test_a_lake_in_a_bucket_keeps_its_address_and_mlflow_stays_here(tmp_path: Path, address: str) -> None:
    found = workspace(tmp_path, f"lake: {address}")
    assert found.lake == Url(address.rstrip("/"))
    assert found.mlflow.tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert found.mlflow.artifact_location == f"{tmp_path}/mlflow-artifacts"


def test_a_lake_by_file_is_a_folder(tmp_path: Path) -> None:
    assert workspace(tmp_path, f"lake: file://{tmp_path}/x/lake").lake == Url(f"{tmp_path}/x/lake")


@pytest.mark.parametrize("address", ["viewfs://node/lake", "dbfs:/lake", "main.segspark", "s3:/shop", "s3://k:s@shop"])
@pytest.mark.parametrize("way", ["file", "variable", "reference"])
def test_a_place_without_a_store_is_refused_from_every_way(tmp_path: Path, address: str, way: str) -> None:
    text = {"file": f"lake: {address}", "variable": "name: shop", "reference": "lake: ${WHERE}"}[way]
    environ = {"variable": {"SEGSPARK__LAKE": address}, "reference": {"WHERE": address}}.get(way, {})
    told = "\n".join(refusal(tmp_path, text, environ))
    assert "lake (is " in told
    assert "k:s" not in told
    assert [p.name for p in tmp_path.iterdir()] == ["segspark.yaml"]
