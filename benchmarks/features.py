"""Daily features against DuckDB and Polars on the same data in one run: ``python benchmarks/features.py --set M``.

Eleven measures in five windows and five last days, one row per person, as of one day. Ours read and write Delta;
the peers read Parquet and write Parquet. Only the ratios of one run mean anything. Every result is compared with the
first peer's before it is timed.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from memory import peak_memory

from segspark.features.feature import Catalogue, Feature, Measure
from segspark.features.kernel import Calendar
from segspark.features.windows import window_features
from segspark.flows.range_reads import PEOPLE
from segspark.flows.range_task import RangeTask
from segspark.session import local_session, warm_up
from segspark.tables import gold
from segspark.tables.contract import Contract
from segspark.tables.delta import Lake
from segspark.tables.ranges import day_files

SETS = {"S": (20_000, 1_600_000), "M": (193_000, 15_500_000), "L": (490_000, 55_500_000)}
TYPES = ("sent", "delivered", "open", "click", "page_view", "product_view", "cart_add", "checkout", "order", "refund")
SHARES = (0.27, 0.26, 0.1, 0.03, 0.17, 0.1, 0.03, 0.015, 0.02, 0.005)
LAST = ("open", "click", "page_view", "cart_add", "order")
WINDOWS = (1, 7, 30, 90, 365)
AS_OF, DAY = date(2026, 6, 1), timedelta(days=1)
HISTORY = 400
MEASURES = tuple(Measure(f"n_{t}", (t,), "profiling", "events", t) for t in TYPES)
MEASURES += (Measure("cents", ("order",), "profiling", "cents", "value"),)
SUMS = tuple(Feature(m.name, m.name, m.describe, windows=WINDOWS) for m in MEASURES)
CATALOGUE = Catalogue(MEASURES, SUMS + tuple(Feature(f"last_{t}", f"n_{t}", t, "last") for t in LAST), ())
NAMES = [m.name for m in MEASURES]
COLUMNS = [f.column(w) for f in SUMS for w in WINDOWS]
EVER = date(1970, 1, 1)


# Data -----------------------------------------------------------------------------------------------------------


def draw(folder: Path, people: int, events: int, days: int, seed: int) -> None:
    """Raw events as Parquet, a file per day: person_id, day, type, cents. Activity is Zipf-like."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"{int.from_bytes(rng.bytes(16), 'big'):032x}" for _ in range(people)])
    weights = np.cumsum(1 / np.arange(1, people + 1) ** 0.7)
    folder.mkdir(parents=True)
    for back in range(days, 0, -1):
        n = events // HISTORY
        who = np.searchsorted(weights, rng.random(n) * weights[-1])
        kind = rng.choice(len(TYPES), n, p=SHARES)
        cents = np.where(kind == TYPES.index("order"), rng.integers(500, 20_000, n), 0)
        day = pa.array([AS_OF - back * DAY] * n, pa.date32())
        types = pa.DictionaryArray.from_arrays(pa.array(kind.astype(np.int8)), pa.array(TYPES)).cast(pa.string())
        columns = {"person_id": pa.array(ids[who]), "day": day, "type": types, "cents": pa.array(cents)}
        pq.write_table(pa.table(columns), folder / f"{AS_OF - back * DAY}.parquet", compression="zstd")
    pq.write_table(
        pa.table(
            {
                "person_id": pa.array(np.sort(ids)),
                "as_of_date": pa.array([AS_OF] * people, pa.date32()),
                **{p: pa.array([EVER] * people, pa.date32()) for p in PEOPLE.names[2:]},
            }
        ).cast(PEOPLE),
        folder.parent / "people.parquet",
    )


def write_tiles(lake: Lake, contract: Contract, raw: Path) -> None:
    """Daily tiles as a Delta table laid out as the product's: a file per day, sorted by person."""
    sums = ", ".join([f"count(*) FILTER (type = '{t}') AS n_{t}" for t in TYPES] + ["sum(cents)::BIGINT AS cents"])
    for path in sorted(raw.glob("*.parquet")):
        query = f"SELECT person_id, day AS activity_date, {sums} FROM '{path}' GROUP BY ALL ORDER BY person_id"
        rows = duckdb.sql(query).to_arrow_table()
        lake.append_small(contract, rows.cast(pa.schema([rows.schema.field(0), *rows.schema][1:])), once=path.stem)


