"""A lake whose tables a catalog keeps, as a workspace names it."""

from pathlib import Path

import pytest

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.config.url import Url
from segspark.errors import ConfigError


def opened(folder: Path, text: str, environ: dict[str, str] | None = None) -> Workspace:
    (folder / "segspark.yaml").write_text(text)
    return open_workspace(folder, environ or {})


@pytest.mark.parametrize("schema", ["main.segspark", "spark_catalog.shop", "a.b.c"])
def test_it_names_the_tables_and_their_files_have_a_place(tmp_path: Path, schema: str) -> None:
    found = opened(tmp_path, f"lake: {schema}\nlake_files: s3://bucket/files/")
    assert (found.catalog, found.lake) == (schema, Url("s3://bucket/files"))
    folder = opened(tmp_path, f"lake: {schema}\nlake_files: files")
    assert (folder.catalog, folder.lake) == (schema, Url(str(tmp_path / "files")))


def test_the_environment_names_it_too(tmp_path: Path) -> None:
    environ = {"SEGSPARK__LAKE": "main.segspark", "SEGSPARK__LAKE_FILES": "s3://bucket/files"}
    assert opened(tmp_path, "name: shop", environ).catalog == "main.segspark"


def test_other_lakes_have_none(tmp_path: Path) -> None:
    assert opened(tmp_path, "lake: ./main.segspark").catalog == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lake: main.segspark", "say with lake_files"),
        ("lake: ./lake\nlake_files: ./files", "for a lake whose tables a catalog keeps"),
        ("lake: main.segspark\nlake_files: main.files", "a folder of this name is ./main.files"),
        ("lake: main.segspark\nlake_files: dbfs:/files", "there is no store for dbfs:"),
        ("catalog: main.segspark", "it follows from `lake`"),
    ],
)
def test_what_is_missing_or_too_much_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path, text)
    assert told.lower() in str(refused.value).lower()


def test_it_is_the_same_after_json(tmp_path: Path) -> None:
    found = opened(tmp_path, "lake: main.segspark\nlake_files: s3://bucket/files")
    again = type(found).model_validate_json(found.model_dump_json())
    assert (again.catalog, again.lake) == (found.catalog, found.lake)
