"""The folder in which a shop lives, is killed, and is compared with the one that was left alone."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from kill_steps import STEPS, Step, make_shop, perish
from mlflow.store.model_registry import sqlalchemy_store as registry_store
from mlflow.store.tracking import sqlalchemy_store as tracking_store

from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace
from segspark.pipeline.runs import runs_of
from segspark.pseudonyms import Pseudonymiser
from segspark.sources.sealing import RecordSealer
from segspark.spark.session import session_for
from segspark.store import parquet
from segspark.tables import log_digests
from segspark.tables.contracts import ops
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.lake import Lake
from segspark.tables.lake_key import open_key
from segspark.tables.lease_files import read_newest

# Processes are forked from one that has imported everything, and has done nothing.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["kill_shop"])
# Where that one finds it.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
# Tables that tell of every attempt, or of where the files lie.
TOLD = ("ops.runs", "ops.schema", "ops.file_hashes")
# A process that neither ends nor is killed is a finding.
TIMEOUT_S = 900
# These say when and how, and not what: a repeated run may differ in them. Models are numbered anew by a repeated
# training, and a rotation that is repeated after its end is another rotation.
VOLATILE = {"written_at", "duration_s", "model_version", "dataset_id", "key_epoch"}
Tables = dict[str, Counter[str]]


def tables_of(folder: Path) -> Tables:
    """Every row of every table, as text without what only says when; exports, models in use, and what was left over."""
    workspace = open_workspace(folder)
    lake = Lake(workspace.lake)
    opened = _Opened(workspace)
    tables = {}
    for contract in (c for c in ALL if c.name not in TOLD and lake.exists(c)):
        rows = map(opened.row, lake.read_small(contract).to_pylist())
        tables[contract.name] = Counter(repr(sorted((k, v) for k, v in r.items() if k not in VOLATILE)) for r in rows)
    tables["exports"] = Counter(f"{p.name} {p.read_bytes()!r}" for p in sorted((folder / "exports").glob("[!.]*")))
    tables["reports"] = Counter(p.name for p in sorted((folder / "reports").glob("[!.]*")))
    tables["models"] = Counter(_models(workspace))
    tables["left"] = Counter(_left(folder, lake))
    return tables


class _Opened:
    """Opens what is sealed: a rotation seals it under a key that is drawn anew, and loses nobody."""

    def __init__(self, workspace: Workspace) -> None:
        self._key = open_key(workspace)
        self._people, self._records = Pseudonymiser(self._key), RecordSealer(self._key)

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        if row.get("sealed") is None:
            return row
        is_person = "kind" in row and "identifier_id" in row
        opened = self._people.unseal(row["kind"], row["sealed"]) if is_person else self._records.open(row["sealed"])
        return {**row, "sealed": opened}


def _models(workspace: Workspace) -> Iterator[str]:
    """Each alias of the registry, and of which days its version may speak."""
    path = Path(workspace.mlflow.tracking_uri.removeprefix("sqlite:///"))
    if not path.exists():
        return
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        yield from map(
            str,
            database.execute(
                "select a.name, a.alias, t.value from registered_model_aliases a left join model_version_tags t "
                "on t.name = a.name and t.version = a.version and t.key = 'label_end_date'"
            ),
        )


def _left(folder: Path, lake: Lake) -> Iterator[str]:
    """What a run must not leave: a lease that is held, staged rows, half an export, a key beside the key."""
    if not read_newest(lake.store).is_free:
        yield "the lease is held"
    yield from (f"staged: {file.name}" for file in lake.store.list("_staging/") if "questions/" not in file.name)
    for name in ("exports", "reports"):
        yield from (f"{name}: {path.name}" for path in (folder / name).glob(".*"))


def differences(got: Tables, want: Tables) -> dict[str, tuple[int, int]]:
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
        self._tables: dict[str, Tables] = {}

    def live(self, last: Step) -> None:
        """Once, undisturbed, up to a step; steps whose states the folder holds are not run again."""
        lived = self._states / "seconds.json"
        if lived.exists():
            self.seconds = json.loads(lived.read_text())
        else:
            shutil.rmtree(self._states, ignore_errors=True)
            make_shop(self._states / STEPS[0].name)
        for step, following in zip(STEPS, [*(s.name for s in STEPS[1:]), "end"], strict=True):
            if step.name not in self.seconds:
                self.before(step)
                n_runs = _n_runs(self.folder)
                started = time.monotonic()
                self.run(step)
                self.seconds[step.name] = round(time.monotonic() - started, 1)
                ran = _n_runs(self.folder) - n_runs
                if ran.keys() != {*step.flows}:
                    print(f"{step.name} says that it runs {sorted(step.flows)}, and runs {sorted(ran)}")
                shutil.rmtree(self._states / following, ignore_errors=True)
                shutil.copytree(self.folder, self._states / following)
                lived.write_text(json.dumps(self.seconds))
                print(f"{step.name}: {self.seconds[step.name]} s", flush=True)
            if step == last:
                return

    def before(self, step: Step) -> None:
        """The state before a step, in the folder of all."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._states / step.name, self.folder)
        step.prepare(self.folder)
        # What this process remembers is of what lay here before.
        parquet._VERIFIED.clear()
        log_digests._VERIFIED.clear()
        for store in (tracking_store, registry_store):
            for engine in store.SqlAlchemyStore._engine_map.values():
                engine.dispose()

    def after(self, step: Step) -> Tables:
        if step.name not in self._tables:
            names = [*(s.name for s in STEPS), "end"]
            self._tables[step.name] = tables_of(self._states / names[names.index(step.name) + 1])
        return self._tables[step.name]

    def run(self, step: Step) -> None:
        """A step, in this process, whose session stays."""
        if step.has_session:
            session = session_for(open_workspace(self.folder), "kills")
            # Another lake lies in the same folder now.
            session.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()  # type: ignore[union-attr]
        step.work(self.folder)

    def kill(self, step: Step, at: str) -> dict[str, Any]:
        """Kill the step, at ``first+second`` also the run that follows; then run it again, and compare."""
        self.before(step)
        started = time.monotonic()
        ended = [victim(step, self.folder, each) for each in at.split("+")]
        result: dict[str, Any] = {"step": step.name, "at": at, "killed": {*ended} == {-signal.SIGKILL}}
        if not {*ended} <= {0, -signal.SIGKILL}:
            result["ended"] = ended
        parquet._VERIFIED.clear()
        log_digests._VERIFIED.clear()
        try:
            self.run(step)
            found = differences(tables_of(self.folder), self.after(step))
            result |= {"run_again": "done", "lost": sum(n for n, _ in found.values()),
                       "doubled_or_strange": sum(n for _, n in found.values()), "tables": found}  # fmt: skip
        except Exception as error:
            result["run_again"] = f"{type(error).__name__}: {error}"[:500]
        result["is_equal"] = result.get("tables") == {} and "ended" not in result
        return result | {"seconds": round(time.monotonic() - started, 1)}


def _n_runs(folder: Path) -> Counter[str]:
    lake = Lake(open_workspace(folder).lake)
    return Counter(runs_of(lake)._read(None)["flow"].to_pylist() if lake.exists(ops.RUNS) else ())


def victim(step: Step, folder: Path, at: str) -> int | None:
    """A process that runs a step until it is killed: its exit code.

    Args:
        at: a named point; or ``random:<seconds>`` after the session is there, ``random:<seconds>:all`` for the JVM and
            Python's workers too, which otherwise have to notice it.
    """
    name, *given = at.split(":")
    ready, said = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=perish, args=(step.name, folder, "" if name == "random" else at, said))
    process.start()
    said.close()
    with suppress(EOFError):
        ready.recv()
    process.join(float(given[0]) if name == "random" else TIMEOUT_S)
    if process.exitcode is None:
        assert process.pid is not None
        # Spark's daemon has a process group of its own, and the same session.
        for pid in _of_session(process.pid) if given[1:] == ["all"] else [process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.join()
    return process.exitcode


def _of_session(session: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            found.append(int(path.parent.name))
    return found
