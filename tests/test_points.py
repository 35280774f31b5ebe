"""The points where a test kills a run: each is in the code once, and reaching one ends the process without a word."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import segspark
from segspark.points import POINTS

COME_BY = """
from segspark.points import point
for _ in range(3):
    point("committed")
    print("on", flush=True)
"""


def come_by(kill_at: str | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "SEGSPARK_KILL_AT"}
    environment |= {} if kill_at is None else {"SEGSPARK_KILL_AT": kill_at}
    return subprocess.run([sys.executable, "-c", COME_BY], capture_output=True, text=True, check=False, env=environment)


def test_every_point_stands_at_one_place_of_the_code() -> None:
    found = [
        ast.literal_eval(node.args[0])
        for path in Path(segspark.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "point"
    ]
    assert sorted(found) == sorted(POINTS)


@pytest.mark.parametrize(
    ("kill_at", "went_on", "ended"),
    [
        (None, 3, 0),
        ("flow_started", 3, 0),
        ("committed", 0, -signal.SIGKILL),
        ("committed:3", 2, -signal.SIGKILL),
        ("committed:4", 3, 0),
    ],
)
def test_the_process_is_killed_where_the_variable_says(kill_at: str | None, went_on: int, ended: int) -> None:
    done = come_by(kill_at)
    assert (done.stdout.count("on"), done.returncode, done.stderr) == (went_on, ended, "")
