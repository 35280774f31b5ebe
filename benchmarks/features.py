"""Daily features against DuckDB and Polars on the same data in one run: ``python benchmarks/features.py --set M``.

Eleven measures in five windows and five last days, one row per person, as of one day. Ours read and write Delta;
the peers read Parquet and write Parquet. Only the ratios of one run mean anything. Every result is compared with the
first peer's before it is used. ``--markdown`` prints the table of a set that was run before.
"""

import argparse
import copy
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
import polars as pl
import pyarrow.parquet as pq
from data import (
    AS_OF,
    CATALOGUE,
    COLUMNS,
    DAY,
    HISTORY,
    LAST,
    SEED,
    SETS,
    WINDOWS,
    draw,
    everybody,
)
from memory import peak_memory
from skew import measure_skew

from segspark.config.models import Workspace
from segspark.features.engine.arrow import RangeTask
from segspark.features.engine.days import Calendar
from segspark.features.engine.reads import PEOPLE
from segspark.features.engine.spark import carried_features
from segspark.features.engine.windows import window_features
from segspark.features.flow import FEATURES
from segspark.pipeline.context import Context
from segspark.pipeline.flow import Request
from segspark.pipeline.progress import Quiet
from segspark.pipeline.step import Step
from segspark.spark.session import local_session
from segspark.spark.startup import warm_up
from segspark.tables.contracts import gold
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.staging import Kind, Staged, StagedFile

RESULTS = Path(__file__).parent / "results"
DUCKDB_EACH = 10
HISTORIES = (90, 180, 365, HISTORY, 730)
TILES = gold.ACTIVITY_DAILY.with_columns(CATALOGUE.tile_columns())
CORRECTIONS = gold.ACTIVITY_CORRECTIONS.with_columns(CATALOGUE.tile_columns())
STORED = gold.FEATURES.with_columns(CATALOGUE.stored_columns())
TARGETS = {
    "daily features / best full recompute": {"M": 0.3, "L": 0.15},
    "daily features / DuckDB running state by hand": {"M": 1.2, "L": 1.2},
    "Spark lane / best full recompute": {"M": 1.6, "L": 0.9},
    "history of 730 days / of 365": {"S": 1.1, "M": 1.1, "L": 1.1},
    "backfill / best of DuckDB and Polars": {"M": 0.35},
    # Always of the small set's size.
    "tiles, skewed / even": {"S": 2.0, "M": 2.0, "L": 2.0},
    "features, skewed / even": {"S": 2.0, "M": 2.0, "L": 2.0},
}


@dataclass(frozen=True)
class Row:
    what: str
    seconds: float
    peak_mib: int


def measure(what: str, run: Callable[[], object], times: int = 3, warming: int = 1) -> Row:
    """Median of some runs after one that warms (a long single one needs none), and the peak memory without the JVM's."""
    for _ in range(warming if times > 1 else 0):
        run()
    seconds = []
    with peak_memory() as peak:
        for _ in range(times):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    row = Row(what, statistics.median(seconds), peak[0] >> 20)
    print(f"{row.what:62} {row.seconds:8.2f} s {row.peak_mib:6} MiB", flush=True)
    return row


def check(ours: pl.DataFrame, peer: pl.DataFrame, as_of: date = AS_OF) -> None:
    """The same values for everybody the peer knows, nothing for the others.

    Raises:
        SystemExit: names the column.
    """
    joined = ours.join(peer, on="person_id", how="left", suffix="_peer")
    # Ours is of all time, a recompute's of the longest window.
    oldest = as_of - max(WINDOWS) * DAY
    for name in [*COLUMNS, *(f"last_{t}" for t in LAST)]:
        two = [joined[name], joined[f"{name}_peer"]]
        if name in COLUMNS:
            two = [s.fill_null(0) for s in two]
        else:
            two = [s.to_frame().select(pl.when(pl.first() >= oldest).then(pl.first())).to_series() for s in two]
        if not two[0].eq_missing(two[1]).all():
            raise SystemExit(f"{name} differs")


