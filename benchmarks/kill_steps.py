"""The life of a small shop in steps, and the named points at which each step is killed."""

import hashlib
import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

# Beside the project, not below it: the small shop is the tests' own.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import deltalake
import pyarrow as pa
from builders import make_workspace, write_consents, write_mails, write_orders

import segspark
from segspark.activation.audience import export
from segspark.app.maintain import maintain
from segspark.app.migrate import migrate
from segspark.app.repair import repair
from segspark.app.rotate import rotate
from segspark.app.run import replay_quarantine, run
from segspark.app.training_set import make_training_set
from segspark.app.unlock import free, holders
from segspark.app.vacuum import vacuum
from segspark.app.workspace import open_workspace
from segspark.pipeline.progress import Quiet
from segspark.points import aim
from segspark.pseudonyms import load_key
from segspark.reports.gather import write_day_report
from segspark.spark.session import session_for
from segspark.tables.contracts import gold, ops
from segspark.tables.contracts.schema import schema_json
from segspark.tables.lake import SMALL_FILES, Lake
from segspark.tables.lease import only_writer
from segspark.tables.parts import add_actions, write_parts
from segspark.time import DAY

FIRST = date(2026, 5, 3)
SECOND = FIRST + DAY
# The sealed records of the first day have ended by then.
MUCH_LATER = SECOND + 40 * DAY
PEOPLE = 80


def nothing(folder: Path) -> None:
    """Most steps find what the step before has left."""


@dataclass(frozen=True)
class Step:
    """A step of the shop's life.

    Attributes:
        flows: those that it runs, by the names of ops.runs; the undisturbed life checks it.
        points: named points at which it is killed, with the nth time; after ``+`` where the run after it is killed.
        prepare: what has happened before it.
        has_session: it needs Spark, and a kill at random comes once the session is there.
    """

    name: str
    work: Callable[[Path], object]
    points: tuple[str, ...]
    flows: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = nothing
    has_session: bool = True


def _mend_mapping(folder: Path) -> None:
    source = folder / "sources" / "orders.yaml"
    source.write_text(source.read_text().replace("time_zone:", 'decimal_mark: ","\ntime_zone:', 1))


def _damage(folder: Path) -> None:
    """A flipped bit in the newest file of two tables."""
    lake = Lake(open_workspace(folder).lake)
    for contract in (gold.ACTIVITY_DAILY, gold.FEATURES):
        _, name = max(lake.names_by_day(contract))
        path = Path(lake.folder(contract).url_of(name))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)


def _constrain(folder: Path) -> None:
    """A rule of somebody else on a table, so that Spark's own writer writes it."""
    lake = Lake(open_workspace(folder).lake)
    lake.table(gold.FEATURES_RESTATED).alter.add_constraint({"named": "person_id <> 'nobody'"})


def _unlock(folder: Path) -> None:
    workspace = open_workspace(folder)
    free(workspace, holders(workspace))


def _append_much(folder: Path) -> None:
    """So many small rows that their files are written as one."""
    workspace = open_workspace(folder)
    store = Lake(workspace.lake).store
    with only_writer(store, "compact") as lease:
        lake = Lake(store, lease.check)
        for n in range(SMALL_FILES):
            row = {
                "source": "orders",
                "file_id": f"none-{n}",
                "disposition": "accepted",
                "n_records": 0,
                "run_id": "none",
            }
            lake.append_small(ops.LEDGER, pa.Table.from_pylist([row]), once=f"none-{n}")


def _age(folder: Path) -> None:
    """A day that no retention keeps any more."""
    old = pa.Table.from_pylist([{"person_id": "nobody", "as_of_date": FIRST - 200 * DAY}])
    Lake(open_workspace(folder).lake).append_small(gold.FEATURES, old, once="old")


def _narrow(folder: Path) -> None:
    """The ledger as an earlier version might have made it: with counts of 32 bits."""
    lake = Lake(open_workspace(folder).lake)
    rows, at = lake.read_small(ops.LEDGER), ops.LEDGER.column_names.index("n_records")
    narrow = rows.set_column(at, "n_records", rows["n_records"].cast(pa.int32()))
    columns = tuple(replace(c, type="int") if c.name == "n_records" else c for c in ops.LEDGER.columns)
    schema = deltalake.Schema.from_json(schema_json(replace(ops.LEDGER, columns=columns)))
    added = add_actions(write_parts(narrow, ops.LEDGER, lake.folder(ops.LEDGER)))
    lake.table(ops.LEDGER).create_write_transaction(added, "overwrite", schema)
    lake.table(gold.DEFINITIONS).alter.set_table_description("Rules")


