"""A program runs once for equal files, and again where anything differs."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docs.runs import Runs

DAY = date(2026, 6, 1)


def test_equal_files_are_run_once_and_get_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def program(name: str, config: Path, as_of: date, **more: Any) -> dict[str, Any]:
        ran.append(config.name)
        (config / "lake.txt").write_text(f"{name} {as_of}")
        return {"n": len(ran)}

    (tmp_path / "kept").mkdir()
    runs = Runs(tmp_path / "kept", program)
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "segspark.yaml").write_text("name: x")
    assert runs.run("daily", tmp_path / "a", DAY) == runs.run("daily", tmp_path / "b", DAY) == {"n": 1}
    assert (tmp_path / "b" / "lake.txt").read_text() == "daily 2026-06-01"
    # Another program, other settings, other files.
    assert runs.run("train", tmp_path / "c", DAY) == {"n": 2}
    monkeypatch.setenv("SEGSPARK__LANGUAGE", "en")
    assert runs.run("daily", tmp_path / "d", DAY) == {"n": 3}
    assert runs.run("daily", tmp_path / "d", DAY) == {"n": 4}
    assert ran == ["a", "c", "d", "d"]
