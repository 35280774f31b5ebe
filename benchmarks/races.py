"""Two writers at one place: of two that put a name at once exactly one may win, and no commit of a table may be lost.

``python -m benchmarks.races`` writes benchmarks/results/places.json for the servers that are here (``make servers``).
"""

import argparse
import json
import multiprocessing
import os
import platform
import tempfile
from collections import Counter
from contextlib import AbstractContextManager
from importlib import metadata
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from benchmarks.bucket_server import s3_server
from benchmarks.google_server import google_server
from benchmarks.store_servers import NotHere, azure_server, hdfs_server
from segspark.store import store_at

WRITERS = 2
RESULT = Path(__file__).parent / "results" / "places.json"
_SPAWN = multiprocessing.get_context("spawn")


def race(url: str, rounds: int) -> dict[str, int]:
    """Both writers at a place, which is empty.

    Returns:
        Rounds in which a name was put by nobody, by both, or holds another content than the winner's; commits to one Delta
        table by both, and the rows of them that are not there.
    """
    barrier = _SPAWN.Barrier(WRITERS)
    answers: Any = _SPAWN.Queue()
    writers = [_SPAWN.Process(target=_write, args=(url, rounds, one, barrier, answers)) for one in range(WRITERS)]
    for writer in writers:
        writer.start()
    won = [answers.get() for _ in writers]
    for writer in writers:
        writer.join()
    by = Counter(n for _, names in won for n in names)
    store = store_at(url)
    other = sum(store.read(f"put/{n}") != str(one).encode() for one, names in won for n in names)
    address, options = store.for_delta("table")
    rows = DeltaTable(address, storage_options=options).to_pyarrow_table()["n"].to_pylist()
    assert len(rows) == len(set(rows))
    return {
        "rounds": rounds,
        "won_by_none": rounds - len(by),
        "won_by_both": sum(n > 1 for n in by.values()),
        "another_content": other,
        "commits": WRITERS * rounds,
        "rows_lost": WRITERS * rounds - len(rows),
    }


def _write(url: str, rounds: int, one: int, barrier: Barrier, answers: Any) -> None:
    store, won = store_at(url), []
    for n in range(rounds):
        barrier.wait()
        if store.put_if_absent(f"put/{n}", str(one).encode()):
            won.append(n)
    address, options = store.for_delta("table")
    if one == 0:
        write_deltalake(address, pa.table({"n": pa.array([], pa.int64())}), storage_options=options)
    barrier.wait()
    for n in range(rounds):
        row = pa.table({"n": pa.array([one * rounds + n], pa.int64())})
        # Every other attempt meets the other writer's commit.
        write_deltalake(address, row, mode="append", storage_options=options)
    answers.put((one, won))


def servers(scratch: Path) -> dict[str, AbstractContextManager[str]]:
    for name in ("hdfs", "azure"):
        (scratch / name).mkdir()
    return {
        "s3": s3_server(),
        "gs": google_server(),
        "hdfs": hdfs_server(scratch / "hdfs"),
        "abfss": azure_server(scratch / "azure"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--only", help="one scheme")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for scheme, server in servers(Path(scratch)).items():
            if given.only not in (None, scheme):
                continue
            try:
                with server as url:
                    found[scheme] = race(f"{url}/race", given.rounds)
            except NotHere as why:
                found[scheme] = str(why)
            print(scheme, found[scheme], flush=True)
    versions = {name: metadata.version(name) for name in ("deltalake", "obstore", "hdfs-native", "moto", "pyarrow")}
    before = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    content = {
        **before,
        "races": {**before.get("races", {}), **found},
        "machine": {"cpus": os.cpu_count(), "system": platform.system()},
        "versions": {"python": platform.python_version(), **versions},
    }
    RESULT.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
