"""Requests of days on a lake in a bucket, counted at the server: what a store bills.

    python benchmarks/s3.py [--days 5] [--people 16] [--results FILE]

A small shop's first day, and warm days after it, each by the command line. A warm day's requests must not grow with the
days before it.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyspark

from benchmarks.bucket_server import by, requests, s3_server
from segspark.demo.generate import generate

RESULTS = Path(__file__).parent / "results" / "s3.json"
CLONE = Path(__file__).parents[1]
FIRST, SEED = date(2026, 5, 20), 23


def shop(folder: Path, lake: str, people: int, days: int) -> None:
    """The demo's workspace with its deliveries until the last day, on a lake in a bucket."""
    generate(folder, people=people, events=20 * people, months=2, as_of=FIRST + timedelta(days=days), seed=SEED)
    settings = (folder / "segspark.yaml").read_text().splitlines()
    settings = [f"lake: {lake}" if line.startswith("lake:") else line for line in settings]
    (folder / "segspark.yaml").write_text("\n".join(settings) + "\n")


def day(folder: Path, as_of: date) -> dict[str, Any]:
    """One day by the command line, and its requests."""
    requests()
    words = ["run", "daily", "--config", str(folder), "--as-of", str(as_of)]
    done = subprocess.run([sys.executable, "-m", "segspark", *words], cwd=CLONE, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    counts = requests()
    return {
        "as_of": str(as_of),
        "requests": sum(counts.values()),
        "by_method": by(counts, 0),
        "by_kind": by(counts, 0, 2),
        "by_table": by(counts, 1),
        "by_table_and_kind": by(counts, 1, 2, 0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    os.environ.setdefault("SEGSPARK_KEY", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
    with tempfile.TemporaryDirectory() as top, s3_server() as bucket:
        folder = Path(top) / "shop"
        shop(folder, f"{bucket}/lake", given.people, given.days)
        days = []
        for n in range(given.days):
            days.append(day(folder, FIRST + timedelta(days=n)))
            print(json.dumps(days[-1]), flush=True)
    found = {
        "people": given.people,
        "seed": SEED,
        "versions": {"deltalake": deltalake.__version__, "pyspark": pyspark.__version__},
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "days": days,
    }
    given.results.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