# Peers ----------------------------------------------------------------------------------------------------------


def _source(raw: Path, as_of: date) -> str:
    return f"(SELECT *, (DATE '{as_of}' - day) AS age FROM '{raw}/*.parquet' WHERE day >= DATE '{as_of}' - 365 AND day < DATE '{as_of}')"


def duckdb_sums(raw: Path, out: Path, as_of: date) -> None:
    """Conditional sums over the raw events."""
    columns = [f"count(*) FILTER (type = '{t}' AND age <= {w}) AS n_{t}_{w}d" for t in TYPES for w in WINDOWS]
    columns += [f"coalesce(sum(cents) FILTER (age <= {w}), 0)::BIGINT AS cents_{w}d" for w in WINDOWS]
    columns += [f"max(day) FILTER (type = '{t}') AS last_{t}" for t in LAST]
    duckdb.sql(
        f"COPY (SELECT person_id, {', '.join(columns)} FROM {_source(raw, as_of)} GROUP BY 1) TO '{out}' (FORMAT parquet)"
    )


def duckdb_bands(raw: Path, out: Path, as_of: date) -> None:
    """Each event summed once, per person and age band; windows are sums of bands."""
    band = f"CASE {' '.join(f'WHEN age <= {w} THEN {w}' for w in WINDOWS)} END AS band"
    inner = [f"count(*) FILTER (type = '{t}') AS n_{t}" for t in TYPES] + ["sum(cents) AS cents"]
    inner += [f"max(day) FILTER (type = '{t}') AS last_{t}" for t in LAST]
    bands = f"SELECT person_id, {band}, {', '.join(inner)} FROM {_source(raw, as_of)} GROUP BY ALL"
    columns = [f"coalesce(sum({n}) FILTER (band <= {w}), 0)::BIGINT AS {n}_{w}d" for n in NAMES for w in WINDOWS]
    columns += [f"max(last_{t}) AS last_{t}" for t in LAST]
    duckdb.sql(f"COPY (SELECT person_id, {', '.join(columns)} FROM ({bands}) GROUP BY 1) TO '{out}' (FORMAT parquet)")


def polars_bands(raw: Path, out: Path, as_of: date) -> None:
    """Person, type and band, then pivoted by conditional sums."""
    age = (pl.lit(as_of) - pl.col("day")).dt.total_days()
    band = (
        pl.when(age <= 1)
        .then(1)
        .when(age <= 7)
        .then(7)
        .when(age <= 30)
        .then(30)
        .when(age <= 90)
        .then(90)
        .otherwise(365)
    )
    events = pl.scan_parquet(raw / "*.parquet").filter((pl.col("day") < as_of) & (pl.col("day") >= as_of - 365 * DAY))
    grouped = events.group_by("person_id", "type", band.alias("band")).agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col("cents").sum(), pl.col("day").max()
    )
    at = pl.col("band")
    wide = [
        pl.col("n").filter((pl.col("type") == t) & (at <= w)).sum().alias(f"n_{t}_{w}d") for t in TYPES for w in WINDOWS
    ]
    wide += [pl.col("cents").filter(at <= w).sum().alias(f"cents_{w}d") for w in WINDOWS]
    wide += [pl.col("day").filter(pl.col("type") == t).max().alias(f"last_{t}") for t in LAST]
    grouped.group_by("person_id").agg(wide).collect(engine="streaming").write_parquet(out)


def duckdb_running(state: Path, tiles: Path, out: Path) -> None:
    """Yesterday's result, the new day added and the leaving days taken away, written by hand."""
    parts = [f"SELECT person_id, {', '.join(COLUMNS)}, {', '.join(f'last_{t}' for t in LAST)} FROM '{state}'"]
    entering = ", ".join(f"{n} AS {n}_{w}d" for n in NAMES for w in WINDOWS)
    last = ", ".join(f"CASE WHEN n_{t} > 0 THEN DATE '{AS_OF - DAY}' END" for t in LAST)
    parts.append(f"SELECT person_id, {entering}, {last} FROM '{tiles}/{AS_OF - DAY}.parquet'")
    for window in WINDOWS:
        leaving = ", ".join(f"-{n}" if w == window else "0" for n in NAMES for w in WINDOWS)
        path = tiles / f"{AS_OF - DAY - window * DAY}.parquet"
        parts.append(f"SELECT person_id, {leaving}, {', '.join('NULL' for _ in LAST)} FROM '{path}'")
    columns = [f"sum({c})::BIGINT AS {c}" for c in COLUMNS] + [f"max(last_{t}) AS last_{t}" for t in LAST]
    duckdb.sql(
        f"COPY (SELECT person_id, {', '.join(columns)} FROM ({' UNION ALL '.join(parts)}) GROUP BY 1) TO '{out}' (FORMAT parquet)"
    )


# Measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    what: str
    seconds: float
    peak_mib: int


def measure(what: str, run: Callable[[], object], times: int = 3) -> Row:
    """Median of some runs after one that warms (a long single one needs none), and the peak memory without the JVM's."""
    if times > 1:
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


def check(ours: pl.DataFrame, peer: pl.DataFrame) -> None:
    """The same values for everybody the peer knows, nothing for the others."""
    joined = ours.join(peer, on="person_id", how="left", suffix="_peer")
    for name in [*COLUMNS, *(f"last_{t}" for t in LAST)]:
        same = joined[name].fill_null(0) if name in COLUMNS else joined[name]
        other = joined[f"{name}_peer"].fill_null(0) if name in COLUMNS else joined[f"{name}_peer"]
        if name not in COLUMNS:
            # Ours is of all time, a recompute's of the last 365 days.
            oldest = AS_OF - 365 * DAY
            same, other = (
                s.to_frame().select(pl.when(pl.first() >= oldest).then(pl.first())).to_series() for s in (same, other)
            )
        if not same.eq_missing(other).all():
            raise SystemExit(f"{name} differs")


def days_back(name: str) -> int:
    """Days of the backfill; the small set is to be quick."""
    return 30 if name == "S" else 90


def run(name: str, lake_folder: Path, history: int, is_whole: bool) -> list[Row]:
    people, events = SETS[name]
    n_back = days_back(name)
    raw, spark = lake_folder / "raw", local_session("bench", warehouse=lake_folder / "warehouse")
    warm_up(spark)
    draw(raw, people, events, history, seed=7)
    lake = Lake(lake_folder / "lake", spark)
    tiles_contract = gold.ACTIVITY_DAILY.with_columns(CATALOGUE.tile_columns())
    contract = gold.FEATURES.with_columns(CATALOGUE.stored_columns())
    write_tiles(lake, tiles_contract, raw)
    tiles = tuple(day_files(lake.path(gold.ACTIVITY_DAILY), tiles_contract))
    staged = str(lake_folder / "people.parquet")

    def task(as_of: date) -> RangeTask:
        return RangeTask(CATALOGUE, (as_of,), Calendar(), tuple(f for f in tiles if f.day < as_of), (), (staged,))

    before = pq.read_table(staged)
    yesterday = lake_folder / "people-yesterday.parquet"
    pq.write_table(
        before.set_column(1, "as_of_date", pa.array([AS_OF - DAY] * before.num_rows, pa.date32())), yesterday
    )
    first = replace(task(AS_OF - DAY), people=(str(yesterday),))
    lake.replace_computed(contract, first, first.n_rows, AS_OF - DAY, AS_OF)
    state = tuple(f for f in day_files(lake.path(gold.FEATURES), contract) if f.day == AS_OF - DAY)
    running = replace(task(AS_OF), state=state)

    def ours(work: RangeTask) -> None:
        lake.replace_computed(contract, work, work.n_rows, AS_OF, AS_OF + DAY)

    def stored() -> pl.DataFrame:
        return pl.read_delta(lake.path(gold.FEATURES)).filter(pl.col("as_of_date") == AS_OF)

    rows = [measure(f"segspark, running state, Delta ({history} days of history)", lambda: ours(running))]
    if not is_whole:
        return rows
    out = lake_folder / "out.parquet"
    carried = stored()
    for what, peer in (
        ("DuckDB, conditional sums", duckdb_sums),
        ("DuckDB, age bands", duckdb_bands),
        ("Polars, age bands", polars_bands),
    ):
        rows.append(measure(f"{what}, full recompute, Parquet", lambda peer=peer: peer(raw, out, AS_OF)))  # type: ignore[misc]
        check(carried, pl.read_parquet(out))
    rows.append(measure("segspark, full recompute from tiles, Delta", lambda: ours(task(AS_OF))))
    check(stored(), pl.read_parquet(out))
    state_file = lake_folder / "state.parquet"
    pl.read_delta(lake.path(gold.FEATURES)).filter(pl.col("as_of_date") == AS_OF - DAY).write_parquet(state_file)
    by_day = lake_folder / "tiles"
    by_day.mkdir()
    for back in (1, *(w + 1 for w in WINDOWS)):
        day = AS_OF - back * DAY
        pl.read_delta(lake.path(gold.ACTIVITY_DAILY)).filter(pl.col("activity_date") == day).write_parquet(
            by_day / f"{day}.parquet"
        )
    rows.append(measure("DuckDB, running state by hand, Parquet", lambda: duckdb_running(state_file, by_day, out)))
    check(carried, pl.read_parquet(out))
    people_frame = spark.read.parquet(staged)

    def spark_lane() -> None:
        activity = spark.read.format("delta").load(lake.path(gold.ACTIVITY_DAILY))
        none = activity.where("false").selectExpr(
            "person_id", "activity_date", "activity_date AS applied_as_of", *NAMES
        )
        frame = window_features(activity, none, people_frame, CATALOGUE, [AS_OF], Calendar(), 4)
        lake.replace_range(contract, frame, AS_OF, AS_OF + DAY)

    rows.append(measure("segspark, Spark lane, full recompute, Delta", spark_lane, times=1))
    days = [AS_OF - n * DAY for n in range(n_back)]
    each_day = pa.concat_tables(
        [before.set_column(1, "as_of_date", pa.array([d] * before.num_rows, pa.date32())) for d in days]
    )
    many_people = lake_folder / "people-many.parquet"
    pq.write_table(each_day, many_people)
    many = replace(task(AS_OF), dates=tuple(days), people=(str(many_people),))
    n_rows = max(many.n_rows, 4 * each_day.num_rows)
    rows.append(
        measure(
            f"segspark, backfill of {n_back} days in one walk, Delta",
            lambda: lake.replace_computed(contract, many, n_rows, days[-1], AS_OF + DAY),
            times=1,
        )
    )

    def backfill(peer: Callable[[Path, Path, date], None]) -> None:
        for day in days:
            peer(raw, out, day)

    if name == "S":
        rows.append(
            measure(f"DuckDB, age bands, {n_back} days one by one, Parquet", lambda: backfill(duckdb_bands), times=1)
        )
    spark.stop()
    return rows


