"""One committer for each table in a bucket, and of several writers at once nothing is lost."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

from segspark.errors import EXIT_GATE_CLOSED, GateClosed
from segspark.pipeline.runs import record, runs_of
from segspark.tables.committer import DELTA_RS, PROPERTY, SPARK
from segspark.tables.contracts import ops
from segspark.tables.lake import Lake

CLONE = Path(__file__).parents[2]
RESULTS = CLONE / "benchmarks" / "results" / "two_writers.json"
ROUNDS = 500


def run(n: str, lake: Lake) -> None:
    record(lake, run_id=n, flow="ingest", as_of=date(2026, 5, 3), state="done", inputs={}, outputs={})


def name_committer(lake: Lake, value: str) -> None:
    table = lake.table(ops.RUNS)
    table.alter.set_table_properties({PROPERTY: value}, raise_if_not_exists=False)


@pytest.fixture
def place(s3: str, tmp_path: Path) -> str:
    return f"{s3}/{tmp_path.name}"


def test_a_new_table_names_delta_rs_and_keeps_the_protocol(place: str) -> None:
    run("one", Lake(place))
    table = Lake(place).table(ops.RUNS)
    assert table.metadata().configuration[PROPERTY] == DELTA_RS
    assert (table.protocol().min_reader_version, table.protocol().min_writer_version) == (1, 2)


def test_a_table_that_spark_commits_to_is_refused_with_the_way_out(place: str) -> None:
    run("one", Lake(place))
    name_committer(Lake(place), SPARK)
    with pytest.raises(GateClosed, match="names delta-spark as the one that commits to it") as refused:
        run("two", Lake(place))
    assert refused.value.exit_code == EXIT_GATE_CLOSED == 3
    assert f"SET TBLPROPERTIES ('{PROPERTY}' = '{DELTA_RS}')" in str(refused.value)
    assert runs_of(Lake(place)).rows("ingest")[-1]["run_id"] == "one"
    name_committer(Lake(place), DELTA_RS)
    run("two", Lake(place))
    assert len(runs_of(Lake(place)).rows("ingest")) == 2


def test_a_table_of_another_program_is_refused(place: str) -> None:
    folder = Lake(place).path(ops.RUNS)
    deltalake.DeltaTable.create(folder, schema=deltalake.Schema.from_arrow(pa.schema([("run_id", pa.string())])))
    with pytest.raises(GateClosed, match="names nobody"):
        run("one", Lake(place))


def test_a_table_with_rules_that_spark_keeps_is_not_written_by_both(place: str) -> None:
    run("one", Lake(place))
    Lake(place).table(ops.RUNS).alter.add_constraint({"named": "run_id != ''"})
    with pytest.raises(GateClosed, match=f"names {DELTA_RS} .* would commit by {SPARK}"):
        run("two", Lake(place))


def test_in_a_folder_both_may_commit(tmp_path: Path) -> None:
    run("one", Lake(tmp_path))
    assert PROPERTY not in Lake(tmp_path).table(ops.RUNS).metadata().configuration
    name_committer(Lake(tmp_path), SPARK)
    run("two", Lake(tmp_path))


WRITER = """
import sys
from datetime import date
from segspark.pipeline.runs import record
from segspark.tables.lake import Lake
lake = Lake(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    record(lake, run_id=f"{sys.argv[2]}-{n}", flow="ingest", as_of=date(2026, 5, 3), state="done", inputs={}, outputs={})
"""


@pytest.mark.parametrize("rounds", [8, pytest.param(ROUNDS, marks=pytest.mark.slow)])
def test_of_two_writers_at_once_no_commit_is_lost(place: str, rounds: int) -> None:
    """Two processes commit to one table as fast as they can; each row is there once, compacted files or not."""
    Lake(place).create(ops.RUNS)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, place, name, str(rounds)], cwd=CLONE, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in ("ann", "bob")
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.wait(timeout=1800) for writer in writers] == [0, 0]
    found = [row["run_id"] for row in runs_of(Lake(place)).rows("ingest")]
    if rounds == ROUNDS:
        counts = {"rounds": rounds, "writers": 2, "commits": 2 * rounds, "lost": 2 * rounds - len(set(found)),
                  "twice": len(found) - len(set(found)), "deltalake": deltalake.__version__, "server": "moto"}  # fmt: skip
        RESULTS.write_text(json.dumps(counts, indent=2) + "\n")
    assert sorted(found) == sorted(f"{name}-{n}" for name in ("ann", "bob") for n in range(rounds))
