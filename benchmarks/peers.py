"""The peers, written as well as we can: DuckDB and Polars over the same Parquet files."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from data import AS_OF, COLUMNS, DAY, LAST, NAMES, TYPES, WINDOWS


def _source(raw: Path, as_of: date) -> str:
    return f"""(SELECT *, (DATE '{as_of}' - day) AS age FROM '{raw}/*.parquet'
        WHERE day >= DATE '{as_of}' - 365 AND day < DATE '{as_of}')"""


def _copy(query: str, out: Path) -> None:
    duckdb.sql(f"COPY ({query}) TO '{out}' (FORMAT parquet)")


def duckdb_sums(raw: Path, out: Path, as_of: date) -> None:
    """Conditional sums over the raw events."""
    columns = [f"count(*) FILTER (type = '{t}' AND age <= {w}) AS n_{t}_{w}d" for t in TYPES for w in WINDOWS]
    columns += [f"coalesce(sum(cents) FILTER (age <= {w}), 0)::BIGINT AS cents_{w}d" for w in WINDOWS]
    columns += [f"max(day) FILTER (type = '{t}') AS last_{t}" for t in LAST]
    _copy(f"SELECT person_id, {', '.join(columns)} FROM {_source(raw, as_of)} GROUP BY 1", out)


def _bands_to_windows(inner: Sequence[str], source: str) -> str:
    """Each row summed once, per person and age band; windows are sums of bands."""
    band = f"CASE {' '.join(f'WHEN age <= {w} THEN {w}' for w in WINDOWS)} END AS band"
    bands = f"SELECT person_id, {band}, {', '.join(inner)} FROM {source} GROUP BY ALL"
    columns = [f"coalesce(sum({n}) FILTER (band <= {w}), 0)::BIGINT AS {n}_{w}d" for n in NAMES for w in WINDOWS]
    columns += [f"max(last_{t}) AS last_{t}" for t in LAST]
    return f"SELECT person_id, {', '.join(columns)} FROM ({bands}) GROUP BY 1"


def duckdb_bands(raw: Path, out: Path, as_of: date) -> None:
    inner = [f"count(*) FILTER (type = '{t}') AS n_{t}" for t in TYPES] + ["sum(cents) AS cents"]
    inner += [f"max(day) FILTER (type = '{t}') AS last_{t}" for t in LAST]
    _copy(_bands_to_windows(inner, _source(raw, as_of)), out)


def duckdb_tiles(tiles: Path, out: Path, as_of: date) -> None:
    """The same over tiles that somebody has made before."""
    days = [as_of - n * DAY for n in range(1, max(WINDOWS) + 1)]
    files = ", ".join(f"'{tiles}/{d}.parquet'" for d in days if (tiles / f"{d}.parquet").exists())
    source = f"(SELECT *, (DATE '{as_of}' - activity_date) AS age FROM read_parquet([{files}]))"
    inner = [f"sum({n}) AS {n}" for n in NAMES]
    inner += [f"max(activity_date) FILTER (n_{t} > 0) AS last_{t}" for t in LAST]
    _copy(_bands_to_windows(inner, source), out)


def polars_bands(raw: Path, out: Path, as_of: date) -> None:
    """Person, type and band, then pivoted by conditional sums."""
    age = (pl.lit(as_of) - pl.col("day")).dt.total_days()
    band = pl.when(age <= WINDOWS[0]).then(WINDOWS[0])
    for window in WINDOWS[1:]:
        band = band.when(age <= window).then(window)
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
    _copy(f"SELECT person_id, {', '.join(columns)} FROM ({' UNION ALL '.join(parts)}) GROUP BY 1", out)


def polars_backfill(tiles: Path, people: Path, out: Path, days: Sequence[date], at_once: int = 8_000) -> None:
    """Dense running sums over a grid of people and days: a window is a difference of two rows, far cheaper than a
    sum for each day. Some people at a time, because the grid of all does not fit in memory."""
    longest = max(WINDOWS)
    start, n_days = min(days) - longest * DAY, longest + len(days) - 1
    files = [tiles / f"{start + n * DAY}.parquet" for n in range(n_days)]
    who = pl.read_parquet(people, columns=["person_id"]).sort("person_id").with_row_index("who")
    rows = (
        pl.scan_parquet([f for f in files if f.exists()])
        .join(who.lazy(), on="person_id", how="inner")
        .with_columns(cell=pl.col("who").cast(pl.Int64) * n_days + (pl.col("activity_date") - start).dt.total_days())
        .select("cell", pl.col(NAMES).cast(pl.Int32))
        .collect()
        .sort("cell")
    )
    out.mkdir(exist_ok=True)
    row = pl.int_range(pl.len(), dtype=pl.Int32)
    wanted = (row % n_days) >= longest - 1
    day = pl.lit(start + DAY) + pl.duration(days=row % n_days)
    for first in range(0, len(who), at_once):
        ids = who["person_id"][first : first + at_once]
        low, high = (rows["cell"].search_sorted((first + n) * n_days) for n in (0, len(ids)))
        here = rows[low:high]
        cells = here["cell"] - first * n_days
        grid = pl.DataFrame(
            [pl.zeros(len(ids) * n_days, pl.Int32, eager=True).alias(n).scatter(cells, here[n]) for n in NAMES]
        )
        sums = pl.DataFrame([grid[n].cast(pl.Int64).cum_sum() for n in NAMES])
        windows = [
            (pl.col(n) - pl.col(n).shift(w, fill_value=0)).filter(wanted).alias(f"{n}_{w}d")
            for n in NAMES
            for w in WINDOWS
        ]
        asked = sums.lazy().select(day.filter(wanted).alias("as_of_date"), *windows)
        seen = [pl.when(pl.col(f"n_{t}") > 0).then(row).forward_fill() for t in LAST]
        since = [pl.when(s >= row - row % n_days).then(pl.lit(start) + pl.duration(days=s % n_days)) for s in seen]
        # What is older than the longest window is not known from these days.
        is_near = [row - s < longest for s in seen]
        lasts = [
            pl.when(near).then(s).filter(wanted).alias(f"last_{t}")
            for t, s, near in zip(LAST, since, is_near, strict=True)
        ]
        asked = pl.concat([asked, grid.lazy().select(lasts)], how="horizontal")
        names = pl.Series("person_id", ids).to_frame().select(pl.all().repeat_by(len(days)).explode())
        pl.concat([names, asked.collect()], how="horizontal").write_parquet(out / f"{first}.parquet", compression="lz4")
