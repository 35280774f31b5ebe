"""It is off unless its client would find a configuration."""

from pathlib import Path

import pytest

from segspark.lineage.configured import configured_by


@pytest.mark.parametrize(
    ("environ", "by"),
    [
        ({}, None),
        ({"OPENLINEAGE_URL": ""}, None),
        ({"OPENLINEAGE_NAMESPACE": "shop", "OPENLINEAGE_PARENT_ID": "a/b/c"}, None),
        ({"OPENLINEAGE_URL": "http://127.0.0.1:1"}, "OPENLINEAGE_URL"),
        ({"OPENLINEAGE_CONFIG": "ol.yml", "OPENLINEAGE_URL": "http://127.0.0.1:1"}, "OPENLINEAGE_CONFIG"),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "console"}, "OPENLINEAGE__TRANSPORT__TYPE"),
        ({"OPENLINEAGE_URL": "http://127.0.0.1:1", "OPENLINEAGE_DISABLED": " True "}, None),
    ],
)
def test_variables(tmp_path: Path, environ: dict[str, str], by: str | None) -> None:
    assert configured_by(environ, tmp_path, tmp_path) == by


def test_files_here_and_at_home(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    (home / ".openlineage").mkdir(parents=True)
    assert configured_by({}, here, home) is None
    (home / ".openlineage" / "openlineage.yml").touch()
    assert configured_by({}, here, home) == str(home / ".openlineage" / "openlineage.yml")
    (here / "openlineage.yml").touch()
    assert configured_by({}, here, home) == str(here / "openlineage.yml")
    assert configured_by({"OPENLINEAGE_DISABLED": "true"}, here, home) is None