def _freeze(folder: Path) -> None:
    """A training set with somebody who permits nothing, whom the next day takes out."""
    row = {
        "dataset_id": "frozen", "person_id": "nobody", "cut_date": FIRST, "role": "train", "label": 1, "values": [1.0],
    }  # fmt: skip
    Lake(open_workspace(folder).lake).append_small(gold.TRAINING_SETS, pa.Table.from_pylist([row]), once="frozen")


def _make_training_set(folder: Path) -> None:
    make_training_set(open_workspace(folder), "order_1d", [FIRST], ["n_order_30d"])


DAY_FLOWS = ("ingest", "tiles", "features", "scores", "segments")
STEPS = (
    Step(
        "ingest",
        lambda folder: run("ingest", folder, FIRST),
        ("ingest_staged", "ingest_bound", "ingest_table:3", "ingest_before_orders", "ingest_after_orders", "ingest_ledger",
         "ingest_files", "ingest_done", "lease_taken", "table_created:4", "small_written", "small_committed:3",
         "ingest_bound+lease_taken", "ingest_table:2+ingest_after_orders"),
        ("ingest", "ingest_batch"),
    ),
    Step(
        "first_day",
        lambda folder: run("daily", folder, FIRST),
        ("flow_started", "files_written:2", "committed:4", "flow_before_done:4", "day_made", "committed:3+committed:3"),
        (*DAY_FLOWS, "feature_check", "daily", "monitoring", "bits"),
    ),
    Step(
        "train",
        lambda folder: run("train", folder, FIRST),
        ("model_logged", "model_registered", "model_moved", "model_named", "model_registered+model_registered",
         "model_moved+model_registered"),
        ("train",),
    ),
    Step(
        "second_day",
        lambda folder: run("daily", folder, SECOND),
        ("flow_started:3", "files_written:12", "committed:12", "flow_before_done:3", "day_made", "day_published",
         "to_merge", "merged"),
        (*DAY_FLOWS, "ingest_batch", "feature_check", "daily", "monitoring", "withdrawals", "bits"),
        _freeze,
    ),
    Step("training_set", _make_training_set, ("files_written", "committed", "flow_before_done", "committed+committed"),
         ("training_set",)),
    Step("export", lambda folder: export(open_workspace(folder), "buyers", SECOND, None, Quiet()),
         ("export_row:20", "export_file", "export_manifest", "export_row:5+export_row:30")),
    Step("report", lambda folder: write_day_report(open_workspace(folder), SECOND, "en", None), ("report_made",),
         has_session=False),
    Step("restate", lambda folder: run("restate", folder, FIRST), ("files_written", "committed"), ("features_restate",)),
    Step("restate_by_spark", lambda folder: run("restate", folder, SECOND), ("to_spark", "by_spark"),
         ("features_restate",), _constrain),
    Step("rotate", lambda folder: rotate(open_workspace(folder)),
         ("key_stored", "key_in_lake", "key_sealed", "key_in_place", "key_stored+key_sealed"),
         has_session=False),
    Step("unlock", _unlock, ("unlocking",), has_session=False),
    Step(
        "clean",
        lambda folder: vacuum(open_workspace(folder), hours=0),
        ("vacuum_scratch", "vacuum_files:2", "vacuum_table:5"),
        has_session=False,
    ),
    Step(
        "compact",
        _append_much,
        ("small_many_files", "small_committed:30", "small_many_files+small_written"),
        has_session=False,
    ),
    Step(
        "maintain",
        lambda folder: maintain(open_workspace(folder), hours=0, today=MUCH_LATER),
        ("files_to_replace", "files_replaced", "files_to_replace:2", "files_replaced:2", "checkpoint",
         "maintained:2", "files_replaced+maintained"),
        ("maintain",),
        _age,
        has_session=False,
    ),
    Step(
        "migrate",
        lambda folder: migrate(open_workspace(folder)),
        ("migrating", "migrated", "migrated:2", "migrating+migrated"),
        prepare=_narrow,
        has_session=False,
    ),
    Step(
        "hourly",
        lambda folder: run("hourly", folder, SECOND + DAY),
        ("flow_started", "files_written:3", "committed:5", "flow_before_done:4", "small_committed:2"),
        (*DAY_FLOWS, "ingest_batch", "hourly"),
    ),
    Step(
        "replay",
        lambda folder: replay_quarantine(folder, SECOND + DAY, "orders", Quiet()),
        ("ingest_bound", "ingest_table:2", "merged", "replay_marked", "ingest_ledger"),
        ("quarantine_replay", "ingest_batch"),
        _mend_mapping,
    ),
    Step(
        "backfill",
        lambda folder: run("backfill", folder, SECOND, first=FIRST, progress=Quiet()),
        ("backfill_day", "files_written:2", "committed:2"),
        ("tiles", "features_backfill", "scores", "segments"),
    ),
    Step(
        "repair",
        lambda folder: repair(folder, Quiet()),
        ("repair_begun", "repair_day", "committed:2"),
        ("tiles", "features_repair"),
        _damage,
    ),
    Step(
        "sealed_end",
        lambda folder: run("ingest", folder, MUCH_LATER),
        ("to_merge", "merged", "sealed_ended"),
        ("ingest",),
    ),
)  # fmt: skip


