"""A folder that cannot be written: questions are answered, and what has to write ends with a sentence that names it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import stored_shop

from segspark.config.template import init_workspace

# Root may write anywhere, so the folder is mounted read-only, where only the command sees it.
_MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "mount", "--bind", "/tmp", "/tmp"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not can_mount(), reason="needs the right to mount in a name space of its own")


def ask(read_only: Path, workspace: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segspark.cli.main", *args, "--config", str(workspace)]
    mounted = ["unshare", "-m", "sh", "-c", _MOUNTED, str(read_only), *command]
    return subprocess.run(mounted, capture_output=True, text=True, env=os.environ | environment)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("shop")
    stored_shop(folder / "w")
    (folder / "w" / "reports").mkdir()
    return folder / "w"


@pytest.mark.parametrize(
    "question", ["tables", "segments list", "segments show buyers", "doctor --deep", "key check", "quarantine list"]
)
@pytest.mark.parametrize("place", ["lake", "."])
def test_a_question_needs_no_right_to_write(shop: Path, place: str, question: str) -> None:
    done = ask(shop / place, shop, *question.split())
    sound = subprocess.run(
        [sys.executable, "-m", "segspark.cli.main", *question.split(), "--config", str(shop)],
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    if question.startswith("doctor"):
        # It answers, and says that no run can write.
        assert "cannot be written" in done.stdout
    else:
        assert (done.returncode, done.stdout) == (sound.returncode, sound.stdout)


@pytest.mark.parametrize(
    ("place", "command", "named"),
    [
        ("lake", "run daily --as-of 2026-05-05", "lake"),
        (".", "run daily --as-of 2026-05-05", "lake"),
        ("lake", "unlock --yes", "lake"),
        ("lake", "doctor --repair", "lake"),
        ("lake", "clean", "lake"),
        ("reports", "report", "reports"),
    ],
)
def test_what_has_to_write_names_the_place(shop: Path, place: str, command: str, named: str) -> None:
    before = sorted(str(p) for p in shop.rglob("*"))
    done = ask(shop / place, shop, *command.split())
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    assert str(shop / named) in done.stderr
    assert sorted(str(p) for p in shop.rglob("*")) == before


@pytest.mark.slow
def test_a_day_writes_neither_into_its_files_nor_into_a_closed_temporary_folder_and_a_preview_nowhere(
    tmp_path: Path,
) -> None:
    shop, closed = tmp_path / "shop", tmp_path / "closed"
    init_workspace(shop)
    closed.mkdir()
    for place, *command in (
        (shop / "data", "run", "daily", "--as-of", "2026-06-01"),
        (closed, "run", "daily", "--as-of", "2026-06-02"),
        (shop / "lake", "segments", "preview", "active_30d", "--json"),
    ):
        done = ask(place, shop, *command, TMPDIR=str(closed))
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["people"] > 0
