"""A day of a workspace, counted: wall time, Spark's jobs, stages and tasks, memory of the driver; by flow's stage.

    python benchmarks/day.py --config DIR --as-of 2026-06-01 [--flow daily] [--repeat 3] [--json FILE]

Runs as the command line does, in one process and one session. Each run starts from a copy of the workspace as it is
now, so that a day that is repeated is the same day; the first is cold (JVM, code, caches), the later ones are warm. For
a day with events of its own, give one whose files are there and that was not run yet.

What a restructuring must not raise unnoticed are the jobs and stages: they are the same on every machine. The stages of
flows are told one after another where they run so; of those that run beside each other each has what fell into its own
time, and the total counts everything once.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

# Beside the project, not below it: the counter is the tests' own.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from counter import counted, jobs_so_far
from pyspark.sql import SparkSession

from segspark.app.run import check_workspace, lake_session, run_named
from segspark.app.workspace import open_workspace
from segspark.config.models import Workspace


class Stages:
    """A progress that notes the wall seconds of each stage, and the jobs that began by the time it ended."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._start = time.monotonic()
        self.rows: list[dict[str, Any]] = []

    def stage(self, name: str, seconds: float, rows: int | None, note: str) -> None:
        self.rows.append(
            {
                "stage": name,
                "ended_at": round(time.monotonic() - self._start, 2),
                "seconds": round(seconds, 2),
                "rows": rows,
                "jobs_by_then": jobs_so_far(self._spark),
            }
        )

    def note(self, text: str) -> None:
        return None


def run_once(flow: str, workspace: Workspace, as_of: date) -> dict[str, Any]:
    with lake_session(workspace, f"{flow} {as_of}") as lake, counted(lake.spark) as counts:
        before, progress = jobs_so_far(lake.spark), Stages(lake.spark)
        run_named(flow, workspace, lake, as_of, progress=progress)
    for stage in progress.rows:
        stage["jobs_by_then"] -= before
    return {**counts.as_dict(), "of_stages": progress.rows}


def copied(folder: Path, scratch: Path) -> Workspace:
    """A copy of a workspace, models too: MLflow's store names its folder, which stays where it is and is only read."""
    shutil.copytree(folder, scratch, dirs_exist_ok=True, ignore=shutil.ignore_patterns("_tmp", "_staging"))
    return open_workspace(scratch)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="Folder of segspark.yaml")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--flow", default="daily", choices=["ingest", "daily", "hourly", "train", "repair", "restate"])
    parser.add_argument("--repeat", type=int, default=2, help="The first is cold")
    parser.add_argument("--json", type=Path, help="Write the numbers here too")
    given = parser.parse_args(arguments)
    runs = []
    with tempfile.TemporaryDirectory(prefix="day-") as scratch:
        for number in range(given.repeat):
            workspace = copied(given.config, Path(scratch) / str(number))
            check_workspace(workspace, given.as_of)
            runs.append({"is_cold": number == 0, **run_once(given.flow, workspace, given.as_of)})
            told = ", ".join(f"{n} {runs[-1][n]}" for n in ("jobs", "stages", "skipped", "tasks"))
            print(f"run {number + 1}: {runs[-1]['seconds']:.1f} s, {told}", file=sys.stderr)
        # Spark's own scratch is below the first copy.
        if (session := SparkSession.getActiveSession()) is not None:
            session.stop()
    text = json.dumps({"flow": given.flow, "as_of": given.as_of.isoformat(), "runs": runs}, indent=2)
    print(text)
    if given.json:
        given.json.write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
