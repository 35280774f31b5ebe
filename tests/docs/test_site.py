"""The command that builds the documentation fails for a link that leads nowhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from docs.page import CLONE

PARTS = [line.split(maxsplit=1) for line in (CLONE / ".ci" / "parts").read_text().splitlines() if line[:1] not in "#"]
COMMAND = dict(PARTS)["docs"]


@pytest.mark.parametrize(
    ("link", "fails"), [("index.md#here", False), ("none.md", True), ("index.md#nowhere", True), ("/index.md", True)]
)
def test_a_link_that_leads_nowhere_fails(tmp_path: Path, link: str, fails: bool) -> None:
    checks = yaml.safe_load((CLONE / "mkdocs.yml").read_text("utf-8"))["validation"]
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump({"site_name": "x", "plugins": [], "validation": checks}))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Here\n\n[link]({link})\n")
    # As in an activated environment.
    path = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", COMMAND], cwd=tmp_path, env=path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode != 0) == fails, done.stderr
    assert "MkDocs 2" not in done.stdout + done.stderr


def test_make_docs_runs_the_same_command() -> None:
    assert COMMAND.replace("mkdocs", "$(BIN)/mkdocs") in (CLONE / "Makefile").read_text("utf-8")
