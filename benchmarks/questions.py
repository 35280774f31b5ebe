"""Questions as whole processes, by DuckDB and by Spark, on the same lake in one sitting.

    python -m benchmarks.questions WORKSPACE [--rule TEXT] [--person ID] [--times 3] [--result FILE]

Each command is started anew, as a person at a shell does; of its runs the median is kept: seconds of the clock and, by
DuckDB, of the processor and the most memory. Spark answers the same preview, plan and explanation by the
way that is left to lakes which DuckDB does not read. Only the ratios say something; the load of the machine is noted.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from segspark.app.workspace import open_workspace
from segspark.pipeline.view import look
from segspark.query.targets import PREVIEW, day_with_features
from segspark.tables.contracts import gold
from segspark.tables.open import open_lake

RULE = "n_order_365d >= 2 and days_since_order > 60 and n_click_90d >= 1"
RESULT = Path(__file__).parent / "results" / "questions.json"
BY_SPARK = """
import sys
from pathlib import Path
from segspark.app.workspace import open_workspace
from segspark.query import by_spark
from segspark.query.targets import rules_named, day_with_features, PREVIEW
from segspark.pipeline.view import look
from segspark.tables.open import open_lake
question, folder, what = sys.argv[1:]
workspace = open_workspace(Path(folder))
if question == "preview":
    by_spark.preview_by_spark(workspace, rules_named(workspace, what), None, "Spark")
elif question == "plan":
    by_spark.plan_by_spark(workspace, None)
else:
    view = look(PREVIEW, workspace, open_lake(workspace))
    by_spark.read_person(workspace, what, day_with_features(view, None))
"""


def measured(command: Sequence[str], times: int) -> dict[str, float]:
    """The median run of a command that must succeed."""
    runs = []
    for _ in range(times):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        runs.append((time.monotonic() - start, cpu))
    wall, cpu = (statistics.median(run[at] for run in runs) for at in (0, 1))
    return {"seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}


def memory_of(command: Sequence[str]) -> int:
    """Megabytes of the largest process of a command, measured by a process that starts nothing else."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    return int(done.stdout) // 1024


def newest(folder: Path) -> dict[str, Any]:
    """The newest day with features, its people, and one of them."""
    workspace = open_workspace(folder)
    view = look(PREVIEW, workspace, open_lake(workspace))
    day = day_with_features(view, None)
    of_day: list[tuple[str, str, object]] = [("as_of_date", "=", day)]
    person = view.read_small(gold.FEATURES, of_day, ["person_id"])["person_id"][0].as_py()
    return {"day": str(day), "people": view.facts(gold.FEATURES).rows_by_day[day], "person": person}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rule", default=RULE)
    parser.add_argument("--person", help="A person_id; by default somebody.")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    known = newest(given.workspace)
    person = given.person or known["person"]
    segments = [sys.executable, "-m", "segspark", "segments"]
    config = ["--config", str(given.workspace), "--json"]
    questions = {
        "list": ["list"], "preview": ["preview", given.rule], "explain": ["explain", person], "plan": ["plan"],
    }  # fmt: skip
    asked = {"preview": given.rule, "explain": person, "plan": ""}
    rows = {}
    for name, words in questions.items():
        command = [*segments, *words, *config]
        rows[name] = {"duckdb": {**measured(command, given.times), "megabytes": memory_of(command)}}
        if name in asked:
            other = [sys.executable, "-c", BY_SPARK, name, str(given.workspace), asked[name]]
            # The JVM outlives its starter: its processor time and memory are in nobody's account.
            rows[name]["spark"] = {"seconds": measured(other, 1)["seconds"]}
            rows[name]["ratio"] = {
                "seconds": round(rows[name]["duckdb"]["seconds"] / rows[name]["spark"]["seconds"], 3)
            }
        print(name, rows[name])
    result = {
        "people": known["people"], "as_of": known["day"], "rule": given.rule, "times": given.times,
        "cores": os.cpu_count(), "load": os.getloadavg()[0], "python": platform.python_version(), "questions": rows,
    }  # fmt: skip
    given.result.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
