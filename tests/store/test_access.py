import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from segspark.store.access import as_guarded, for_hadoop, guard, too_open


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder that everybody can enter, as far as this test knows."""
    folder = tmp_path / "top"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("access", "mode"), [("private", 0o600), ("group", 0o640), ("all", 0o644)])
def test_new_files_are_for_whom_the_workspace_says(top: Path, access: str, mode: int) -> None:
    guard(access)
    (top / "file").write_text("")
    assert stat.S_IMODE((top / "file").stat().st_mode) == mode


def test_what_the_jvm_writes_is_told_to_hadoop() -> None:
    assert for_hadoop("private") == {"spark.hadoop.fs.permissions.umask-mask": "077"}


def test_a_folder_is_too_open_if_others_can_read_and_reach_it(top: Path) -> None:
    lake = top / "lake"
    lake.mkdir(mode=0o755)
    above = [p for p in lake.parents if not os.stat(p).st_mode & stat.S_IXOTH]
    # The folder of tests is closed itself, so that nothing in it can be reached.
    assert above
    assert not too_open(lake, "private")
    assert not too_open(top / "none", "private")


@pytest.mark.parametrize(
    ("mode", "access", "expected"),
    [
        (0o755, "private", True), (0o750, "private", True), (0o700, "private", False), (0o750, "group", False),
        (0o755, "group", True), (0o755, "all", False),
    ],
)  # fmt: skip
def test_the_mode_counts_where_all_folders_above_can_be_entered(
    monkeypatch: pytest.MonkeyPatch, top: Path, mode: int, access: str, expected: bool
) -> None:
    lake = top / "lake"
    lake.mkdir()
    lake.chmod(mode)
    # As if every folder above were open.
    monkeypatch.setattr(Path, "resolve", lambda self: Path("/usr") / self.name)
    assert too_open(lake, access) is expected


def test_what_was_copied_open_is_closed_as_new_files_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir(mode=0o755)
    for name, mode in (("open", 0o644), ("run", 0o755), ("own", 0o600)):
        (tmp_path / "in" / name).write_text("x")
        (tmp_path / "in" / name).chmod(mode)
    before = os.umask(0o027)
    try:
        as_guarded(tmp_path / "in")
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "in", *(tmp_path / "in").iterdir())}
    assert modes == {"in": 0o750, "open": 0o640, "run": 0o750, "own": 0o600}
