"""The command ``segspark sources``."""

import json
from pathlib import Path

import pytest
from builders import make_workspace
from click.testing import CliRunner

from segspark.cli.sources import sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace = make_workspace(tmp_path / "w")
    (workspace.folder / "sources" / "clicks.yaml").write_text(
        "name: clicks\nkind: sendgrid\npath: ../data/clicks.json\n"
    )
    (workspace.folder / "data").mkdir(exist_ok=True)
    return workspace.folder


def test_a_source_that_fits_ends_with_zero_and_shows_its_rows(folder: Path) -> None:
    record = {"email": "ann@example.com", "timestamp": 1780128000, "event": "open", "sg_event_id": "e1"}
    (folder / "data" / "clicks.json").write_text(json.dumps(record) + "\n")
    result = CliRunner().invoke(sources, ["check", "clicks", "--config", str(folder)])
    assert result.exit_code == 0, result.output
    assert "source clicks: fine; 1 files, 1 records tried, 0 refused" in result.output
    assert "event_type=open" in result.output
    assert "ann@" not in result.output


def test_a_source_that_does_not_fit_ends_with_three_and_says_what_to_do(folder: Path) -> None:
    (folder / "data" / "clicks.json").write_text('{"email": "ann@example.com"}\n')
    result = CliRunner().invoke(sources, ["check", "clicks", "--config", str(folder)])
    assert result.exit_code == 3
    assert "source clicks: wrong" in result.output
    assert "next: " in result.output
    result = CliRunner().invoke(sources, ["check", "clicks", "--json", "--config", str(folder)])
    (one,) = json.loads(result.output)
    assert (one["source"], one["is_fine"], one["refused"]) == ("clicks", False, 1)
