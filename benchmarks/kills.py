"""Runs that are killed with SIGKILL, at each named point and at random times, and then simply run again.

    python benchmarks/kills.py [--random 10] [--step train] [--folder DIR] [--results FILE]

A small shop goes through its life once undisturbed: first day, training, second day, export, hourly run, backfill,
clean. The state after each step is kept; it is the oracle. A kill starts from the state before its step, in the same
folder: a fresh process runs the step until it is killed, then the step is run again, and every row of every table is
compared with the oracle's. Each kill adds a line to the results; named points that the file holds are not repeated, and
random ones are added until there are as many as asked for.
"""

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

# Beside the project, not below it: the small shop is the tests' own.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders import make_workspace, write_consents, write_mails, write_orders
from mlflow.store.model_registry import sqlalchemy_store as registry_store
from mlflow.store.tracking import sqlalchemy_store as tracking_store

from segspark.activation.audience import export
from segspark.app.run import run
from segspark.app.vacuum import vacuum
from segspark.app.workspace import open_workspace
from segspark.pipeline.progress import Quiet
from segspark.points import POINTS
from segspark.pseudonyms import load_key
from segspark.spark.session import session_for
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
from segspark.time import DAY

RESULTS = Path(__file__).parent / "results" / "kills.jsonl"
FIRST = date(2026, 5, 3)
SECOND = FIRST + DAY
PEOPLE = 80
# A process that neither ends nor is killed is a finding.
TIMEOUT_S = 900
# These say when and how, and not what: a repeated run may differ in them. Models are numbered anew by a repeated training.
VOLATILE = {"written_at", "duration_s", "model_version", "dataset_id"}


@dataclass(frozen=True)
class Step:
    """A step of the shop's life.

    Attributes:
        points: named points at which it is killed, with the nth time.
    """

    name: str
    work: Callable[[Path], object]
    points: tuple[str, ...] = ()


def _backfill(folder: Path) -> object:
    return run("backfill", folder, SECOND, first=FIRST, progress=Quiet())


def _export(folder: Path) -> object:
    return export(open_workspace(folder), "buyers", SECOND, None, Quiet())


STEPS = (
    Step(
        "ingest",
        lambda folder: run("ingest", folder, FIRST),
        ("ingest_staged", "ingest_bound", "ingest_table:3", "ingest_before_orders", "ingest_after_orders", "ingest_ledger",
         "ingest_files", "ingest_done"),
    ),
    Step("first_day", lambda folder: run("daily", folder, FIRST)),
    Step("train", lambda folder: run("train", folder, FIRST), ("model_logged", "model_registered")),
    Step(
        "second_day",
        lambda folder: run("daily", folder, SECOND),
        ("flow_started:3", "files_written:12", "committed:12", "flow_before_done:3", "day_made", "day_published"),
    ),
    Step("export", _export, ("export_file",)),
    Step("hourly", lambda folder: run("hourly", folder, SECOND + DAY)),
    Step("backfill", _backfill, ("backfill_day",)),
    Step("clean", lambda folder: vacuum(open_workspace(folder), hours=0), ("vacuum_table:5",)),
)  # fmt: skip
assert {p.partition(":")[0] for step in STEPS for p in step.points} == set(POINTS)


def make_shop(folder: Path) -> None:
    """Two months of orders and clicks of some people; on the second day late orders, a withdrawal and a complaint."""
    make_workspace(folder)
    workspace, draw = open_workspace(folder), random.Random(1)
    # Made before the first state, so that all runs have the same pseudonyms.
    load_key(workspace.keys.environment, workspace.keys.file)
    people = [f"p{n}@example.com" for n in range(PEOPLE)]

    def moment(until: date) -> str:
        return f"{until - DAY * draw.randint(0, 50)} {draw.randint(8, 20):02d}:00:00"

    received = FIRST - DAY
    orders = [(f"o{n}-{who[1:3]}", who, moment(received), f"{draw.randint(5, 200)}.00")
              for who in people for n in range(draw.randint(0, 6))]  # fmt: skip
    write_orders(workspace, received, *orders)
    clicks = [(f"m{n}-{who[1:3]}", who, draw.choice(("click", "delivered")), moment(received))
              for who in people for n in range(draw.randint(0, 9))]  # fmt: skip
    write_mails(workspace, received, *clicks)
    write_consents(workspace, received, (people[0], "profiling", "withdrawn", f"{received} 08:00:00"))
    write_orders(workspace, FIRST, ("new", people[1], f"{FIRST} 10:00:00", "30.00"),
                 ("late", people[2], f"{received - DAY} 10:00:00", "40.00"), orders[0])  # fmt: skip
    write_mails(workspace, FIRST, ("mc", people[3], "complaint", f"{FIRST} 12:00:00"))
    write_orders(workspace, SECOND, ("hour", people[4], f"{SECOND} 10:00:00", "30.00"))


def rows_of(folder: Path) -> dict[str, Counter[str]]:
    """Every row of every table, as text without what only says when."""
    lake = Lake(open_workspace(folder).lake)
    tables = {}
    for contract in (c for c in ALL if c.name != "ops.runs" and lake.exists(c)):
        rows = lake.read_small(contract).to_pylist()
        tables[contract.name] = Counter(repr(sorted((k, v) for k, v in r.items() if k not in VOLATILE)) for r in rows)
    exports = folder / "exports"
    tables["exports"] = Counter(f"{p.name} {p.read_bytes()!r}" for p in sorted(exports.glob("[!.]*")))
    return tables


