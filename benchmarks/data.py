"""The seeded data of the benchmark of features: sets, catalogue, raw events, tiles.

Activity is Zipf-like over uniform pseudonyms, ten event types, about as many events each day.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segspark.features.engine.days import day_number
from segspark.features.engine.reads import PEOPLE
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.purposes import PURPOSES
from segspark.tables.staging import StagedFile

# People, and events of 400 days.
SETS = {"tiny": (1_000, 40_000), "S": (10_000, 600_000), "M": (193_000, 15_500_000), "L": (490_000, 55_500_000)}
HISTORY = 400
TYPES = ("sent", "delivered", "open", "click", "page_view", "product_view", "cart_add", "checkout", "order", "refund")
SHARES = (0.27, 0.26, 0.1, 0.03, 0.17, 0.1, 0.03, 0.015, 0.02, 0.005)
LAST = ("open", "click", "page_view", "cart_add", "order")
WINDOWS = (1, 7, 30, 90, 365)
AS_OF, DAY = date(2026, 6, 1), timedelta(days=1)
SEED = 7
MEASURES = (
    *(Measure(f"n_{t}", (t,), "profiling", "events", t) for t in TYPES),
    Measure("cents", ("order",), "profiling", "cents", "Value", value="amount_cents"),
)
SUMS = tuple(Feature(m.name, m.name, m.describe, windows=WINDOWS) for m in MEASURES)
CATALOGUE = Catalogue(MEASURES, SUMS + tuple(Feature(f"last_{t}", f"n_{t}", t, "last") for t in LAST), ())
NAMES = [m.name for m in MEASURES]
COLUMNS = [f.column(w) for f in SUMS for w in WINDOWS]


def draw_ids(people: int, rng: np.random.Generator) -> pa.Array:
    """Pseudonyms of the most active person first."""
    digits = rng.bytes(16 * people).hex()
    return pa.array([digits[at : at + 32] for at in range(0, len(digits), 32)])


def draw_days(
    people: int, events: int, n_days: int, heavy_share: float = 0.0
) -> Iterator[tuple[date, pa.Table, pa.Array]]:
    """The events of each day before AS_OF, the oldest first: person_id, day, type, cents; and everybody's ids.

    Args:
        heavy_share: of all events, those of one person.
    """
    rng = np.random.default_rng(SEED)
    ids = draw_ids(people, rng)
    weights = np.cumsum(1 / np.arange(1, people + 1) ** 0.7)
    types, n = pa.array(TYPES), events // HISTORY
    for back in range(n_days, 0, -1):
        day = AS_OF - back * DAY
        who = np.searchsorted(weights, rng.random(n) * weights[-1]).astype(np.int32)
        kind = rng.choice(len(TYPES), n, p=SHARES).astype(np.int8)
        cents = np.where(kind == TYPES.index("order"), rng.integers(500, 20_000, n), 0)
        who[rng.random(n) < heavy_share] = 0
        columns = {
            "person_id": ids.take(pa.array(who)),
            "day": pa.array(np.full(n, day_number(day), np.int32)).cast(pa.date32()),
            "type": types.take(pa.array(kind)),
            "cents": pa.array(cents),
        }
        yield day, pa.table(columns), ids


def draw(folder: Path, people: int, events: int, n_days: int) -> list[StagedFile]:
    """Raw events of the last HISTORY days in ``raw``, tiles of all days in ``tiles``, a file per day, and ``people``.

    Returns:
        The files of tiles, for the lake to take in.
    """
    sums = ", ".join([f"count(*) FILTER (type = '{t}') AS n_{t}" for t in TYPES] + ["sum(cents)::BIGINT AS cents"])
    query = f"SELECT person_id, day AS activity_date, {sums} FROM rows GROUP BY ALL ORDER BY person_id"
    tiles = []
    for name in ("raw", "tiles"):
        (folder / name).mkdir(parents=True)
    ids = pa.array([], pa.string())
    for day, rows, ids in draw_days(people, events, n_days):  # noqa: B007
        path = folder / "tiles" / f"{day}.parquet"
        tile = duckdb.sql(query).to_arrow_table()
        pq.write_table(tile, path, compression="zstd")
        tiles.append(StagedFile(str(path), tile.num_rows, {day_number(day): tile.num_rows}))
        if day >= AS_OF - HISTORY * DAY:
            pq.write_table(rows, folder / "raw" / f"{day}.parquet", compression="zstd")
    known = ids.take(pc.sort_indices(ids))
    for day, name in ((AS_OF, "people"), (AS_OF - DAY, "people-yesterday")):
        pq.write_table(everybody(known, [day]), folder / f"{name}.parquet")
    return tiles


def everybody(ids: pa.Array, days: list[date]) -> pa.Table:
    """Everybody is listed on each of the days, with every permission since ever; in the order of the ids."""
    each = np.tile(np.array([day_number(d) for d in days], np.int32), len(ids))
    ever = pa.array(np.zeros(len(each), np.int32)).cast(pa.date32())
    names = ids.take(pa.array(np.repeat(np.arange(len(ids)), len(days))))
    return pa.table([names, pa.array(each).cast(pa.date32()), *(ever for _ in PURPOSES)], PEOPLE)
