"""Our ingest of SendGrid's webhooks against ``spark.read.json`` and one Delta write, over the same files in one session.

    python benchmarks/ingest.py [--events 2000000] [--pairs 3] [--gzip]
    python benchmarks/ingest.py --parse WORKSPACE [--against CHECKOUT] [--pairs 3]

Ours is the whole flow, from files to the last commit of bronze and silver, into an empty lake; theirs infers the schema
and writes the rows as they are. Only ratios of one run mean anything: a pair is one of each, in turn, and the first
pair is not counted. Memory of Python is what this process and the workers hold together; that of the JVM its own peak,
where the system can forget the one before.

With ``--parse`` the stage that parses alone, over the files of a workspace (``segspark demo`` makes one); against
another checkout each gets processes of its own, in turn.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RESULT = Path(__file__).parent / "results" / "ingest.json"
WORKSPACE = """
name: webhooks
lake: lake
consent: {assumed: [email_marketing, open_tracking, profiling]}
sources: [sources/*.yaml]
"""
SOURCE = """
name: sendgrid
kind: sendgrid
path: ../data/*.json*
received: {from: file_name}
"""
# The files of the demo are of the days before.
DEMO_AS_OF = date(2026, 6, 1)


class Stages:
    """A progress that keeps the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.rows: dict[str, int | None] = {}

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + round(seconds, 3)
        self.rows[name] = rows

    def note(self, text: str) -> None:
        return None


def ingest(folder: Path, as_of: date) -> Stages:
    """The files of a workspace into its lake, which is emptied before."""
    from segspark.app.run import lake_session, run_named
    from segspark.app.workspace import open_workspace

    for name in ("lake", "mlflow.db", "mlflow-artifacts"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    workspace, stages = open_workspace(folder), Stages()
    with lake_session(workspace, "benchmark") as lake:
        run_named("ingest", workspace, lake, as_of, progress=stages)
    return stages


def read_and_write(spark: "SparkSession", files: str, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    spark.read.json(files).write.format("delta").save(str(out))


# Against Spark's own reader ----------------------------------------------------------------------------------------


def against_spark(events: int, pairs: int, zipped: bool) -> dict[str, Any]:
    from features import machine
    from pyspark.sql import SparkSession
    from webhooks import AS_OF, SEED, write_webhooks

    said = machine()
    with tempfile.TemporaryDirectory(prefix="ingest-") as scratch:
        folder = Path(scratch) / "workspace"
        (folder / "sources").mkdir(parents=True)
        (folder / "segspark.yaml").write_text(WORKSPACE)
        (folder / "sources" / "sendgrid.yaml").write_text(SOURCE)
        files = write_webhooks(folder / "data", events, zipped=zipped)
        size = sum(f.stat().st_size for f in files)
        rows: list[dict[str, Any]] = []
        for number in range(pairs + 1):
            stages: list[Stages] = []
            ours = _measured(lambda: stages.append(ingest(folder, AS_OF)))  # noqa: B023
            spark = SparkSession.getActiveSession()
            assert spark is not None
            theirs = _measured(lambda: read_and_write(spark, f"{folder}/data/*", Path(scratch) / "theirs"))  # noqa: B023
            kept = spark.read.format("delta").load(str(Path(scratch) / "theirs")).count()
            assert kept == stages[0].rows["parse"] == events, f"{kept} rows of theirs, {stages[0].rows} of ours"
            rows.append({"ours": ours, "spark": theirs, "stages": stages[0].seconds})
            print(
                f"{'first' if not number else f'pair {number}'}: ours {ours['seconds']:.1f} s, "
                f"spark {theirs['seconds']:.1f} s",
                file=sys.stderr,
            )
        if (session := SparkSession.getActiveSession()) is not None:
            # Spark's own scratch is below the folder.
            session.stop()
    counted = rows[1:]
    ratios = [r["ours"]["seconds"] / r["spark"]["seconds"] for r in counted]
    return {
        "events": events,
        "files": len(files),
        "zipped": zipped,
        "mib": round(size / 2**20, 1),
        "seed": SEED,
        "machine": said,
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(r, 3) for r in ratios],
        "events_per_s": round(events / statistics.median(r["ours"]["seconds"] for r in counted)),
        "first": rows[0],
        "pairs": counted,
    }


def _measured(work: Callable[[], object]) -> dict[str, Any]:
    from memory import peak_memory

    machines = _virtual_machines()
    for process in machines:
        # The kernel begins a new high-water mark.
        with suppress(OSError):
            (process / "clear_refs").write_text("5")
    start = time.monotonic()
    with peak_memory() as peak:
        work()
    seconds = round(time.monotonic() - start, 2)
    jvm = max((_high_water(process) for process in _virtual_machines()), default=0)
    return {"seconds": seconds, "python_peak_mib": peak[0] >> 20, "jvm_peak_mib": jvm >> 10}


def _virtual_machines() -> list[Path]:
    """The JVM of this process's session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if (process / "comm").read_text().strip() == "java" and int(parent) == os.getpid():
                found.append(process)
    return found


def _high_water(process: Path) -> int:
    with suppress(OSError):
        for line in (process / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


# The stage that parses, of one checkout or of two ------------------------------------------------------------------


def parse_stage(folder: Path, as_of: date, times: int) -> list[float]:
    """Seconds of the stage in a warm session; the first run is not counted."""
    with tempfile.TemporaryDirectory(prefix="parse-") as scratch:
        copy = Path(scratch) / "workspace"
        kept = shutil.ignore_patterns("lake", "mlflow*", "reports", "exports", "truth", "_*")
        shutil.copytree(folder, copy, ignore=kept)
        return [ingest(copy, as_of).seconds["parse"] for _ in range(times + 1)][1:]


def compared(folder: Path, as_of: date, against: Path, pairs: int) -> dict[str, Any]:
    """Both checkouts in turn, each in a process of its own."""
    here = Path(__file__).resolve().parents[1]
    seconds: dict[str, list[float]] = {"before": [], "after": []}
    for number in range(pairs):
        order = (("before", against), ("after", here))
        for word, root in order if number % 2 == 0 else order[::-1]:
            asked = ["--parse", str(folder.resolve()), "--as-of", as_of.isoformat(), "--pairs", "1"]
            # Workers import from the folder in which the driver runs.
            done = subprocess.run(
                [sys.executable, str(Path(__file__).resolve()), *asked], stdout=subprocess.PIPE, text=True, check=True,
                cwd=root, env=os.environ | {"PYTHONPATH": str(root.resolve())},
            )  # fmt: skip
            seconds[word] += json.loads(done.stdout)["seconds"]
            print(f"{word}: {seconds[word][-1]:.2f} s", file=sys.stderr)
    ratios = [after / before for before, after in zip(seconds["before"], seconds["after"], strict=True)]
    return {**seconds, "ratio": round(statistics.median(ratios), 3), "ratios": [round(r, 3) for r in ratios]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--gzip", action="store_true", help="Compressed files")
    parser.add_argument("--parse", type=Path, metavar="WORKSPACE", help="Only the stage that parses, over these files")
    parser.add_argument("--as-of", type=date.fromisoformat, default=DEMO_AS_OF, help="With --parse")
    parser.add_argument(
        "--against", type=Path, metavar="CHECKOUT", help="With --parse: another checkout, the one before"
    )
    given = parser.parse_args()
    if given.parse and not given.against:
        print(json.dumps({"seconds": parse_stage(given.parse, given.as_of, given.pairs)}))
        return
    results: dict[str, Any] = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    if given.parse:
        results["parse"] = compared(given.parse, given.as_of, given.against, given.pairs)
        print(json.dumps(results["parse"], indent=2))
    else:
        name = f"{given.events}{'-gzip' if given.gzip else ''}"
        results[name] = against_spark(given.events, given.pairs, given.gzip)
        print(json.dumps({k: v for k, v in results[name].items() if k not in ("pairs", "machine")}, indent=2))
    RESULT.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
