"""Bitmaps of synthetic people: any rule, a whole slider, windows and overlaps, beside DuckDB on the same values in Parquet.

    python -m benchmarks.bits [--people 50000000] [--folder FOLDER] [--result FILE]

People are made block by block in numpy and written as the tables hold them: serialized bitmaps per slice and block for us,
a column per value for DuckDB. A question is timed warm, its files read before, as the median of some runs; the time from the
files' bytes is beside it. Ids are random as to what people do, which is the worst case of a roaring bitmap.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyroaring import BitMap

from segspark.bits.bitmap import BLOCK, bitmap_of
from segspark.bits.days import distinct_days
from segspark.bits.slices import Numbers, slice_numbers
from segspark.bits.tally import Counted, added, count_block, count_newest

RESULT = Path(__file__).parent / "results" / "bits.json"
AS_OF = date(2026, 6, 1)
N_DAYS, SHARE_OF_DAY = 90, 0.007
N_SEGMENTS, SHARE_OF_SEGMENT = 20, 0.085
RULE = (("n_order_365d", ">=", 2), ("n_click_90d", ">=", 1), ("order_cents_365d", ">=", 5_000),
        ("days_since_order", "<=", 300), ("age_years", ">=", 25), ("n_visit_30d", "<", 20))  # fmt: skip
TIMES = 3


def people_of(block: int, n: int) -> dict[str, np.ndarray]:
    """Six values of the people of a block; every other one has never ordered."""
    random = np.random.default_rng(block)
    has_ordered = random.random(n) < 0.5
    orders = np.where(has_ordered, random.geometric(0.35, n), 0)
    return {
        "n_order_365d": orders,
        "order_cents_365d": orders * random.integers(1_000, 12_000, n),
        "days_since_order": np.where(has_ordered, random.integers(1, 731, n), -1),
        "n_click_90d": random.poisson(1.2, n),
        "n_visit_30d": random.poisson(4.0, n),
        "age_years": random.integers(18, 90, n),
    }


def some(random: np.random.Generator, n: int, share: float) -> bytes:
    """About so large a share of the people of a block, at random."""
    return bitmap_of(np.unique(random.integers(0, n, int(n * share), dtype=np.uint32))).serialize()


class Made:
    """The bitmaps of all blocks as bytes, as a table holds them; the Parquet of the values is in the folder."""

    def __init__(self, n_people: int, folder: Path) -> None:
        self.values: list[dict[str, dict[str, bytes]]] = []
        self.days: list[dict[date, bytes]] = []
        self.segments: list[list[bytes]] = []
        self.n_rows: list[int] = []
        self.by_duckdb = folder / "people.parquet"
        writer: pq.ParquetWriter | None = None
        for block in range(-(-n_people // BLOCK)):
            n = min(BLOCK, n_people - block * BLOCK)
            self.n_rows.append(n)
            values = people_of(block, n)
            table = pa.table({name: v.astype(np.int32) for name, v in values.items()})
            writer = writer or pq.ParquetWriter(self.by_duckdb, table.schema, compression="zstd")
            writer.write_table(table)
            places = np.arange(n)
            self.values.append({
                name: {part: bitmap.serialize() for part, bitmap in slice_numbers(places, v, v < 0).items()}
                for name, v in values.items()
            })  # fmt: skip
            random = np.random.default_rng(1_000_000 + block)
            self.days.append({
                AS_OF - timedelta(days=d): some(random, n, SHARE_OF_DAY)
                for d in range(1, N_DAYS + 1)
            })  # fmt: skip
            self.segments.append([
                some(random, n, SHARE_OF_SEGMENT) for _ in range(N_SEGMENTS)
            ])  # fmt: skip
        assert writer
        writer.close()

    def size(self) -> dict[str, float]:
        """Megabytes."""
        slices = sum(len(b) for block in self.values for parts in block.values() for b in parts.values())
        days = sum(len(b) for block in self.days for b in block.values())
        segments = sum(len(b) for block in self.segments for b in block)
        n_slices = len({(name, part) for block in self.values for name, parts in block.items() for part in parts})
        return {
            "slices": n_slices, "slices_mb": slices / 1e6, "days_mb": days / 1e6, "segments_mb": segments / 1e6,
            "parquet_of_duckdb_mb": self.by_duckdb.stat().st_size / 1e6,
        }  # fmt: skip

    def on_disk(self, folder: Path) -> float:
        """Megabytes of the slices as rows of a Parquet file."""
        path, schema = folder / "bits.parquet", pa.schema([("slice", pa.string()), ("bytes", pa.binary())])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for block in self.values:
                rows = [(f"{name}:{part}", content) for name, parts in block.items() for part, content in parts.items()]
                arrays = [
                    pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        return path.stat().st_size / 1e6


def numbers_of(made: Made, names: tuple[str, ...]) -> list[tuple[BitMap, dict[str, Numbers]]]:
    """Everybody and some values of each block."""
    found = []
    for n, block in zip(made.n_rows, made.values, strict=True):
        people = bitmap_of(np.arange(n))
        slices = {name: {part: BitMap.deserialize(b) for part, b in block[name].items()} for name in names}
        found.append((people, {name: Numbers.of(people, parts) for name, parts in slices.items()}))
    return found


def in_rule(numbers: dict[str, Numbers]) -> BitMap:
    return BitMap.intersection(*[numbers[name].compare(op, value) for name, op, value in RULE])


def timed(question: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """The median run's seconds of the clock and of the processors, and the answer. On a machine that does other things
    only the latter say something; bitmaps use one core, DuckDB all of them."""
    runs, answer = [], None
    for _ in range(TIMES):
        start, cpu = time.perf_counter(), time.process_time()
        answer = question()
        runs.append((time.perf_counter() - start, time.process_time() - cpu))
    seconds, cpu_seconds = (round(statistics.median(each), 4) for each in zip(*runs, strict=True))
    return {"seconds": seconds, "cpu_seconds": cpu_seconds}, answer


def rows(made: Made) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each question with its seconds and its answer."""
    names = tuple(name for name, _, _ in RULE)
    cold, _ = timed(lambda: sum(len(in_rule(numbers)) for _, numbers in numbers_of(made, names)))
    warm = numbers_of(made, names)
    seconds, n = timed(lambda: sum(len(in_rule(numbers)) for _, numbers in warm))
    where = " and ".join(f"{name} {op} {value}" for name, op, value in RULE)
    with duckdb.connect(config={"threads": os.cpu_count() or 1}) as connection:
        sql = f"select count(*) from read_parquet('{made.by_duckdb}') where days_since_order >= 0 and {where}"
        of_duckdb, answer = timed(lambda: connection.execute(sql).fetchone())
        assert answer == (n,), (answer, n)
        yield "rule of six conditions", {
            "bitmaps": seconds, "from_bytes": cold, "duckdb": of_duckdb, "ratio": round(seconds["seconds"] / of_duckdb["seconds"], 3), "people": n,
        }  # fmt: skip
        along = "days_since_order"
        base = [numbers["n_order_365d"].compare(">=", 2) for _, numbers in warm]
        nothing = np.zeros(BLOCK, dtype=np.int64)

        def slider(with_revenue: bool) -> Any:
            def of(given: tuple[BitMap, tuple[BitMap, dict[str, Numbers]]]) -> Counted:
                inside, (people, numbers) = given
                spent = numbers["order_cents_365d"].by_place() if with_revenue else nothing
                return count_block(numbers[along].by_place(), inside & numbers[along].known, people, spent)

            return added(map(of, zip(base, warm, strict=True))).at_least()

        seconds, found = timed(lambda: slider(False))
        sql = f"""select {along}, count(*), sum(order_cents_365d) from read_parquet('{made.by_duckdb}')
                  where n_order_365d >= 2 and {along} >= 0 group by 1"""
        of_duckdb, answer = timed(lambda: connection.execute(sql).fetchall())
        assert len(answer) == len(found.values)
        yield (
            "slider: people at 730 thresholds",
            {"bitmaps": seconds, "duckdb": of_duckdb, "people": int(found.people[0])},
        )
        seconds, found = timed(lambda: slider(True))
        assert int(found.revenue[0]) == sum(row[2] for row in answer)
        yield "slider with contactable and revenue", {"bitmaps": seconds, "duckdb": of_duckdb}
    every = bitmap_of(np.arange(BLOCK))
    of_days = [{day: BitMap.deserialize(b) for day, b in block.items()} for block in made.days]
    newest = [sorted(((AS_OF - day).days, who) for day, who in known.items()) for known in of_days]
    seconds, found = timed(lambda: added(count_newest(days, every, every, nothing) for days in newest).at_most())
    yield f"windows of 1 to {N_DAYS} days", {"bitmaps": seconds, "people": int(found.people[-1])}
    month = timedelta(days=30)
    seconds, n = timed(lambda: sum(
        int((distinct_days({d: who for d, who in known.items() if AS_OF - d <= month}, AS_OF, 30) >= 3).sum()) for known in of_days
    ))  # fmt: skip
    yield "3 distinct days of 30", {"bitmaps": seconds, "people": n}
    segments = [[BitMap.deserialize(b) for b in block] for block in made.segments]
    seconds, n = timed(lambda: sum(
        one.intersection_cardinality(other) for block in segments for at, one in enumerate(block) for other in block[at + 1 :]
    ))  # fmt: skip
    yield f"overlaps of {N_SEGMENTS} segments", {"bitmaps": seconds, "shared": n}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=50_000_000)
    parser.add_argument("--folder", type=Path, help="of the files, which are removed; default: a new one")
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    try:
        start = time.monotonic()
        made = Made(given.people, folder)
        made_in = round(time.monotonic() - start, 1)
        result: dict[str, Any] = {
            "people": given.people, "made_in_seconds": made_in, "cores": os.cpu_count(), "load": os.getloadavg()[0],
            "python": platform.python_version(), **{name: round(mb, 1) for name, mb in made.size().items()},
            "slices_on_disk_mb": round(made.on_disk(folder), 1),
        }  # fmt: skip
        for question, row in rows(made):
            print(question, row, flush=True)
            result[question] = row
        result["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        given.result.write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps(result))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
