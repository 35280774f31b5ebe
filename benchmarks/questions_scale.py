"""Questions over millions of invented people: whole processes, memory and sizes of files; no Spark.

    python -m benchmarks.questions_scale [--people 50000 1000000] [--folder DIR] [--times 3] [--result FILE]

The lake of a size holds one day: gold.features (with the columns that the questions look at, drawn at random), gold.people
and gold.segments with three segments. It is kept in the folder and used again. Random ids are the worst case of a join.
"""

import argparse
import binascii
import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import deltalake
import numpy as np
import pyarrow as pa

from benchmarks.questions import RULE, measured, memory_of
from segspark.app.workspace import open_workspace
from segspark.tables.contracts import gold
from segspark.tables.contracts.contract import Contract, personal
from segspark.tables.lake import Lake
from segspark.tables.open import open_lake

RESULT = Path(__file__).parent / "results" / "questions_scale.json"
DAY = date(2026, 6, 1)
BATCH = 1_000_000
# Of required columns that the questions do not look at.
EMPTY = {"string": "", "int32": 0, "date32[day]": DAY, "bool": False}
SEGSPARK = """name: many
lake: ./lake
time_zone: Europe/Paris
currency: EUR
language: en
sources: []
consent: {assumed: []}
keys: {file: .segspark-key}
"""
COUNTS = ("n_order_365d", "n_order_90d", "n_click_90d", "order_cents_365d", "refund_cents_365d")
FEATURES = gold.FEATURES.with_columns(
    (
        *[personal(name, "bigint", "Drawn at random") for name in COUNTS],
        personal("last_order_date", "date", "Drawn at random"),
    )
)
SEGMENTS = (("everybody", 1.0), ("half", 0.5), ("few", 0.05))


def ids(at: int, n: int) -> pa.Array:
    """The person_ids of a part: 32 hexadecimal digits each, the same in every table."""
    text = binascii.hexlify(np.random.default_rng(at).bytes(16 * n))
    ends = np.arange(n + 1, dtype=np.int32) * 32
    return pa.StringArray.from_buffers(n, pa.py_buffer(ends), pa.py_buffer(text))


def constant(value: object, type_: pa.DataType, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, type_), n)


def features(at: int, n: int) -> pa.Table:
    draw = np.random.default_rng((1, at))
    orders = draw.poisson(0.6, n)
    cents = np.where(orders > 0, orders * draw.integers(1_000, 12_000, n), 0)
    columns: dict[str, pa.Array] = {
        "n_order_365d": pa.array(orders), "n_order_90d": pa.array(draw.binomial(orders, 0.3)),
        "n_click_90d": pa.array(draw.poisson(0.8, n)), "order_cents_365d": pa.array(cents),
        "refund_cents_365d": pa.array((cents * (draw.random(n) < 0.05)).astype(np.int64) // 2),
    }  # fmt: skip
    age = draw.integers(1, 366, n)
    last = np.datetime64(DAY) - age.astype("timedelta64[D]")
    columns["last_order_date"] = pa.array(last, mask=orders == 0)
    since = constant(date(2025, 1, 1), pa.date32(), n)
    for name in ("email_marketing_from", "open_tracking_from", "profiling_from"):
        columns[name] = since
    return pa.table({"person_id": ids(at, n), "as_of_date": constant(DAY, pa.date32(), n), **columns})


def people(at: int, n: int) -> pa.Table:
    draw = np.random.default_rng((2, at))
    is_contactable = draw.random(n) < 0.8
    return pa.table(
        {
            "person_id": ids(at, n),
            "as_of_date": constant(DAY, pa.date32(), n),
            "is_contactable": pa.array(is_contactable),
            "not_contactable_reason": pa.array(np.full(n, "no_consent"), mask=is_contactable),
            "country": pa.array(np.array(["FR", "BE", "CH"])[draw.integers(0, 3, n)]),
            "mailbox_provider": pa.array(np.array(["gmail", "orange", "other"])[draw.integers(0, 3, n)]),
        }
    )


def segments(at: int, n: int) -> Iterator[pa.Table]:
    draw = np.random.default_rng((3, at))
    for name, share in SEGMENTS:
        inside = ids(at, n).filter(pa.array(draw.random(n) < share))
        m = len(inside)
        texts = {"scheme": "rules", "segment_id": f"rules-{name}", "segment_name": name, "definition_version": "v1"}
        yield pa.table(
            {
                "segment_date": constant(DAY, pa.date32(), m),
                "person_id": inside,
                **{column: constant(value, pa.string(), m) for column, value in texts.items()},
                "is_contactable": constant(True, pa.bool_(), m),
                "is_provisional": constant(False, pa.bool_(), m),
            }
        )


def make(folder: Path, n: int) -> None:
    """The lake of so many people, a part at a time."""
    folder.mkdir(parents=True)
    (folder / "segspark.yaml").write_text(SEGSPARK)
    lake = Lake(open_workspace(folder, {}).lake)
    parts = [(at, min(BATCH, n - at * BATCH)) for at in range(-(-n // BATCH))]
    add(lake, FEATURES, (features(*part) for part in parts))
    add(lake, gold.PEOPLE, (people(*part) for part in parts))
    add(lake, gold.SEGMENTS, (table for part in parts for table in segments(*part)))


def add(lake: Lake, contract: Contract, tables: Iterator[pa.Table]) -> None:
    table = lake.create(contract)
    schema = pa.schema(table.schema())
    for rows in tables:
        whole = rows
        for field in schema:
            if field.name not in rows.schema.names:
                empty = pa.nulls(1, field.type) if field.nullable else pa.array([EMPTY[str(field.type)]], field.type)
                whole = whole.append_column(field, pa.repeat(empty[0], len(rows)))
        deltalake.write_deltalake(lake.path(contract), whole.select(schema.names).cast(schema), mode="append")


def measure(folder: Path, times: int) -> dict[str, object]:
    lake = open_lake(open_workspace(folder, {}))
    segspark = [sys.executable, "-m", "segspark", "segments"]
    config = ["--config", str(folder), "--json"]
    questions = {"preview": ["preview", RULE], "list": ["list"]}
    rows = {}
    for name, words in questions.items():
        command = [*segspark, *words, *config]
        rows[name] = {**measured(command, times), "megabytes": memory_of(command)}
        print(folder.name, name, rows[name])
    tables = (FEATURES, gold.PEOPLE, gold.SEGMENTS)
    return {
        "questions": rows,
        "megabytes_of_files": {c.name: sum(f.size for f in lake.part_files(c)) >> 20 for c in tables},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[50_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path("build") / "questions")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    sizes = {}
    for n in given.people:
        folder = given.folder / str(n)
        if not folder.exists():
            make(folder, n)
        sizes[n] = measure(folder, given.times)
    result = {
        "rule": RULE, "times": given.times, "cores": os.cpu_count(), "load": os.getloadavg()[0],
        "python": platform.python_version(), "people": sizes,
    }  # fmt: skip
    given.result.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
