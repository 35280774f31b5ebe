"""The points where a test kills a run: each is in the code once, and reaching one ends the process without a word."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import segspark
from benchmarks.kill_steps import STEPS
from segspark.app.programs import FEATURE_PROGRAMS, PROGRAMS
from segspark.app.run import FLOWS
from segspark.pipeline.batch import FLOW as BATCH
from segspark.points import POINTS

COME_BY = """
from segspark.points import point
for _ in range(3):
    point("committed")
    print("on", flush=True)
"""


# Calls after which something is there that was not before.
CHANGES = {"create_write_transaction", "DeltaTable.create", "merge.execute", "table.vacuum", "save", "register_model",
           "set_registered_model_alias", "write_envelopes", "put_if_absent", "os.replace", "os.link"}  # fmt: skip
# Where such a call has no point beside it -> why none is needed there.
WITHOUT_A_POINT = {
    "app/rotate.py put_in_place": "between key_sealed and key_in_place",
    "models/mlflow_store.py _make_database": "appears whole; models/test_mlflow_store.py kills it",
    "pseudonyms.py make_key_file": "appears whole; between key_stored and the step before",
    "store/local.py create": "a file appears whole; store/test_local.py kills it",
    "store/local.py put_if_absent": "a file appears whole; tables/test_lease_races.py kills holders",
    "store/local.py replace": "a file appears whole",
    "tables/io/commit.py commit": "between files_written and committed",
    "tables/io/spark_lake.py save": "between to_spark and by_spark",
    "tables/lake.py _create": "before table_created",
    "tables/lake_key.py _opened": "a file appears whole; the next run finds it",
    "tables/log_copy.py _put_commit": "a commit appears whole, after the point of whoever makes it",
    "tables/lease_files.py put": "before lease_taken; tables/test_lease_races.py kills holders",
}


def changes_without_a_point() -> set[str]:
    found = set()
    package = Path(segspark.__file__).parent
    for path in package.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                called = {ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
                ends = {"." + name for name in called}
                if "point" not in called and any(end.endswith(f".{change}") for end in ends for change in CHANGES):
                    found.add(f"{path.relative_to(package)} {function.name}")
    return found


def test_whatever_changes_hands_has_a_point_beside_it_or_a_reason() -> None:
    assert changes_without_a_point() == WITHOUT_A_POINT.keys()


def test_every_point_is_in_a_step_of_the_kills() -> None:
    points = {at.partition(":")[0] for step in STEPS for each in step.points for at in each.split("+")}
    assert points == POINTS.keys()


def test_every_flow_and_program_is_killed() -> None:
    """A new one needs a step in benchmarks/kill_steps.py, or a place in one, with its points."""
    killed = {flow for step in STEPS if step.points for flow in step.flows}
    # Programs of one name run the flow of this name, or of their first day.
    named = {"backfill": "features_backfill", "repair": "features_repair", "restate": "features_restate"}
    programs = {named.get(program, program) for program in (*PROGRAMS, *FEATURE_PROGRAMS)}
    assert sorted({*(flow.name for flow in FLOWS), BATCH, *programs} - killed) == []


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