def differences(got: dict[str, Counter[str]], want: dict[str, Counter[str]]) -> dict[str, tuple[int, int]]:
    """Table -> rows that are lost, rows that are there too often or should not be."""
    found = {}
    for table in sorted({*got, *want}):
        mine, oracle = got.get(table, Counter()), want.get(table, Counter())
        lost, more = sum((oracle - mine).values()), sum((mine - oracle).values())
        if lost or more:
            found[table] = (lost, more)
    return found


class Shop:
    """The folder in which everything runs, and its states after each step."""

    def __init__(self, top: Path) -> None:
        self.folder, self._states = top / "shop", top / "states"
        self.seconds: dict[str, float] = {}

    def live(self) -> None:
        """Once, undisturbed; steps whose states the folder holds are not run again."""
        lived = self._states / "seconds.json"
        if lived.exists():
            self.seconds = json.loads(lived.read_text())
        else:
            make_shop(self._states / STEPS[0].name)
        for step, following in zip(STEPS, [*(s.name for s in STEPS[1:]), "end"], strict=True):
            if step.name not in self.seconds:
                self.before(step)
                started = time.monotonic()
                self.run(step)
                self.seconds[step.name] = round(time.monotonic() - started, 1)
                shutil.rmtree(self._states / following, ignore_errors=True)
                shutil.copytree(self.folder, self._states / following)
                lived.write_text(json.dumps(self.seconds))
                print(f"{step.name}: {self.seconds[step.name]} s", flush=True)

    def before(self, step: Step) -> None:
        """The state before a step, in the folder of all."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._states / step.name, self.folder)
        # MLflow's connections are to the database that lay here before.
        for store in (tracking_store, registry_store):
            for engine in store.SqlAlchemyStore._engine_map.values():
                engine.dispose()

    def after(self, step: Step) -> dict[str, Counter[str]]:
        names = [*(s.name for s in STEPS), "end"]
        return rows_of(self._states / names[names.index(step.name) + 1])

    def run(self, step: Step) -> None:
        """A step, in this process, whose session stays."""
        session = session_for(open_workspace(self.folder), "kills")
        # Another lake lies in the same folder now.
        session.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # type: ignore[union-attr]
        step.work(self.folder)

    def kill(self, step: Step, point: str | None, draw: random.Random) -> dict[str, Any]:
        """Kill the step, run it again, and compare."""
        self.before(step)
        at = point or f"random:{draw.uniform(0, 1.3 * self.seconds[step.name]):.2f}"
        started = time.monotonic()
        ended = _victim(step, self.folder, at)
        result: dict[str, Any] = {"step": step.name, "at": at, "killed": ended == -signal.SIGKILL}
        if ended not in (0, -signal.SIGKILL):
            result["ended"] = ended
        try:
            self.run(step)
            found = differences(rows_of(self.folder), self.after(step))
            result |= {"run_again": "done", "lost": sum(n for n, _ in found.values()),
                       "doubled_or_strange": sum(n for _, n in found.values()), "tables": found}  # fmt: skip
        except Exception as error:
            result["run_again"] = f"{type(error).__name__}: {error}"[:500]
        result["is_equal"] = result.get("tables") == {} and "ended" not in result
        return result | {"seconds": round(time.monotonic() - started, 1)}


def _victim(step: Step, folder: Path, at: str) -> int:
    """A process that runs a step until it is killed: its exit code."""
    name, _, argument = at.partition(":")
    environment = os.environ if name == "random" else {**os.environ, "SEGSPARK_KILL_AT": at}
    command = [sys.executable, __file__, "--victim", step.name, "--folder", str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        return process.wait(float(argument) if name == "random" else TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def _top(folder: Path | None) -> Iterator[Path]:
    """The folder that was given, which keeps the states for a next time, else one for this time."""
    with tempfile.TemporaryDirectory() as passing:
        top = folder or Path(passing)
        # The session's scratch must not lie in the shop, which is replaced again and again.
        os.environ["SPARK_LOCAL_DIRS"] = str(top / "scratch")
        yield top


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--random", type=int, default=0, help="so many kills at random times, with those of the file")
    parser.add_argument("--step", choices=[s.name for s in STEPS], help="only kills of this step")
    parser.add_argument("--folder", type=Path, help="keeps the states of the shop for a next time")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--victim", help=argparse.SUPPRESS)
    given = parser.parse_args()
    steps = [s for s in STEPS if given.step in (None, s.name)]
    if given.victim:
        session_for(open_workspace(given.folder), "victim", is_short=True)
        print("ready", flush=True)
        next(s for s in STEPS if s.name == given.victim).work(given.folder)
        return
    lines = given.results.read_text().splitlines() if given.results.exists() else []
    before = [json.loads(line) for line in lines]
    done = {(r["step"], r["at"]) for r in before}
    n_random = sum(r["at"].startswith("random:") for r in before)
    draw = random.Random(len(before))
    named = [(n, s, p) for s in steps for n, p in enumerate(s.points) if (s.name, p) not in done]
    # Steps take turns, so that a short sitting sees each of them.
    kills: list[tuple[Step, str | None]] = [(s, p) for _, s, p in sorted(named, key=lambda each: each[0])]
    kills += [(draw.choice(steps), None) for _ in range(given.random - n_random)]
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    with _top(given.folder) as top:
        shop = Shop(top)
        shop.live()
        for step, point in kills:
            result = shop.kill(step, point, draw) | machine
            print(json.dumps(result), flush=True)
            with given.results.open("a") as file:
                file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
