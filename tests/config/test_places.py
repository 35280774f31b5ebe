"""Every setting that names a place takes a URL, or refuses one in a sentence; none becomes a folder of its name."""

from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from segspark.app.workspace import open_workspace, workspace_type
from segspark.config.url import Url
from segspark.errors import ConfigError

# Set by the program; of a catalog (test_catalog.py); where MLflow keeps what, which has rules of its own (below); patterns of names, not of places.
OTHERS = {"folder", "lake_files", "mlflow.tracking_uri", "mlflow.artifact_location"}
TAKE_URLS = {
    "lake": lambda w: w.lake,
    "exports": lambda w: w.exports,
    "reports": lambda w: w.reports,
    "calendar.weather": lambda w: w.calendar.weather,
    "models.behaviour.decisions": lambda w: w.models.behaviour.decisions,
}
REFUSE_URLS = ("keys.file", "features.files", "segments.levels", "segments.rules", "sources")
# Below a name that the workspace gives.
OF_TABLES = "models.tables.file"
LISTS = ("features.files", "segments.rules", "sources")


def places_of(model: type[BaseModel], before: str = "") -> set[str]:
    """Fields whose type is a path or a URL, by the name of the type."""
    found = set()
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= places_of(kind, f"{before}{name}.")
        if "Url" in str(field.annotation) or "Path" in str(field.annotation):
            found.add(before + name)
    return found


def opened(folder: Path, place: str, value: Any, by: str = "file") -> Any:
    settings: dict[str, Any] = {}
    environ = {}
    if by == "file":
        at = settings
        *above, last = place.split(".")
        for key in above:
            at = at.setdefault(key, {})
        at[last] = value
    else:
        environ[f"SEGSPARK__{place.upper().replace('.', '__')}"] = yaml.safe_dump(value).partition("\n")[0]
    (folder / "segspark.yaml").write_text(yaml.safe_dump(settings) if settings else "name: shop")
    return open_workspace(folder, environ)


def test_no_setting_is_forgotten() -> None:
    # Patterns are texts to the type.
    assert places_of(workspace_type()) - OTHERS == {*TAKE_URLS, *REFUSE_URLS, OF_TABLES} - {"segments.rules", "sources"}


@pytest.mark.parametrize(("url", "place"), [("s3://b/x.csv", "s3://b/x.csv"), ("x/y.csv", None)])
def test_the_file_of_a_table_is_a_place_too(tmp_path: Path, url: str, place: str | None) -> None:
    table = {"file": url, "label": "left"}
    workspace = opened(tmp_path, "models.tables.leaves", table)
    found = workspace.models.tables["leaves"].file.below(workspace.folder)
    assert found == Url(place or str(tmp_path / url))
    with pytest.raises(ConfigError, match=r"models\.tables\.leaves\.file"):
        opened(tmp_path, "models.tables.leaves", {**table, "file": "ftp://host/x.csv"})


@pytest.mark.parametrize("by", ["file", "environment"])
@pytest.mark.parametrize(
    "url",
    ["s3://b/x/y.csv", "s3a://b/x", "gs://b/x", "abfss://c@a.dfs.core.windows.net/x", "az://c/x", "hdfs://node/x"],
)
@pytest.mark.parametrize("place", TAKE_URLS)
def test_a_url_is_kept_as_it_was_given(tmp_path: Path, place: str, url: str, by: str) -> None:
    workspace = opened(tmp_path, place, url, by)
    assert TAKE_URLS[place](workspace).below(workspace.folder) == Url(url)


@pytest.mark.parametrize("by", ["file", "environment"])
@pytest.mark.parametrize("place", TAKE_URLS)
def test_a_path_starts_at_the_workspace_and_a_file_url_is_its_path(tmp_path: Path, place: str, by: str) -> None:
    for given, path in (("x/y", tmp_path / "x" / "y"), ("file:///x/y", Path("/x/y"))):
        workspace = opened(tmp_path, place, given, by)
        assert TAKE_URLS[place](workspace).below(workspace.folder) == Url(str(path.resolve()))


@pytest.mark.parametrize("by", ["file", "environment"])
@pytest.mark.parametrize(
    "url", ["dbfs:/x", "https://host/x", "ftp://host/x", "s3:b/x", "S3://b/x", "s3:///x", "wasbs://c@a/x", "hdfs:///x"]
)
@pytest.mark.parametrize("place", [*TAKE_URLS, *REFUSE_URLS, "mlflow.artifact_location"])
def test_what_has_no_store_is_refused_however_it_is_given(tmp_path: Path, place: str, url: str, by: str) -> None:
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path, place, [url] if place in LISTS else url, by)
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("by", ["file", "environment"])
@pytest.mark.parametrize("place", REFUSE_URLS)
def test_files_of_the_workspace_are_read_from_a_folder(tmp_path: Path, place: str, by: str) -> None:
    with pytest.raises(ConfigError, match="read from a folder, not from s3:; give a path"):
        opened(tmp_path, place, ["s3://b/x"] if place in LISTS else "s3://b/x", by)
    if place != "sources":
        opened(tmp_path, place, ["file:///x"] if place in LISTS else "file:///x", by)
