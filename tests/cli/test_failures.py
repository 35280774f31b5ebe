"""Under --json every error is one object on standard output; exit codes and what people read stay as they are."""

import json
import sys
from pathlib import Path

import click
import pytest
from builders import make_workspace

from segspark.cli.ending import EXIT_TERMINATED
from segspark.cli.failures import KINDS, Failure, asks_for_json, failure_of
from segspark.cli.main import main
from segspark.errors import (
    CheckFailed,
    ConfigError,
    DamagedFile,
    GateClosed,
    InfrastructureError,
    SegsparkError,
)


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (ConfigError("x"), "config", 2),
        (click.UsageError("x"), "usage", 2),
        (GateClosed("x"), "gate_closed", 3),
        (CheckFailed("x"), "check_failed", 1),
        (DamagedFile("f", "x"), "check_failed", 1),
        (InfrastructureError("x"), "infrastructure", 4),
        (KeyError("x"), "bug", 70),
        (SegsparkError("x"), "bug", 70),
        (click.exceptions.Abort(), "interrupted", 130),
        (KeyboardInterrupt(), "interrupted", 130),
        (SystemExit(EXIT_TERMINATED), "terminated", 143),
        # Of Java, in its own words.
        (RuntimeError("java.net.ConnectException: Connection refused"), "infrastructure", 4),
    ],
)
def test_every_error_has_a_kind_and_the_exit_code_of_its_class(error: BaseException, kind: str, code: int) -> None:
    failure = failure_of(error)
    assert (failure.kind, failure.exit_code) == (kind, code)
    assert failure.message


def test_every_class_of_errors_has_a_kind_of_its_own() -> None:
    own = {kind for kind in SegsparkError.__subclasses__() if kind.__module__ == SegsparkError.__module__}
    assert own == set(KINDS)
    assert len(set(KINDS.values())) == len(KINDS)


def test_lists_are_there_only_where_an_error_has_them() -> None:
    assert json.loads(Failure("config", 2, "à lire").as_json()) == {
        "error": {"kind": "config", "exit_code": 2, "message": "à lire"}
    }
    found = json.loads(Failure("config", 2, "m", ({"code": "c"},), ("Champions",)).as_json())["error"]
    assert (found["issues"], found["suggestions"]) == ([{"code": "c"}], ["Champions"])


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        (["tables", "--json"], True),
        (["--json"], True),
        (["tables"], False),
        (["segments", "show", "--", "--json"], False),
    ],
)
def test_json_is_asked_for_also_by_a_line_that_cannot_be_parsed(arguments: list[str], asks: bool) -> None:
    assert asks_for_json(arguments) is asks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w").folder


class Ended:
    """What a process printed, and how it ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> None:
        monkeypatch.setattr(sys, "argv", ["segspark", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        self.code = left.value.code
        self.out, self.err = capsys.readouterr()


def test_wrong_files_are_told_with_their_single_faults(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "segspark.yaml").write_text("nmae: shop\nfeatures: {windows: 5}\n")
    ended = Ended(monkeypatch, capsys, "tables", "--config", folder, "--json")
    error = json.loads(ended.out)["error"]
    assert (ended.code, error["exit_code"], error["kind"]) == (2, 2, "config")
    assert [issue["where"].rpartition(":")[2] for issue in error["issues"]] == ["1", "2"]
    assert all(set(issue) == {"code", "where", "what", "fix"} for issue in error["issues"])
    # Logs stay as they were.
    assert ended.err == f"segspark: {error['message']}\n"


def test_wrong_usage_is_told_as_json_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["tabels", "--json"], ["segments", "show", "--json"], ["run", "dayly", "--json"]):
        ended = Ended(monkeypatch, capsys, *words)
        error = json.loads(ended.out)["error"]
        assert (ended.code, error["kind"]) == (2, "usage"), ended.out
        assert error["message"] in ended.err


def test_a_closed_gate_and_a_bug_are_told_with_their_codes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Ended(monkeypatch, capsys, "segments", "split", "a", "--config", folder, "--json")
    assert (ended.code, json.loads(ended.out)["error"]["kind"]) == (3, "gate_closed")

    def broken(config: Path) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("segspark.app.workspace.open_workspace", broken)
    ended = Ended(monkeypatch, capsys, "tables", "--config", folder, "--json")
    assert (ended.code, json.loads(ended.out)["error"]["message"]) == (70, "KeyError: 'oops'")
    assert "Traceback" in ended.err


def test_without_json_nothing_is_on_standard_output(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Ended(monkeypatch, capsys, "segments", "split", "a", "--config", folder)
    assert (ended.out, ended.code) == ("", 3)
