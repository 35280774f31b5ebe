"""Flip bits in a small lake and read it as the program does: is a damaged file found, or are other rows served?

    damage.py [--flips 420] [--seed 7] [--lake DIR]        DIR: a lake, which is copied; else a tiny one is made

Each flip is one bit of one file: data files, commits and checkpoints of every table that has rows, in turns. Then the
table is read by each way that the program has: on the driver, by Spark, file by file, and by its log alone. ``served``:
some way gave other rows and no error; ``found``: at least one way ended in ``DamagedFile``, none served; ``another
error``: not served, but without the file's name; ``harmless``: every way gave the same rows. Writes
benchmarks/results/damage.json; exit code 1 if anything was served.
"""

import argparse
import json
import platform
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

import segspark
from segspark.errors import DamagedFile, damage_behind
from segspark.spark.session import local_session
from segspark.store import parquet
from segspark.tables import log_digests
from segspark.tables.contracts.catalogue import ALL
from segspark.tables.contracts.contract import Contract
from segspark.tables.damage import damage_of
from segspark.tables.io.spark_lake import SparkLake
from segspark.tables.ranges import read_range

RESULTS = Path(__file__).parent / "results" / "damage.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--flips", type=int, default=420)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        spark = local_session("damage", warehouse=Path(scratch) / "warehouse", is_short=True)
        if given.lake is None:
            lake = _tiny_lake(Path(scratch), spark)
        else:
            shutil.copytree(given.lake, f"{scratch}/lake")
            lake = SparkLake(f"{scratch}/lake", spark)
        result = experiment(lake, given.flips, random.Random(given.seed))
        spark.stop()
    versions = {m.__name__: m.__version__ for m in (segspark, pa)} | {"python": platform.python_version()}
    content = {"seed": given.seed, "flips": given.flips, "versions": versions, **result}
    given.out.write_text(json.dumps(content, indent=2) + "\n")
    print(json.dumps(content, indent=2))
    return 1 if result["verdicts"].get("served") else 0


def _tiny_lake(scratch: Path, spark: Any) -> SparkLake:
    """The shop of the tests: ten people, two days."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from lakes import SECOND, SECOND_SCORED, Lakes

    from segspark.pipeline.runner import run_flow
    from segspark.segments.flow import SEGMENTS

    workspace, lake = Lakes(scratch / "lakes", spark).copy(SECOND_SCORED, scratch / "shop")
    run_flow(SEGMENTS, workspace, lake, SECOND)
    return lake


def experiment(lake: SparkLake, n_flips: int, draw: random.Random) -> dict[str, Any]:
    tables = [c for c in ALL if lake.exists(c) and lake.n_rows(c)]
    for contract in tables[::3]:
        lake.table(contract).create_checkpoint()
        log_digests.digest_log(lake.folder(contract))
    files = {c: _files(lake, c) for c in tables}
    right = {c: _answers(lake, c) for c in tables}
    verdicts: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = {kind: Counter() for kind in ("data", "commit", "checkpoint")}
    deep: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for at in range(n_flips):
        contract = tables[at % len(tables)]
        kinds = [kind for kind, paths in files[contract].items() if paths]
        kind = draw.choice(["data", *kinds])
        path = draw.choice(files[contract][kind])
        bit = draw.randrange(8 * path.stat().st_size)
        _flip(path, bit)
        verdict = _verdict(right[contract], _answers(lake, contract), errors)
        verdicts[verdict] += 1
        by_kind[kind][verdict] += 1
        deep["named" if any(Path(d.file).name == path.name for d in damage_of(lake, contract)) else "not named"] += 1
        if verdict == "served":
            print("served", contract.name, path.name, bit, file=sys.stderr)
        _flip(path, bit)
    return {
        "tables": len(tables),
        "verdicts": dict(verdicts),
        "by_kind": {kind: dict(counts) for kind, counts in by_kind.items()},
        "doctor_deep": dict(deep),
        "other_errors": dict(errors),
    }


def _files(lake: SparkLake, contract: Contract) -> dict[str, list[Path]]:
    root, folder = Path(lake.path(contract)), lake.folder(contract)
    names = [Path(uri) for uri in lake.table(contract).file_uris()]
    commits, checkpoints = log_digests.commits_of(folder), log_digests.checkpoints_of(folder)
    # Commits before the checkpoint are not read.
    since = max(checkpoints, default=-1)
    return {
        "data": names,
        "commit": [root / name for at, name in commits.items() if at > since],
        "checkpoint": [root / checkpoints[since]] if checkpoints else [],
    }


def _flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    # A process verifies what it has read once; each flip is another process's read.
    parquet._VERIFIED.clear()
    log_digests._VERIFIED.clear()


def _answers(lake: SparkLake, contract: Contract) -> list[Any]:
    def rows(table: pa.Table) -> list[str]:
        return sorted(map(str, table.select(sorted(table.column_names)).to_pylist()))

    ways: list[Callable[[], Any]] = [
        lambda: rows(lake.read_small(contract)),
        lambda: rows(lake.read(contract).toArrow()),
        lambda: lake.n_rows(contract),
    ]
    if contract.partition_by and contract.partition_by[0].endswith(("_date", "applied_as_of")):
        ways.append(lambda: lake.rows_by_day(contract))
    if contract.partition_by == ("as_of_date",) and "person_id" in contract.column_names:
        ways.append(lambda: rows(_by_range(lake, contract)))
    answers = []
    for way in ways:
        try:
            answers.append(way())
        except Exception as error:
            answers.append(damage_behind(error) or error)
    return answers


def _by_range(lake: SparkLake, contract: Contract) -> pa.Table:
    schema = pa.schema([("person_id", pa.string()), ("as_of_date", pa.date32())])
    return read_range(lake.files(contract), "", "~", ["person_id"], "as_of_date", schema)


def _verdict(right: list[Any], answers: list[Any], errors: Counter[str]) -> str:
    if any(not isinstance(a, Exception) and a != r for r, a in zip(right, answers, strict=True)):
        return "served"
    if any(isinstance(a, DamagedFile) for a in answers):
        return "found"
    if found := [a for a in answers if isinstance(a, Exception)]:
        errors[type(found[0]).__name__] += 1
        return "another error"
    return "harmless"


if __name__ == "__main__":
    sys.exit(main())