def ratios(name: str, rows: Sequence[Row]) -> dict[str, float]:
    """Ours over the peers', of the same run."""
    of = {r.what.split(" (")[0]: r.seconds for r in rows}
    ours = of["segspark, running state, Delta"]
    best = min(s for w, s in of.items() if w.endswith("full recompute, Parquet"))
    found = {
        "daily features / best full recompute of DuckDB and Polars": ours / best,
        "daily features / DuckDB running state by hand": ours / of["DuckDB, running state by hand, Parquet"],
        "Spark lane / best full recompute": of["segspark, Spark lane, full recompute, Delta"] / best,
    }
    n_back = days_back(name)
    loop = of.get(f"DuckDB, age bands, {n_back} days one by one, Parquet", best * n_back)
    found[f"backfill of {n_back} days / DuckDB day by day"] = (
        of[f"segspark, backfill of {n_back} days in one walk, Delta"] / loop
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default="S")
    name = parser.parse_args().set
    rows: list[Row] = []
    growth: dict[str, float] = {}
    histories = (HISTORY, 180, 365, 730) if name == "S" else (HISTORY,)
    for history in histories:
        with tempfile.TemporaryDirectory() as folder:
            found = run(name, Path(folder), history, is_whole=history == HISTORY)
            growth[str(history)] = found[0].seconds
            rows += found if history == HISTORY else found[:1]
            shutil.rmtree(folder, ignore_errors=True)
    result: dict[str, Any] = {
        "set": name, "people": SETS[name][0], "events": SETS[name][1], "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0], "rows": [vars(r) for r in rows], "ratios": ratios(name, rows), "history_days": growth,
    }  # fmt: skip
    for what, ratio in result["ratios"].items():
        print(f"{what:62} {ratio:8.2f}")
    path = Path(__file__).parent / "results" / f"features-{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
