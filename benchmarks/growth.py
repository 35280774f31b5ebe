"""How a day grows with a list: the demo shop at several sizes, twenty records a person, fitted by a line a stage.

    python benchmarks/growth.py SCRATCH [--people 5000 50000 200000 1000000] [--only fit]

Of each size, in processes of their own: the first day takes in two years of files; the models are trained; a warm day
takes in the files of one day; the same warm day again, for a machine's moods. A size that SCRATCH holds already is
not drawn again, and a day that ``results/growth.json`` holds is not run again. Memory is that of the driver's JVM, of
the driver's Python, and of the largest Python worker, which runs one task at a time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

RESULT = Path(__file__).parent / "results" / "growth.json"
SIZES = (5_000, 50_000, 200_000, 1_000_000)
RECORDS_PER_PERSON = 20
AS_OF = date(2026, 6, 1)
BEFORE = AS_OF - timedelta(days=1)
PLAN = (
    ("first", "daily", BEFORE),
    ("train", "train", BEFORE),
    ("warm", "daily", AS_OF),
    ("warm again", "daily", AS_OF),
)
MEMORY_GIB = {1_000_000: "8g"}
Figures = dict[str, Any]


def draw(folder: Path, people: int) -> None:
    """A shop whose last day is not delivered yet."""
    from segspark.demo.generate import generate

    generate(folder, people=people, events=RECORDS_PER_PERSON * people, as_of=AS_OF)
    settings = folder / "segspark.yaml"
    settings.write_text(settings.read_text().replace("driver_memory: 2g", f"driver_memory: {memory_of(people)}"))
    for path in last_day(folder / "data"):
        there = folder / "held-back" / path.relative_to(folder / "data")
        there.parent.mkdir(parents=True, exist_ok=True)
        path.rename(there)


def memory_of(people: int) -> str:
    return MEMORY_GIB.get(people, "3g")


def last_day(data: Path) -> list[Path]:
    return [path for path in data.rglob("*") if path.is_file() and f"{BEFORE}" in path.name]


def deliver_last_day(folder: Path) -> None:
    shutil.copytree(folder / "held-back", folder / "data", dirs_exist_ok=True)


# One run, in a process of its own ---------------------------------------------------------------------------------


@contextmanager
def memory(every_s: float = 0.25) -> Iterator[dict[str, float]]:
    """The peaks, in GiB, of this process, of its JVM and of the largest worker; and of all of them at one moment."""
    peaks = {"driver_gib": 0.0, "jvm_gib": 0.0, "worker_gib": 0.0, "all_gib": 0.0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(every_s):
            now = _of_tree(os.getpid())
            for name, value in now.items():
                peaks[name] = round(max(peaks[name], value / 2**30), 3)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _of_tree(root: int) -> dict[str, float]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found = {"driver_gib": float(_rss(root)), "jvm_gib": 0.0, "worker_gib": 0.0, "all_gib": float(_rss(root))}
    waiting = list(parents.get(root, []))
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        size = _rss(process)
        # Of the program that runs in it: a thread of the JVM that is about to start another one has the JVM's size.
        is_jvm = _program(process).startswith("java")
        found["jvm_gib" if is_jvm else "worker_gib"] = max(found["jvm_gib" if is_jvm else "worker_gib"], size)
        found["all_gib"] += size
    return found


def _rss(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


def _program(process: int) -> str:
    try:
        return Path(f"/proc/{process}/exe").readlink().name
    except OSError:
        return ""


def run_day(folder: Path, program: str, as_of: date) -> Figures:
    sys.path.insert(0, str(Path(__file__).parent))
    import day

    from segspark.app.run import check_workspace
    from segspark.app.workspace import open_workspace

    workspace = open_workspace(folder)
    check_workspace(workspace, as_of)
    began = time.monotonic()
    with memory() as peaks:
        figures = day.run_once(program, workspace, as_of)
    of_tasks = largest_task()
    return {
        "seconds": round(figures["seconds"], 1),
        "with_session": round(time.monotonic() - began, 1),
        **{name: figures[name] for name in ("jobs", "stages", "tasks")},
        **peaks,
        **of_tasks,
        "of_stages": {row["stage"]: [row["seconds"], row["rows"]] for row in figures["of_stages"]},
    }


def largest_task() -> Figures:
    """Of Spark's own count: the most memory that one task's sorts, aggregations and joins held, and what was spilled."""
    from py4j.protocol import Py4JJavaError
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None
    context, gateway = session.sparkContext._jsc.sc(), session.sparkContext._gateway
    store, greatest = context.statusStore(), gateway.new_array(gateway.jvm.double, 1)
    greatest[0] = 1.0
    most, spilled = 0.0, 0
    for number in range(int(context.dagScheduler().nextStageId())):
        try:
            stage = store.lastStageAttempt(number)
            tasks = store.taskSummary(number, stage.attemptId(), greatest)
        except Py4JJavaError:
            continue
        spilled += int(stage.memoryBytesSpilled())
        if tasks.isDefined():
            most = max(most, float(tasks.get().peakExecutionMemory().apply(0)))
    return {"task_gib": round(most / 2**30, 3), "spilled_gib": round(spilled / 2**30, 3)}


# All runs ---------------------------------------------------------------------------------------------------------


def gib_of(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**30, 3)


def measure(scratch: Path, people: int, known: Figures) -> Iterator[Figures]:
    """Run what is missing, and say all that is known after each run."""
    folder = scratch / f"{people}"
    if not (folder / "held-back").exists():
        # In a process of its own, whose memory is free again.
        subprocess.run([sys.executable, __file__, str(folder), "--draw", f"{people}"], check=True)
    found = {"driver_memory": memory_of(people), "raw_gib": gib_of(folder / "data"), **known}
    for name, program, as_of in PLAN:
        if name in found:
            continue
        kept = folder.with_name(f"{people}-before-warm")
        if name == "warm":
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder / "lake", kept)
            deliver_last_day(folder)
        if name == "warm again":
            shutil.rmtree(folder / "lake")
            shutil.copytree(kept, folder / "lake")
        command = [sys.executable, __file__, str(folder), "--run", program, "--as-of", f"{as_of}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        found[f"lake_gib_after_{name.replace(' ', '_')}"] = gib_of(folder / "lake")
        print(people, name, found[name]["seconds"], file=sys.stderr, flush=True)
        yield found
    shutil.rmtree(folder.with_name(f"{people}-before-warm"), ignore_errors=True)
    yield found


def fits(sizes: dict[str, Figures]) -> Figures:
    """Of each stage and run, the line seconds = fixed + per_million x people/1e6, by least squares; the better of two
    warm days."""
    found: Figures = {}
    for name in ("first", "train", "warm"):
        done = {int(n): one for n, one in sizes.items() if name in one}
        if len(done) < 3:
            continue
        runs = {n: min((one[r] for r in (name, f"{name} again") if r in one), key=_seconds) for n, one in done.items()}
        stages = set.intersection(*(set(run["of_stages"]) for run in runs.values()))
        lines = {s: line({n: run["of_stages"][s][0] for n, run in runs.items()}) for s in sorted(stages)}
        found[name] = {"all": line({n: run["seconds"] for n, run in runs.items()}), **lines}
    return found


def _seconds(run: Figures) -> float:
    return float(run["seconds"])


def line(seconds: dict[int, float]) -> Figures:
    people, took = np.array(list(seconds)) / 1e6, np.array(list(seconds.values()))
    slope, fixed = np.polyfit(people, took, 1)
    left = took - (fixed + slope * people)
    spread = float(((took - took.mean()) ** 2).sum())
    return {
        "fixed_s": round(float(fixed), 2),
        "s_per_million": round(float(slope), 2),
        "r2": round(1 - float((left**2).sum()) / spread, 4) if spread else None,
        "measured": {str(n): s for n, s in seconds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="Where the shops are kept")
    parser.add_argument("--people", type=int, nargs="*", default=SIZES)
    parser.add_argument("--draw", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--as-of", type=date.fromisoformat, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.draw:
        draw(given.folder, given.draw)
        return
    if given.run:
        print(json.dumps(run_day(given.folder, given.run, given.as_of)))
        return
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {"sizes": {}}
    for people in given.people:
        for found in measure(given.folder, people, result["sizes"].get(str(people), {})):
            result["sizes"][str(people)] = found
            result["fits"] = fits(result["sizes"])
            result["records_per_person"], result["cores"] = RECORDS_PER_PERSON, os.cpu_count()
            RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
