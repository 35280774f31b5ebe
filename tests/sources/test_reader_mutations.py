"""Files of mapped sources with changed bytes: no reader fails, and no record but the changed ones is lost.

With SEGSPARK_READER_MUTATIONS=2000 or more the counts go to benchmarks/results/readers.json.
"""

import json
import os
import platform
import random
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources.in_process import plan_of

from segspark.sources.counts import count_records
from segspark.sources.files import InputFile
from segspark.sources.mapped import MAPPED
from segspark.sources.mapping import compile_mapping
from segspark.sources.raw import read_raw
from segspark.sources.spec import Source

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
SEED = 22
LEAST = 2_000
N_MUTATIONS = int(os.environ.get("SEGSPARK_READER_MUTATIONS", "200"))
ROWS = [{"no": str(n), "at": f"2026-05-{n + 1:02}", "note": f'a, "b" {n} é'} for n in range(20)]
RECORD = {"target": "orders", "columns": {"order_id": "no", "ordered_at": "at", "attributes": {"note": "note"}}}


def as_csv(folder: Path) -> bytes:
    cells = [",".join('"{}"'.format(v.replace('"', '""')) for v in row.values()) for row in ROWS]
    return ("no,at,note\n" + "\n".join(cells) + "\n").encode()


def as_lines(folder: Path) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()


def as_array(folder: Path) -> bytes:
    return json.dumps(ROWS, indent=1).encode()


def as_parquet(folder: Path) -> bytes:
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "p", row_group_size=5, write_page_checksum=True)
    return (folder / "p").read_bytes()


FORMS: dict[str, tuple[str, dict[str, Any], Callable[[Path], bytes]]] = {
    "csv": ("csv", {}, as_csv),
    "csv with line breaks": ("csv", {"csv": {"line_breaks": True}}, as_csv),
    "json lines": ("json", {}, as_lines),
    "json array": ("json", {}, as_array),
    "parquet": ("parquet", {}, as_parquet),
}
# Where a record is a line of its own, a change of one byte that is no line feed concerns that line alone.
BY_LINE = ("csv", "json lines")


def mutated(content: bytes, rng: random.Random) -> bytes:
    at, how = rng.randrange(len(content)), rng.randrange(5)
    if how == 0:
        return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    if how == 1:
        return content[:at] + content[at + 1 :]
    if how == 2:
        return content[:at] + rng.choice([b'"', b"[", b"{", b"\\", b"\r", b"\0", b"\xff", b","]) + content[at:]
    if how == 3:
        return content[:at]
    return content[:at] + content[at : at + 30] * 2 + content[at + 30 :]


def read(folder: Path, form: str, said: dict[str, Any], content: bytes) -> tuple[list[dict[str, Any]], int | None]:
    (folder / "in").write_bytes(content)
    file = InputFile("s", str(folder / "in"), "in", "f" * 32, len(content), None)
    source = Source.model_validate(
        {"name": "s", "kind": "mapped", "path": "*", "format": form, "records": [RECORD], **said}
    )
    plan = replace(plan_of(MAPPED, folder, [[file]]), source=source)
    rows = [row for batch in read_raw(plan, compile_mapping(source), 0) for row in batch.to_pylist()]
    return rows, count_records(file, source, 10_000_000)


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, int]]:
    return {}


@pytest.mark.parametrize("name", FORMS)
def test_a_change_costs_no_other_record(name: str, counted: dict[str, dict[str, int]], tmp_path: Path) -> None:
    form, said, make = FORMS[name]
    whole, rng = make(tmp_path), random.Random(f"{SEED} {name}")
    assert len(read(tmp_path, form, said, whole)[0]) == len(ROWS)
    counts = {"mutations": 0, "crashed": 0, "records_lost": 0, "files_refused": 0}
    for _ in range(N_MUTATIONS):
        content = mutated(whole, rng)
        counts["mutations"] += 1
        try:
            rows, n_counted = read(tmp_path, form, said, content)
        except Exception:
            counts["crashed"] += 1
            continue
        if any(row["position"] == -1 for row in rows):
            assert len(rows) == 1
            counts["files_refused"] += 1
        elif name != "csv with line breaks":
            counts["records_lost"] += abs((n_counted or 0) - len(rows))
        if name in BY_LINE and len(content) == len(whole) and len(rows) == len(ROWS):
            good = sum(row["reasons"] is None for row in rows)
            counts["records_lost"] += max(0, len(ROWS) - 1 - good)
    counted[name] = counts
    assert (counts["crashed"], counts["records_lost"]) == (0, 0)


def test_the_counts_are_written(counted: dict[str, dict[str, int]]) -> None:
    if set(counted) != set(FORMS) or N_MUTATIONS < LEAST:
        pytest.skip("only of many mutations of all forms")
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    versions = {name: version(name) for name in ("pyarrow", "orjson")}
    content = {"seed": SEED, "forms": counted, "machine": machine, "versions": versions}
    (RESULTS / "readers.json").write_text(json.dumps(content, indent=2) + "\n")
