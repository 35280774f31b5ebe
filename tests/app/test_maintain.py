"""The night's work on a lake: old days go, small files become few, and nothing that is needed changes."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from builders import make_workspace
from click.testing import CliRunner

from segspark.app import maintain as app
from segspark.app import retention
from segspark.app.maintain import FLOW, maintain
from segspark.app.programs import MAINTENANCE
from segspark.app.retention import beyond_retention
from segspark.cli.main import cli
from segspark.config.models import Workspace
from segspark.errors import GateClosed, InfrastructureError
from segspark.pipeline.runs import runs_of
from segspark.tables.contracts import gold, ops
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.lease import only_writer

NEWEST = date(2026, 5, 6)
ONE = timedelta(days=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def lake(workspace: Workspace) -> Lake:
    """Features of ann and bob on every third day of two years, a file a day."""
    lake = Lake(workspace.lake)
    days = [NEWEST - 3 * n * ONE for n in range(240)]
    rows = [{"person_id": person, "as_of_date": day} for day in days for person in ("ann", "bob")]
    lake.append_small(gold.FEATURES, pa.Table.from_pylist(rows), "features")
    segments = [
        {
            "person_id": "ann", "segment_date": NEWEST - n * ONE, "scheme": "rfm", "segment_id": "s", "segment_name": "s",
            "level": 1, "path": "s", "definition_version": "d", "is_contactable": True, "valid_until": NEWEST,
        }
        for n in (0, 700, 729, 730, 900)
    ]  # fmt: skip
    lake.append_small(gold.SEGMENTS, pa.Table.from_pylist(segments), "segments")
    return lake


def run(workspace: Workspace, *only: str, **how: Any) -> list[dict[str, Any]]:
    return maintain(workspace, only=only, today=NEWEST, **how)


def rows_of(lake: Lake, contract: Contract) -> list[str]:
    return sorted(map(str, lake.read_small(contract).to_pylist()))


def test_what_contracts_declare_is_applied_and_told(lake: Lake, workspace: Workspace) -> None:
    before = lake.days(gold.FEATURES)
    done = {d["table"]: d for d in run(workspace, "retention")}
    kept = lake.days(gold.FEATURES)
    # A hundred days and the first of each month, two years of segments.
    assert kept == [d for d in before if d > NEWEST - 100 * ONE or d.day == 1]
    assert any(d.day == 1 and d < NEWEST - 200 * ONE for d in kept)
    assert lake.days(gold.SEGMENTS) == [NEWEST - n * ONE for n in (729, 700, 0)]
    gone = [d for d in before if d not in kept]
    told = done["gold.features"]
    assert (told["what"], told["rows"], told["files"]) == ("retention", 2 * len(gone), len(gone))
    assert told["dates"] == [d.isoformat() for d in gone]
    assert done["gold.segments"]["dates"] == [(NEWEST - n * ONE).isoformat() for n in (900, 730)]
    assert beyond_retention(lake) == {}
    assert run(workspace, "retention") == []
    # Said in the lake too, before and after.
    rows = runs_of(lake).rows(FLOW)
    assert [r["state"] for r in rows] == ["started", "done"]
    assert json.loads(rows[0]["inputs"])[0]["dates"] == [d.isoformat() for d in gone]
    assert {d["table"] for d in json.loads(rows[1]["outputs"])["done"]} == {"gold.features", "gold.segments"}


def test_what_is_removed_can_be_read_until_the_vacuum(lake: Lake, workspace: Workspace) -> None:
    version, n_rows = lake.version(gold.FEATURES), lake.n_rows(gold.FEATURES)
    run(workspace)
    assert lake.n_rows(gold.FEATURES) < n_rows
    assert lake.table(gold.FEATURES, version).to_pyarrow_table().num_rows == n_rows
    files = [d for d in run(workspace, "vacuum", hours=0) if d["table"] == "gold.features"]
    assert files[0]["files"] > 100
    named = lake.table(gold.FEATURES).file_uris()
    assert len([f for f in lake.folder(gold.FEATURES).list() if f.name.endswith(".parquet")]) == len(named)


def test_a_dry_run_tells_the_same_and_changes_nothing(lake: Lake, workspace: Workspace) -> None:
    for n in range(12):
        lake.append_small(gold.SEGMENT_MIGRATIONS, migration(n), str(n))
    before = [f.name for f in lake.store.list() if not f.name.startswith("_lease")]
    planned = run(workspace, is_dry=True)
    assert [f.name for f in lake.store.list() if not f.name.startswith("_lease")] == before
    assert {d["what"] for d in planned} == {"retention", "compaction", "checkpoint"}
    done = run(workspace)
    # The commits of the first steps are not known to a dry run.
    assert [d for d in done if d["what"] != "checkpoint"] == [d for d in planned if d["what"] != "checkpoint"]


def migration(n: int) -> pa.Table:
    row = {"as_of_date": NEWEST, "model_version": f"m{n}", "previous_version": "m", "from_segment_id": "a",
           "to_segment_id": "b", "n_people": n}  # fmt: skip
    return pa.Table.from_pylist([row])


def test_a_mistyped_year_makes_no_day_look_old(lake: Lake, workspace: Workspace) -> None:
    run(workspace, "retention")
    kept = lake.days(gold.FEATURES)
    far = pa.Table.from_pylist([{"person_id": "ann", "as_of_date": date(2062, 5, 6)}])
    lake.append_small(gold.FEATURES, far, "far")
    assert run(workspace, "retention") == []
    assert lake.days(gold.FEATURES) == [*kept, date(2062, 5, 6)]
    # An hourly run is as of tomorrow.
    assert beyond_retention(lake, NEWEST - ONE) == {}


def test_a_lake_of_small_files_is_joined_and_gets_checkpoints_once(lake: Lake, workspace: Workspace) -> None:
    for n in range(12):
        lake.append_small(gold.SEGMENT_MIGRATIONS, migration(n), str(n))
    before = rows_of(lake, gold.SEGMENT_MIGRATIONS)
    done = {(d["what"], d["table"]): d for d in run(workspace)}
    joined = done["compaction", "gold.segment_migrations"]
    assert (joined["files"], joined["into"], joined["rows"]) == (12, 1, 12)
    assert ("checkpoint", "gold.segment_migrations") in done
    assert rows_of(lake, gold.SEGMENT_MIGRATIONS) == before
    assert lake.table(gold.SEGMENT_MIGRATIONS).transaction_version("3") == 1
    # Rows that were appended once stay appended once.
    lake.append_small(gold.SEGMENT_MIGRATIONS, migration(3), "3")
    assert rows_of(lake, gold.SEGMENT_MIGRATIONS) == before
    assert [d for d in run(workspace) if d["table"] != "ops.runs"] == []


def test_what_only_spark_keeps_is_left_and_named(lake: Lake, workspace: Workspace) -> None:
    lake.table(gold.FEATURES).alter.add_constraint({"named": "person_id <> 'x'"})
    days = lake.days(gold.FEATURES)
    (told,) = [d for d in run(workspace, "retention") if d["table"] == "gold.features"]
    assert told["note"] == (
        "left as it is: it has the CHECK constraint named, which only Spark keeps; use DELETE in a session of your own"
    )
    assert lake.days(gold.FEATURES) == days


def test_files_of_a_table_with_deletion_vectors_stay(lake: Lake, workspace: Workspace) -> None:
    """delta-rs does not see that the log names them, and without them deleted rows would come back."""
    path = workspace_path(lake, ops.LEDGER)
    deltalake.DeltaTable.create(
        path, schema=lake.create(ops.RUNS).schema(), configuration={"delta.enableDeletionVectors": "true"}
    )
    vector = Path(path) / "deletion_vector_1.bin"
    vector.write_bytes(b"x")
    assert lake.remove_unnamed_files(ops.LEDGER, 0, dry_run=False) == 0
    assert vector.exists()


def workspace_path(lake: Lake, contract: Contract) -> str:
    path = lake.path(contract)
    Path(path).mkdir(parents=True)
    return path


def test_it_waits_for_nobody_and_knows_its_tables(lake: Lake, workspace: Workspace) -> None:
    with only_writer(lake.store, "daily"), pytest.raises(InfrastructureError):
        run(workspace)
    lake.create(ops.LEDGER)
    lake.table(ops.LEDGER).alter.set_table_description("One row: x. Contract version 99.")
    with pytest.raises(GateClosed, match="newer"):
        run(workspace)


STOPS = {
    "before the first commit": ("files_to_replace", 1), "after it": ("files_replaced", 1),
    "between tables": ("files_to_replace", 2), "after all": ("maintained", 3), "at a checkpoint": ("checkpoint", 1),
}  # fmt: skip


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", STOPS)
def test_a_run_that_ends_anywhere_is_harmless_and_the_next_one_ends_it(
    lake: Lake, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    for n in range(12):
        lake.append_small(gold.SEGMENT_MIGRATIONS, migration(n), str(n))
    migrations = rows_of(lake, gold.SEGMENT_MIGRATIONS)
    name, left = STOPS[where]

    def stop(at: str) -> None:
        nonlocal left
        left -= at == name
        if left == 0:
            raise Killed

    for module in ("app.maintain", "tables.own_commits", "tables.checkpoints"):
        monkeypatch.setattr(f"segspark.{module}.point", stop)
    with pytest.raises(Killed):
        run(workspace)
    expected = [d for d in lake.days(gold.FEATURES) if retention.is_kept(gold.FEATURES, d, NEWEST)]
    assert rows_of(lake, gold.SEGMENT_MIGRATIONS) == migrations
    left = -1
    run(workspace)
    assert lake.days(gold.FEATURES) == expected
    assert rows_of(lake, gold.SEGMENT_MIGRATIONS) == migrations
    assert len(lake.table(gold.SEGMENT_MIGRATIONS).file_uris()) == 1


def test_the_command_tells_and_does(lake: Lake, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_today", lambda: NEWEST)
    asked = ["maintain", "--config", str(workspace.folder)]
    dry = CliRunner().invoke(cli, [*asked, "--dry-run", "--only", "retention"])
    assert "retention  gold.features" in dry.output
    assert dry.exit_code == 0
    shown = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).output)
    assert {d["what"] for d in shown} == {"retention"}
    assert CliRunner().invoke(cli, [*asked, "--only", "retention"]).output == "nothing to do\n"
    assert CliRunner().invoke(cli, [*asked, "--only", "nothing"]).exit_code == 2


def test_steps_are_those_of_the_command_line() -> None:
    assert tuple(app.STEPS) == MAINTENANCE


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (app.Done("retention", "gold.x", (NEWEST - ONE, NEWEST), 1200, 2), "gold.x: 1,200 rows of 2 days (2026-05-05 to 2026-05-06) removed, beyond the retention"),
        (app.Done("compaction", "gold.x", (), 5, 9, 1), "gold.x: 9 files written as 1"),
        (app.Done("checkpoint", "gold.x", into=4), "gold.x: a checkpoint of version 4"),
        (app.Done("vacuum", "gold.x", files=3), "gold.x: 3 files removed that no version needs"),
        (app.Done("scratch", "_staging", files=1), "_staging: 1 files of runs that have ended removed"),
        (app.Done("vacuum", "gold.x", note="left"), "gold.x: left"),
    ],
)  # fmt: skip
def test_each_is_said_in_a_sentence(done: app.Done, told: str) -> None:
    assert app.sentence(done) == told


# In a process of its own: delta-rs waits for the server of this process without letting it answer.
IN_A_BUCKET = """
import json, sys
from datetime import timedelta
from pathlib import Path
import pyarrow as pa
from app.test_maintain import NEWEST, ONE, migration, rows_of, run
from segspark.app.workspace import open_workspace
from segspark.config.url import Url
from segspark.tables.contracts import gold
from segspark.tables.lake import Lake
workspace = open_workspace(Path(sys.argv[1])).model_copy(update={"lake": Url(sys.argv[2])})
lake = Lake(workspace.lake)
rows = [{"person_id": "ann", "as_of_date": NEWEST - n * ONE} for n in (0, 200)]
lake.append_small(gold.FEATURES, pa.Table.from_pylist(rows), "features")
for n in range(9):
    lake.append_small(gold.SEGMENT_MIGRATIONS, migration(n), str(n))
