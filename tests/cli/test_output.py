"""What commands print."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from segspark.cli.main import cli
from segspark.cli.output import Day, as_typed, matrix_lines, print_rows, progress_lines, shown_value
from segspark.pipeline.progress import Lines, Quiet


def test_the_overlap_of_previewed_segments_is_a_matrix() -> None:
    found = [
        {"name": "rich", "people": 1200, "among_previewed": {"new": 7, "none": 0}},
        {"name": "new", "people": 30, "among_previewed": {"rich": 7, "none": 0}},
        {"name": "none", "people": 0, "among_previewed": {"rich": 0, "new": 0}},
    ]
    assert matrix_lines(found) == [
        "overlap matrix, people in both:",
        "            1      2      3",
        "1 rich  1,200      7      0",
        "2 new       7     30      0",
        "3 none      0      0      0",
    ]


ROWS: list[dict[str, Any]] = [
    {"name": "ann", "people": 1200, "day": date(2026, 5, 1), "note": None},
    {"name": "bob and eve", "people": 7, "day": None, "note": "é"},
]


def test_rows_are_a_table_with_numbers_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, False, ("name", "people", "note", "gone"))
    assert capsys.readouterr().out.splitlines() == [
        "name         people  note  gone",
        "ann           1,200",
        "bob and eve       7  é",
    ]


def test_programs_get_every_field_whatever_is_shown_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, True, ("name",))
    text = capsys.readouterr().out
    assert json.loads(text)[0] == {"name": "ann", "people": 1200, "day": "2026-05-01", "note": None}
    assert "é" in text


def test_no_rows_are_nothing_yet_for_people_and_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], False, ("name",))
    print_rows([], True, ("name",))
    assert capsys.readouterr().out == "nothing yet\n[]\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (1234567, "1,234,567"), (True, "True"), (0.123456, "0.1235"), (1234.5, "1,234"), (-4321.7, "-4,322"),
     (date(2026, 5, 1), "2026-05-01"), ("x", "x")],
)  # fmt: skip
def test_a_value_is_shown_short(value: object, shown: str) -> None:
    assert shown_value(value) == shown


def test_a_day_is_written_in_one_way() -> None:
    assert Day().convert("2026-06-01", None, None) == Day().convert(date(2026, 6, 1), None, None) == date(2026, 6, 1)
    for wrong in ("01/06/2026", "2026-06-31", "yesterday"):
        with pytest.raises(click.BadParameter, match="is no date; write it as 2026-06-01"):
            Day().convert(wrong, None, None)


def test_programs_hear_nothing_of_the_progress() -> None:
    assert isinstance(progress_lines(True), Quiet)
    assert isinstance(progress_lines(), Lines)


def test_a_program_is_named_as_the_shell_that_called_this_one_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "an env"
    programs.mkdir()
    for name in ("segspark", "mlflow"):
        (programs / name).touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    # As in make, whose recipes have the environment in their PATH, and the reader's shell has not.
    monkeypatch.setenv("PATH", str(programs))
    assert as_typed("mlflow", "an env/segspark") == "'an env/mlflow'"
    assert as_typed("mlflow", str(programs / "segspark")) == "mlflow"
    monkeypatch.setenv("PATH", "/nowhere")
    assert as_typed("mlflow", str(programs / "segspark")) == f"'{programs}/mlflow'"
    # As `python -m segspark.cli.main`.
    assert as_typed("mlflow", str(tmp_path / "main.py")) == "mlflow"


@pytest.mark.parametrize(
    "words",
    [
        ("doctor", "--config"), ("run", "daily", "--as-of", "2026-05-03", "--config"), ("init",), ("demo",), ("pack",),
        ("tables", "--config"), ("segments", "list", "--config"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("url", ["s3://bucket/shop", "hdfs://node/shop", "dbfs:/shop"])
def test_what_lies_in_a_folder_is_not_looked_for_elsewhere(
    words: tuple[str, ...], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, [*words, url])
    assert done.exit_code == 2
    assert f"this is read from a folder, not from {url.partition(':')[0]}:; give a path" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("report",), ("segments", "export", "buyers")])
@pytest.mark.parametrize(
    ("url", "told"),
    [("dbfs:/a.csv", "there is no store for dbfs:"), ("s3:/b/a.csv", "write s3://bucket/folder"),
     ("s3://key:word@b/a.csv", "no credentials")],
)  # fmt: skip
def test_what_is_written_needs_a_store(words: tuple[str, ...], url: str, told: str) -> None:
    done = CliRunner().invoke(cli, [*words, "--out", url])
    assert done.exit_code == 2
    assert told in done.output
    assert "word" not in done.output.replace("password", "")


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["init", f"file://{tmp_path}/shop"]).exit_code == 0
    assert (tmp_path / "shop" / "segspark.yaml").exists()
