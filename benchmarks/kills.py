"""Runs that are killed with SIGKILL, at each named point and at random times, and then simply run again.

    python benchmarks/kills.py [--random 10] [--minutes 60] [--step train] [--folder DIR] [--results FILE]

A small shop goes through its life once undisturbed (kill_steps.py). The state after each step is kept; it is the oracle.
A kill starts from the state before its step, in the same folder: a fresh process runs the step until it is killed, then
the step is run again, and every row of every table is compared with the oracle's. Each kill adds a line to the results.
What they hold of the same code is not repeated: a sitting that was interrupted is carried on by the next one.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import deltalake
import pyspark
from kill_shop import Shop
from kill_steps import STEPS, Step, code

RESULTS = Path(__file__).parent / "results" / "kills.jsonl"
SEED = 22
# Of a fresh process everything takes longer than of the one whose times are known.
LONGER = 1.5


def held(results: Path) -> list[dict[str, Any]]:
    """The kills of this code."""
    lines = results.read_text().splitlines() if results.exists() else []
    return [r for r in map(json.loads, lines) if r.get("code") == code()]


def named(steps: list[Step], done: set[tuple[str, str]]) -> list[tuple[Step, str]]:
    """The named points that are left; steps take turns, so that a short sitting sees each of them."""
    left = [(n, s, p) for s in steps for n, p in enumerate(s.points) if (s.name, p) not in done]
    return [(s, p) for _, s, p in sorted(left, key=lambda each: each[0])]


def at_random(draw: random.Random, steps: list[Step], seconds: dict[str, float]) -> tuple[Step, str]:
    """A moment of the shop's life, each as likely as another; in one of two kills the JVM and the workers die too, and one
    of six kills the run that follows as well."""

    def moment() -> str:
        at = f"random:{draw.uniform(0, LONGER * seconds[step.name]):.2f}"
        return f"{at}:all" if draw.random() < 0.5 else at

    (step,) = draw.choices(steps, [seconds[s.name] for s in steps])
    return step, "+".join([moment()] if draw.random() < 5 / 6 else [moment(), moment()])


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
    parser.add_argument("--minutes", type=float, help="begin no other kill after so many minutes")
    parser.add_argument("--step", choices=[s.name for s in STEPS], action="append", help="only kills of these steps")
    parser.add_argument("--no-named", action="store_true", help="only kills at random times")
    parser.add_argument("--folder", type=Path, help="keeps the states of the shop for a next time")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    until = time.monotonic() + 60 * (given.minutes or 1e9)
    steps = [s for s in STEPS if not given.step or s.name in given.step]
    before = held(given.results)
    machine = {"python": platform.python_version(), "pyspark": pyspark.__version__, "deltalake": deltalake.__version__,
               "system": platform.system(), "cores": os.cpu_count(), "code": code()}  # fmt: skip
    with _top(given.folder) as top:
        shop = Shop(top)
        shop.live(steps[-1])

        def kill(step: Step, at: str, **more: Any) -> bool:
            result = shop.kill(step, at) | more | machine
            print(json.dumps(result), flush=True)
            with given.results.open("a") as file:
                file.write(json.dumps(result) + "\n")
            return bool(result["killed"])

        for step, at in () if given.no_named else named(steps, {(r["step"], r["at"]) for r in before}):
            if time.monotonic() < until:
                kill(step, at)
        # The nth kill is drawn by its number, so that a sitting that goes on draws what the first one would have drawn.
        drawn = [r for r in before if "seed" in r]
        n, n_killed = len(drawn), sum(r["killed"] for r in drawn)
        while time.monotonic() < until and n_killed < given.random:
            step, at = at_random(random.Random(SEED * 100_000 + n), steps, shop.seconds)
            n_killed += kill(step, at, seed=SEED, number=n)
            n += 1


if __name__ == "__main__":
    main()
