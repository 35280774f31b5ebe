"""A file that comes again in another form: refused where its rows have no key, stored once where they have one."""

import gzip
import json
import platform
import random
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyspark
import pytest
from builders import make_workspace, source
from corpus.bases import HERE
from pyspark.sql import SparkSession

from segspark.ingest.flow import INGEST
from segspark.ingest.reexports import MOST_SHARED, _of_source
from segspark.pipeline.runner import run_flow
from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.line_hashes import read_sketch
from segspark.sources.load import load_source
from segspark.tables.contracts import silver
from segspark.tables.io.spark_lake import SparkLake

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "again.json"
CASES: list[dict[str, Any]] = tomllib.loads((HERE / "again" / "files.toml").read_text())["case"]
NAMES = [case["name"] for case in CASES]
MAY = {n: date(2026, 5, n) for n in range(1, 32)}
HEADER, N = ("id", "email", "at", "total"), 100
Rows = list[tuple[str, ...]]


def orders(first: int, end: int) -> Rows:
    return [
        (f"o{n}", f"p{n}@example.com", f"2026-05-01 {n % 24:02}:{n % 60:02}:00", f"{n}.50") for n in range(first, end)
    ]


def written(rows: Rows, header: tuple[str, ...] = HEADER, cell: str = "{}", end: str = "\n") -> bytes:
    return "".join(",".join(cell.format(c) for c in row) + end for row in (header, *rows)).encode()


def _shuffled(rows: Rows) -> Rows:
    return random.Random(3).sample(rows, len(rows))


def _other_order(rows: Rows) -> bytes:
    return written([row[::-1] for row in rows], HEADER[::-1])


def _with_more(rows: Rows) -> bytes:
    return written([(*row, f"n{row[0]}") for row in rows], (*HEADER, "note"))


FIRST = orders(0, N)
# How the second file is made of the first one's orders, and of those that only it has.
FORMS: dict[str, Callable[[Rows], bytes]] = {
    "grown": lambda new: written(FIRST + new),
    "grown and under another name": lambda new: written(FIRST + new),
    "shuffled": lambda _: written(_shuffled(FIRST)),
    "grown and shuffled": lambda new: written(_shuffled(FIRST + new)),
    "columns in another order": lambda _: _other_order(FIRST),
    "a column more": lambda _: _with_more(FIRST),
    "a column more, grown": lambda new: _with_more(FIRST + new),
    # The first file has a note.
    "a column less": lambda _: written(FIRST),
    "windows line ends": lambda _: written(FIRST, end="\r\n"),
    "a byte order mark": lambda _: b"\xef\xbb\xbf" + written(FIRST),
    "blank lines": lambda _: written(FIRST, end="\n\n"),
    "blanks around the cells of the header": lambda _: written(FIRST, tuple(f" {name} " for name in HEADER)),
    "every cell in quotes": lambda _: written(FIRST, cell='"{}"'),
    "gzip": lambda _: gzip.compress(written(FIRST)),
    "gzip, grown": lambda new: gzip.compress(written(FIRST + new)),
    "the first half": lambda _: written(FIRST[: N // 2]),
    "the second half": lambda _: written(FIRST[N // 2 :]),
    "a tenth": lambda _: written(FIRST[: N // 10]),
    "a tenth of it among others": lambda new: written(FIRST[: N // 10] + new),
    "other orders": lambda new: written(new),
    "other amounts": lambda _: written([(*row[:3], f"1{row[3]}") for row in FIRST]),
}


def contents(case: dict[str, Any]) -> tuple[bytes, bytes]:
    first = _with_more(FIRST) if case["name"] == "a column less" else written(FIRST)
    return first, FORMS[case["name"]](orders(N, N + case.get("new", 0)))


def yaml(name: str, columns: str) -> str:
    return source(name, "orders", columns).replace(f"../data/{name}-*.csv", f"../data/{name}-*")


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_without_a_key_it_is_refused_unless_it_is_another_file(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml("shop", "ordered_at: at, amount: total"))
    shop, key = load_source(tmp_path / "shop.yaml", {}), Key(b"k" * 32)
    files = []
    for number, content in enumerate(contents(case)):
        path = tmp_path / f"shop-{number}"
        path.write_bytes(content)
        files.append(InputFile("shop", str(path), path.name, str(number) * 32, len(content), None))
    (first,), _ = _of_source(files[:1], shop, [], key, 1 << 30)
    _, refused = _of_source(files[1:], shop, [("first", read_sketch(first.line_hashes or ""))], key, 1 << 30)
    assert bool(refused) == (not case.get("other", False)), (refused, MOST_SHARED)


def test_with_a_key_every_order_is_stored_once(spark: SparkSession, tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    for number, case in enumerate(CASES):
        name = f"shop{number}"
        (workspace.folder / "sources" / f"{name}.yaml").write_text(
            yaml(name, "order_id: id, ordered_at: at, amount: total")
        )
        for day, content in zip((2, 3), contents(case), strict=True):
            (workspace.folder / "data" / f"{name}-2026-05-0{day}").write_bytes(content)
    lake = SparkLake(workspace.lake, spark)
    for day in (3, 4):
        run_flow(INGEST, workspace, lake, MAY[day])
    expected = {f"shop{number}": N + case.get("new", 0) for number, case in enumerate(CASES)}
    for table in (silver.ORDERS, silver.EVENTS):
        assert Counter(lake.read_small(table, columns=["source"])["source"].to_pylist()) == expected
    result = {
        "cases": len(CASES), "lost": 0, "stored_twice": 0, "not_refused_without_a_key": 0,
        "versions": {"python": platform.python_version(), "spark": pyspark.__version__},
    }  # fmt: skip
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


def test_every_case_has_a_form() -> None:
    assert list(FORMS) == NAMES
