"""What a run tells: a line per stage for people, nothing for programs."""

import pytest

from segspark.pipeline.progress import Lines, Progress, Quiet


def test_a_stage_is_one_line_with_its_rows_and_note(capsys: pytest.CaptureFixture[str]) -> None:
    lines: Progress = Lines()
    lines.stage("tiles", 1.25, 12_345, "three days")
    lines.stage("scores", 0.5, None, "")
    lines.note("in passing")
    told = capsys.readouterr()
    # The output may be somebody's JSON.
    assert told.out == ""
    first, second, third = told.err.splitlines()
    assert first.split()[1:] == ["tiles", "1.2", "s", "12,345", "rows", "three", "days"]
    assert second.split()[1:] == ["scores", "0.5", "s"]
    assert third.strip() == "in passing"


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    quiet: Progress = Quiet()
    quiet.stage("tiles", 1.0, 1, "note")
    quiet.note("note")
    assert capsys.readouterr() == ("", "")