lake.create(gold.DEFINITIONS)
lake.table(gold.DEFINITIONS).alter.set_table_description("Rules")
before = rows_of(lake, gold.SEGMENT_MIGRATIONS)
from segspark.app import maintain as app
from segspark.app.migrate import migrate
# The table of features has three commits by then; of a bucket delta-rs makes a checkpoint of the tenth by itself.
app.COMMITS_PER_CHECKPOINT = 2
told = {
    "migrated": [(d["table"], d["change"]) for d in migrate(workspace)],
    "done": [(d["what"], d["table"]) for d in run(workspace)],
    "days": [str(d) for d in lake.days(gold.FEATURES)],
    "removed": {d["table"]: d["files"] for d in run(workspace, "vacuum", hours=0)},
    "is_same": rows_of(lake, gold.SEGMENT_MIGRATIONS) == before,
}
print(json.dumps(told))
"""


def test_a_lake_in_a_bucket_is_kept_small_and_migrated_too(workspace: Workspace, s3: str) -> None:
    """No step needs a rename, a link or a folder."""
    tests = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(tests), str(tests.parent)))}
    asked = [sys.executable, "-c", IN_A_BUCKET, str(workspace.folder), f"{s3}/maintained"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["migrated"] == [["gold.definitions", "described"]]
    # In a bucket each third commit of a run has written a checkpoint.
    done_to = set(map(tuple, told["done"]))
    assert {("retention", "gold.features"), ("compaction", "gold.segment_migrations")} <= done_to
    assert (told["days"], told["is_same"]) == ([str(NEWEST)], True)
    assert (told["removed"]["gold.features"], told["removed"]["gold.segment_migrations"]) == (1, 9)