def code() -> str:
    """A hash of the package: results of another code say nothing of this one."""
    package = Path(segspark.__file__).parent
    content = b"".join(path.read_bytes() for path in sorted(package.rglob("*.py")))
    return hashlib.sha256(content).hexdigest()[:12]


def perish(name: str, folder: Path, at: str, ready: Connection) -> None:
    """In a process of its own: run a step, and be killed at a point or from outside."""
    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    step = next(s for s in STEPS if s.name == name)
    if step.has_session:
        session_for(open_workspace(folder), "victim", is_short=True)
    aim(at)
    ready.send(True)
    ready.close()
    step.work(folder)


def make_shop(folder: Path) -> None:
    """Two months of orders and clicks of some people; on the second day late orders, a withdrawal and a complaint."""
    make_workspace(folder)
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text() + "ingest: {max_quarantined_share: 0.2}\n")
    workspace, draw = open_workspace(folder), random.Random(1)
    # Made before the first state, so that all runs have the same pseudonyms.
    load_key(workspace.keys.environment, workspace.keys.file)
    people = [f"p{n}@example.com" for n in range(PEOPLE)]

    def moment(until: date) -> str:
        return f"{until - DAY * draw.randint(0, 50)} {draw.randint(8, 20):02d}:00:00"

    received = FIRST - DAY
    orders = [(f"o{n}-{who[1:3]}", who, moment(received), f"{draw.randint(5, 200)}.00")
              for who in people for n in range(draw.randint(0, 6))]  # fmt: skip
    # Refused: one is taken in again once the mapping is mended, the other one ends sealed.
    refused = [("comma", people[5], f"{received} 09:00:00", '"12,50"'), ("then", people[6], "then", "5.00")]
    write_orders(workspace, received, *orders, *refused)
    clicks = [(f"m{n}-{who[1:3]}", who, draw.choice(("click", "delivered")), moment(received))
              for who in people for n in range(draw.randint(0, 9))]  # fmt: skip
    write_mails(workspace, received, *clicks)
    write_consents(workspace, received, (people[0], "profiling", "withdrawn", f"{received} 08:00:00"))
    # The last one changes an order that is there, so that orders are merged.
    write_orders(workspace, FIRST, ("new", people[1], f"{FIRST} 10:00:00", "30.00"),
                 ("late", people[2], f"{received - DAY} 10:00:00", "40.00"), orders[0],
                 (*orders[1][:3], "77.00"))  # fmt: skip
    write_mails(workspace, FIRST, ("mc", people[3], "complaint", f"{FIRST} 12:00:00"))
    write_orders(workspace, SECOND, ("hour", people[4], f"{SECOND} 10:00:00", "30.00"))
