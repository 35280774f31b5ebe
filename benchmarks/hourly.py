"""What a day costs that is also run each hour: 24 hourly runs and the daily run, against the daily run alone.

    python benchmarks/hourly.py SHOP [--hours 24]

SHOP is a shop of ``benchmarks/growth.py`` before its warm day: its last day is held back. The records of that day come
in as many parts as there are hours; the other copy of the shop gets the same parts at once. Each run is a process of
its own, as a scheduler starts it. What counts is the time of all processors, of JVM and workers too.
"""

import argparse
import ctypes
import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from versions.rows import differences, of_table

RESULT = Path(__file__).parent / "results" / "hourly.json"
AS_OF = date(2026, 6, 1)
COMPARED = ("gold/features", "gold/scores", "gold/segments", "silver/events", "silver/orders", "silver/profiles")
_STAGE = re.compile(r"^\s*[0-9.]+s\s+(\w+)\s+([0-9.]+) s")
# The parent of processes whose own parent has ended: a JVM outlives the Python that started it by a moment.
_SUBREAPER = 36


def parts_of(path: Path, n: int) -> list[bytes]:
    """A delivery as n, in its order; a CSV file's header is in each."""
    lines = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).splitlines(True)
    header, rows = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
    edges = [len(rows) * i // n for i in range(n + 1)]
    return [b"".join(header + rows[a:b]) if b > a else b"" for a, b in pairwise(edges)]


def deliver(held: Path, data: Path, hours: int, wanted: range) -> int:
    """Write the parts of some hours; the number of files."""
    n = 0
    for path in sorted(p for p in held.rglob("*") if p.is_file()):
        for hour, content in enumerate(parts_of(path, hours)):
            if hour in wanted and content:
                name = path.name.replace(path.name.split(".")[0], f"{path.name.split('.')[0]}-h{hour:02}")
                there = data / path.relative_to(held).with_name(name)
                there.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
                n += 1
    return n


def run(folder: Path, program: str) -> dict[str, Any]:
    """A process of its own; seconds of processors, of the clock, and of its stages."""
    command = [sys.executable, "-m", "segspark", "run", program, "--config", str(folder), "--as-of", f"{AS_OF}"]
    before, began = _cpu(), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    seconds = time.monotonic() - began
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    found = [_STAGE.match(line) for line in (done.stdout + done.stderr).splitlines()]
    stages = {match[1]: float(match[2]) for match in found if match}
    return {"cpu_s": round(_cpu() - before, 1), "seconds": round(seconds, 1), "stages": stages}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def mean(runs: list[dict[str, Any]]) -> dict[str, Any]:
    stages: Counter[str] = Counter()
    for one in runs:
        stages.update(one["stages"])
    return {
        **{name: round(sum(one[name] for one in runs) / len(runs), 1) for name in ("cpu_s", "seconds")},
        "stages": {name: round(total / len(runs), 1) for name, total in stages.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--hours", type=int, default=24)
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="hourly-") as scratch:
        alone, both = Path(scratch) / "alone", Path(scratch) / "both"
        for folder in (alone, both):
            shutil.copytree(given.shop, folder, ignore=shutil.ignore_patterns("held-back", "mlflow.db-journal"))
        held = given.shop / "held-back"
        deliver(held, alone / "data", given.hours, range(given.hours))
        daily_alone = run(alone, "daily")
        print("daily alone", daily_alone, file=sys.stderr, flush=True)
        hourly = []
        for hour in range(given.hours):
            deliver(held, both / "data", given.hours, range(hour, hour + 1))
            hourly.append(run(both, "hourly"))
            print("hour", hour, hourly[-1], file=sys.stderr, flush=True)
        daily = run(both, "daily")
        different = differences(*({t: of_table(f / "lake" / t) for t in COMPARED} for f in (both, alone)))
    total = sum(one["cpu_s"] for one in hourly) + daily["cpu_s"]
    content = {
        "made_by": "benchmarks/hourly.py",
        "shop": given.shop.name,
        "hours": given.hours,
        "ratio": round(total / daily_alone["cpu_s"], 2),
        "daily_alone": daily_alone,
        "daily_after_the_hours": daily,
        "mean_hour": mean(hourly),
        "rows_compared": list(COMPARED),
        "differs": different,
        "cores": os.cpu_count(),
    }
    RESULT.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
