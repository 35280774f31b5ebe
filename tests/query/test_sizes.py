"""Sizes are counted file by file, and short answers import nothing that takes long."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from builders import make_workspace, store_rows, stored_shop

from segspark.pipeline.view import look
from segspark.query.look import LOOK
from segspark.query.sizes import sizes_of_day
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake

DAY = date(2026, 5, 4)
HEAVY = ("pyspark", "delta", "sklearn", "scipy", "pandas", "mlflow", "matplotlib", "duckdb", "sqlglot")


def member(person: str, segment: str, is_contactable: bool, scheme: str = "rules") -> dict[str, object]:
    return {"person_id": person, "segment_date": DAY, "scheme": scheme, "segment_id": f"{scheme}-{segment}",
            "segment_name": segment, "is_contactable": is_contactable}  # fmt: skip


def test_a_segment_that_lies_in_several_files_is_counted_once(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    lake = Lake(workspace.lake)
    store_rows(
        lake, gold.SEGMENTS, member("ann", "Été", True), member("bob", "Été", False), member("ann", "Old", False)
    )
    store_rows(lake, gold.SEGMENTS, member("eve", "Été", True), member("eve", "Été", True, "levels"))
    rows = sizes_of_day(look(LOOK, workspace, lake), DAY)
    found = [(r["scheme"], r["segment_name"], r["segment_id"], r["people"], r["contactable"]) for r in rows]
    assert found == [
        ("levels", "Été", "levels-Été", 1, 1), ("rules", "Été", "rules-Été", 3, 2), ("rules", "Old", "rules-Old", 1, 0),
    ]  # fmt: skip
    assert {(r["segment_date"], r["is_provisional"]) for r in rows} == {(DAY, False)}


def test_a_day_without_members_has_no_sizes(tmp_path: Path) -> None:
    workspace = stored_shop(tmp_path / "w")
    assert sizes_of_day(look(LOOK, workspace, Lake(workspace.lake)), date(2020, 1, 1)) == []


@pytest.mark.parametrize("command", ["segments list", "segments show Buyers", "tables"])
def test_a_short_answer_imports_nothing_that_takes_long(tmp_path: Path, command: str) -> None:
    folder = stored_shop(tmp_path / "w").folder
    code = f"""
import sys
from segspark.cli.main import cli
cli([*{command.split()!r}, "--config", {str(folder)!r}], standalone_mode=False)
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
