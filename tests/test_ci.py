"""`make check` and `.ci/run` run everything, also after a failure, and say in the last line what failed. No JVM."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
SETUP = "setup:\n\t@echo made\n"
CHECK = "check: setup\n\t@.ci/check\n"
TEST = f"test: setup\n\t@{sys.executable} -m pytest -q -rfE -p no:cacheprovider made_up.py\n"


def ran(folder: Path, *command: str) -> tuple[int, list[str]]:
    """The exit code and the lines of a command in a folder."""
    # What the outer make and pytest say to their children is none of the inner ones' business.
    outer = ("MAKE", "PYTEST", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    done = subprocess.run(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The real scripts beside made-up parts, tests and targets; everything passes."""
    (tmp_path / ".ci").mkdir()
    for script in ("check", "run"):
        shutil.copy(TOP / ".ci" / script, tmp_path / ".ci" / script)
    parts(tmp_path, "lint   echo all clean", "types  true")
    (tmp_path / "Makefile").write_text(f".PHONY: setup check test\n{SETUP}{CHECK}{TEST}")
    (tmp_path / "made_up.py").write_text("def test_one():\n    pass\n")
    return tmp_path


def parts(folder: Path, *lines: str) -> None:
    (folder / ".ci" / "parts").write_text("\n".join(["# A comment.", "", *lines, ""]))


def test_a_check_that_passes_says_so_in_one_line_a_part_and_keeps_quiet_otherwise(project: Path) -> None:
    code, lines = ran(project, ".ci/check")
    assert code == 0
    assert [line.split()[:2] for line in lines[:-1]] == [["ok", "lint"], ["ok", "types"]]
    assert re.fullmatch(r"check: all 2 parts passed in \d+ s", lines[-1])


def test_every_part_runs_and_the_last_line_names_those_that_failed(project: Path) -> None:
    parts(project, "lint   echo unused import; exit 3", "types  true", "page   test -e no-such-page", "last  cat")
    code, lines = ran(project, ".ci/check")
    assert code == 1
    said = [line.split()[:2] for line in lines if line.startswith(("ok", "FAILED"))]
    assert said == [["FAILED", "lint"], ["ok", "types"], ["FAILED", "page"], ["ok", "last"]]
    assert "unused import" in lines
    assert lines[-1] == "check: lint, page failed"


def test_a_command_that_is_not_there_fails_and_says_so(project: Path) -> None:
    parts(project, "lint  no-such-program --check")
    code, lines = ran(project, ".ci/check")
    assert code == 1
    assert any("no-such-program" in line and "not found" in line for line in lines)


def test_named_parts_run_alone_and_an_unknown_one_is_told(project: Path) -> None:
    parts(project, "lint  exit 1", "types  true")
    assert ran(project, ".ci/check", "types")[0] == 0
    assert ran(project, ".ci/check", "lint", "types")[0] == 1
    code, lines = ran(project, ".ci/check", "typ")
    assert code == 2
    assert lines == ["check: there is no part typ in .ci/parts"]


def test_a_table_without_parts_is_no_success(project: Path) -> None:
    parts(project)
    code, lines = ran(project, ".ci/check")
    assert code == 1
    assert lines[-1] == "check: reading the parts in .ci/parts failed"


def test_the_last_part_needs_no_line_end(project: Path) -> None:
    (project / ".ci" / "parts").write_text("types  true\nlint  exit 1")
    assert ran(project, ".ci/check")[1][-1] == "check: lint failed"


def test_ci_ends_with_the_times_and_that_all_passed(project: Path) -> None:
    code, lines = ran(project, ".ci/run")
    assert code == 0
    assert re.fullmatch(r"setup \d+ s, check \d+ s, test \d+ s", lines[-2])
    assert lines[-1] == "ci: check and tests passed"


def test_ci_runs_the_tests_after_a_failed_check_and_names_both(project: Path) -> None:
    parts(project, "lint  exit 1", "types  true")
    names = ["a", "b", "c", "d"]
    (project / "made_up.py").write_text("".join(f"def test_{n}():\n    assert not '{n} - x'\n" for n in names))
    code, lines = ran(project, ".ci/run")
    assert code == 1
    assert lines[-1] == (
        "ci: check: lint failed; "
        "test: 4 failed (made_up.py::test_a made_up.py::test_b made_up.py::test_c ...)"
    )  # fmt: skip


def test_ci_names_a_file_of_tests_that_cannot_be_read(project: Path) -> None:
    (project / "made_up.py").write_text("import no_such_module\n")
    code, lines = ran(project, ".ci/run")
    assert code == 1
    assert lines[-1] == "ci: test: 1 failed (made_up.py)"


def test_ci_fails_where_the_tests_end_without_a_name(project: Path) -> None:
    (project / "made_up.py").unlink()
    code, lines = ran(project, ".ci/run")
    assert code == 1
    assert lines[-1] == "ci: test failed without the name of a test"


def test_ci_ends_at_a_failed_setup(project: Path) -> None:
    (project / "Makefile").write_text(f"setup:\n\t@exit 1\n{CHECK}{TEST}")
    code, lines = ran(project, ".ci/run")
    assert code == 1
    assert lines[-1] == "ci: setup failed"
    assert not any(line.startswith("ok") for line in lines)


def test_make_check_runs_the_table_and_every_part_is_a_name_and_a_command() -> None:
    _, lines = ran(TOP, "make", "-n", "check")
    assert lines[-1] == ".ci/check"
    table = [line.split(maxsplit=1) for line in (TOP / ".ci" / "parts").read_text().splitlines()]
    table = [line for line in table if line and not line[0].startswith("#")]
    assert all(len(line) == 2 for line in table)
    assert len({name for name, _ in table}) == len(table) > 6