class Bench:
    """One set drawn in a folder, and our lanes over it."""

    def __init__(self, folder: Path, name: str, tiles: Sequence[StagedFile]) -> None:
        self.folder, self.drawn = folder, {date.fromisoformat(Path(f.path).stem): f for f in tiles}
        # The command line's own settings.
        options = {"spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 2))}
        self.spark = local_session("bench", warehouse=folder / "warehouse", options=options)
        warm_up(self.spark)
        self.lake = SparkLake(folder / "lake", self.spark)
        self.lake.create(CORRECTIONS)
        self.people = {
            day: self.folder / f"{n}.parquet" for day, n in ((AS_OF, "people"), (AS_OF - DAY, "people-yesterday"))
        }
        self.n_people = pq.read_metadata(self.people[AS_OF]).num_rows
        self.taken = 0

    def take_in(self, n_days: int) -> None:
        """Tiles of the last days into the lake, and the features of yesterday anew."""
        if n_days == self.taken:
            return
        first, end = AS_OF - n_days * DAY, AS_OF - self.taken * DAY
        files = [f for day, f in sorted(self.drawn.items()) if first <= day < end]
        self.lake.replace_staged(TILES, files, ("person_id",), first, end)
        self.taken = n_days
        self.recompute(AS_OF - DAY)

    def kept(self) -> "Bench":
        """The same over a copy of the lake as it is now."""
        kept = copy.copy(self)
        kept.lake = SparkLake(shutil.copytree(self.lake.store.url, self.folder / f"lake-{self.taken}"), self.spark)
        return kept

    def task(self, as_of: date) -> RangeTask:
        tiles = tuple(f for f in self.lake.files(TILES) if f.day < as_of)
        people = str(self.people[as_of])
        return RangeTask(CATALOGUE, (as_of,), Calendar(), tiles, (), (people,))

    def recompute(self, as_of: date) -> None:
        task = self.task(as_of)
        self.lake.replace_computed(STORED, task, task.n_bytes, as_of, as_of + DAY)

    def daily(self) -> None:
        state = tuple(f for f in self.lake.files(STORED) if f.day == AS_OF - DAY)
        task = replace(self.task(AS_OF), state=state)
        self.lake.replace_computed(STORED, task, task.n_bytes, AS_OF, AS_OF + DAY)

    def _staged(self) -> Staged:
        files = [StagedFile(str(self.people[AS_OF]), self.n_people)]
        return Staged(self.spark, {"people": Kind(PEOPLE)}, {"people": files})

    def daily_by_spark(self) -> None:
        workspace = Workspace(lake=self.lake.store.url)
        context = Context(workspace, AS_OF, FEATURES.needs, FEATURES.name)
        step = Step(FEATURES, self.lake, context, AS_OF, Quiet(), Request())
        try:
            frame = carried_features(step, CATALOGUE, Calendar(), self._staged())
            self.lake.replace_by_spark(STORED, frame, AS_OF, AS_OF + DAY)
        finally:
            step.close()

    def recompute_by_spark(self) -> None:
        tiles, corrections = self.lake.read(TILES), self.lake.read(CORRECTIONS)
        people = self._staged().frame("people")
        frame = window_features(tiles, corrections, people, CATALOGUE, [AS_OF], Calendar(), 4)
        self.lake.replace_by_spark(STORED, frame, AS_OF, AS_OF + DAY)

    def backfill(self, days: Sequence[date]) -> Callable[[], object]:
        """The features of some days in one walk; who is listed is staged beforehand, as the flow does."""
        staged = self.folder / "people-many.parquet"
        ids = pq.read_table(self.people[AS_OF])["person_id"].combine_chunks()
        pq.write_table(everybody(ids, list(days)), staged, row_group_size=25_000)
        task = replace(self.task(AS_OF), dates=tuple(days), people=(str(staged),))
        return lambda: self.lake.replace_computed(STORED, task.by_day, task.n_bytes, min(days), max(days) + DAY)

    def stored(self, day: date = AS_OF) -> pl.DataFrame:
        return pl.read_delta(self.lake.path(STORED)).filter(pl.col("as_of_date") == day)


def compare_daily(bench: Bench, is_slow: bool) -> list[Row]:
    """One day: ours, and every peer, each checked against ours."""
    raw, tiles, out = bench.folder / "raw", bench.folder / "tiles", bench.folder / "out.parquet"
    rows = [measure("segspark, running state, Delta", bench.daily, 9)]
    ours = bench.stored()
    for what, peer, source in (
        ("DuckDB, conditional sums, full recompute", peers.duckdb_sums, raw),
        ("DuckDB, age bands, full recompute", peers.duckdb_bands, raw),
        ("Polars, age bands, full recompute", peers.polars_bands, raw),
        ("DuckDB, age bands over ready tiles", peers.duckdb_tiles, tiles),
    ):
        rows.append(measure(f"{what}, Parquet", lambda peer=peer, source=source: peer(source, out, AS_OF)))  # type: ignore[misc]
        check(ours, pl.read_parquet(out))
    state = bench.folder / "state.parquet"
    bench.stored(AS_OF - DAY).write_parquet(state)
    rows.append(measure("DuckDB, running state by hand, Parquet", lambda: peers.duckdb_running(state, tiles, out), 5))
    check(ours, pl.read_parquet(out))
    # What the JVM runs is compiled while it runs: a warm session is warm after some days.
    rows.append(measure("segspark, Spark lane, running state, Delta", bench.daily_by_spark, 5, warming=4))
    check(ours, bench.stored())
    rows.append(measure("segspark, full recompute from tiles, Delta", lambda: bench.recompute(AS_OF), 1))
    check(ours, bench.stored())
    if is_slow:
        rows.append(measure("segspark, Spark lane, full recompute, Delta", bench.recompute_by_spark, 1))
        check(ours, bench.stored())
    return rows


def compare_backfill(bench: Bench, n_days: int) -> list[Row]:
    """Many days in one go, from tiles; first and last day are checked against ours."""
    days = [AS_OF - n * DAY for n in reversed(range(n_days))]
    tiles, out = bench.folder / "tiles", bench.folder / "backfill"
    rows = [measure(f"segspark, backfill of {n_days} days, Delta", bench.backfill(days))]
    ours = {day: bench.stored(day) for day in (days[0], AS_OF)}
    people = bench.people[AS_OF]
    rows.append(
        measure(
            f"Polars, dense sums, backfill of {n_days} days, Parquet",
            lambda: peers.polars_backfill(tiles, people, out, days),
        )
    )
    for day, rows_of_day in ours.items():
        check(rows_of_day, pl.scan_parquet(out / "*.parquet").filter(pl.col("as_of_date") == day).collect(), day)
    one = bench.folder / "out.parquet"
    # Each day costs it the same: some of them say what all take.
    some = days[::-DUCKDB_EACH][::-1]
    what = f"DuckDB, age bands, backfill of {n_days} days, Parquet (from {len(some)} of them)"
    row = measure(what, lambda: [peers.duckdb_tiles(tiles, one, day) for day in some], 1)
    check(ours[AS_OF], pl.read_parquet(one))
    return [*rows, replace(row, seconds=row.seconds * n_days / len(some))]


def measure_growth(by_history: dict[int, Bench], times: int = 9) -> dict[str, float]:
    """Seconds of a day by the days of history, in turn: a machine is not as fast in one minute as in the next."""
    seconds: dict[int, list[float]] = {history: [] for history in by_history}
    for _ in range(times + 1):
        for history, bench in by_history.items():
            start = time.perf_counter()
            bench.daily()
            seconds[history].append(time.perf_counter() - start)
    # The first of each warms.
    growth = {str(history): statistics.median(each[1:]) for history, each in seconds.items()}
    print("segspark, running state, by days of history:", {h: round(s, 2) for h, s in growth.items()}, flush=True)
    return growth


def run(name: str, folder: Path) -> tuple[list[Row], dict[str, float]]:
    """All rows of a set, and the seconds of a day by the days of history."""
    people, events = SETS[name]
    start = time.perf_counter()
    bench = Bench(folder, name, draw(folder, people, events, max(HISTORIES)))
    print(f"drawn in {time.perf_counter() - start:.0f} s", flush=True)
    rows: list[Row] = []
    by_history: dict[int, Bench] = {}
    for history in HISTORIES:
        bench.take_in(history)
        by_history[history] = bench.kept()
        if history == HISTORY:
            rows += compare_daily(bench, is_slow=name != "L")
    growth = measure_growth(by_history)
    # Ninety more days of features are no history that the days above should carry.
    if name != "L":
        n_days, older = 90 if name == "M" else 10, by_history[HISTORY]
        # The oldest of the days sees a whole year too.
        older.take_in(max(HISTORY, max(WINDOWS) + n_days))
        rows += compare_backfill(older, n_days)
    for what, seconds in measure_skew(bench.spark, folder, *SETS["tiny" if name == "tiny" else "S"]).items():
        rows.append(Row(what, seconds, 0))
        print(f"{what:62} {seconds:8.2f} s", flush=True)
    bench.spark.stop()
    return rows, growth


def ratios(rows: Sequence[Row], growth: dict[str, float]) -> dict[str, float]:
    """Ours over the peers', of the same run."""
    of = {r.what: r.seconds for r in rows}
    best = min(s for w, s in of.items() if w.endswith("full recompute, Parquet"))
    ours = of["segspark, running state, Delta"]
    found = {
        "daily features / best full recompute": ours / best,
        "daily features / DuckDB running state by hand": ours / of["DuckDB, running state by hand, Parquet"],
        "daily features / DuckDB over ready tiles": ours / of["DuckDB, age bands over ready tiles, Parquet"],
        "Spark lane / best full recompute": of["segspark, Spark lane, running state, Delta"] / best,
        "history of 730 days / of 365": growth["730"] / growth["365"],
    }
    backfills = {w: s for w, s in of.items() if ", backfill of " in w}
    if backfills:
        theirs = min(s for w, s in backfills.items() if not w.startswith("segspark"))
        found["backfill / best of DuckDB and Polars"] = next(iter(backfills.values())) / theirs
    for flow in ("tiles", "features"):
        found[f"{flow}, skewed / even"] = (
            of[f"flow {flow}, one person with a tenth of all events"] / of[f"flow {flow}, even"]
        )
    return found


def machine() -> dict[str, Any]:
    """What the figures depend on besides the data."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    libraries = ("pyspark", "delta-spark", "deltalake", "pyarrow", "numpy", "duckdb", "polars")
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in libraries},
    }


def markdown(result: dict[str, Any]) -> str:
    """The rows, the growth with history and the ratios against their targets."""
    lines = [
        f"Set {result['set']}: {result['people']:,} people, {result['events']:,} events, {result['machine']['cores']} cores."
    ]
    lines += ["", "| what | s | MiB |", "|---|---:|---:|"]
    lines += [f"| {r['what']} | {r['seconds']:.2f} | {r['peak_mib'] or ''} |" for r in result["rows"]]
    lines += [
        "",
        "| days of history | " + " | ".join(result["history_days"]) + " |",
        "|---|" + "---:|" * len(result["history_days"]),
    ]
    lines += ["| running state, s | " + " | ".join(f"{s:.2f}" for s in result["history_days"].values()) + " |"]
    lines += ["", "| ratio | | target |", "|---|---:|---:|"]
    for what, ratio in result["ratios"].items():
        target = TARGETS.get(what, {}).get(result["set"])
        lines.append(f"| {what} | {ratio:.2f} | {'≤ ' + str(target) if target else ''} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="S")
    parser.add_argument("--markdown", action="store_true", help="only print the table of the last run")
    asked = parser.parse_args()
    path = RESULTS / f"features-{asked.set}.json"
    if asked.markdown:
        print(markdown(json.loads(path.read_text())))
        return
    said = machine()
    with tempfile.TemporaryDirectory() as folder:
        rows, growth = run(asked.set, Path(folder))
    result: dict[str, Any] = {
        "set": asked.set,
        "people": SETS[asked.set][0],
        "events": SETS[asked.set][1],
        "seed": SEED,
        "machine": said,
        "rows": [vars(r) for r in rows],
        "history_days": growth,
        "ratios": ratios(rows, growth),
    }
    print(markdown(result))
    # The tiny set is to try this script.
    if asked.set != "tiny":
        path.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
