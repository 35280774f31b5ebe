"""What flows look up of sources and of the key, and when a run is no longer the same for it."""

from pathlib import Path

import pytest
from builders import make_workspace

from segspark.config.models import Workspace
from segspark.errors import SegsparkError
from segspark.pipeline.context import Context
from segspark.sources.resources import EXISTING_KEY, KEY, SOURCES


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "w")
    # Nothing has needed a key yet.
    made.keys.file.unlink()
    return made


def context(workspace: Workspace) -> Context:
    return Context(workspace, None, (SOURCES, KEY, EXISTING_KEY), "test")


def test_another_word_in_a_source_makes_another_run_and_a_comment_does_not(workspace: Workspace) -> None:
    before = context(workspace).identities()["sources"]
    file = workspace.folder / "sources" / "orders.yaml"
    file.write_text("# of the shop\n" + file.read_text())
    assert context(workspace).identities()["sources"] == before
    file.write_text(file.read_text().replace("amount: total", "amount: net"))
    assert context(workspace).identities()["sources"] != before


def test_the_key_is_made_once_and_found_again(workspace: Workspace) -> None:
    made = context(workspace)[KEY]
    assert context(workspace)[KEY] == made
    assert context(workspace)[EXISTING_KEY] == made


def test_a_question_makes_no_key(workspace: Workspace) -> None:
    with pytest.raises(SegsparkError):
        context(workspace)[EXISTING_KEY]
    assert not (workspace.folder / workspace.keys.file).exists()


def test_neither_text_nor_identity_shows_the_key(workspace: Workspace) -> None:
    looked_up = context(workspace)
    key = looked_up[KEY]
    assert looked_up.identities()["key"] == "the workspace's"
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
