"""Steps whose cost grew with the history of a lake, or with its largest batch: each at two sizes, in this checkout and in
an earlier one.

    python benchmarks/scale_steps.py --before CHECKOUT [--first CHECKOUT] [STEP ...]

A measure is a process of its own, and is skipped where ``results/scale_steps.json`` has it already; remove the file to
measure anew. ``--before`` is a checkout of the commit before the steps were mended; ``--first`` one of the commit before
a task of the gateway kept a bounded number of identifiers.
"""

import argparse
import gzip
import json
import os
import pickle
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

RESULT = Path(__file__).parent / "results" / "scale_steps.json"
FIRST_DAY, AS_OF = date(2024, 1, 1), date(2026, 5, 3)
DELIVERED = AS_OF - timedelta(days=1)
Figures = dict[str, Any]


# What a process reads and holds -----------------------------------------------------------------------------------


class Peak:
    """The memory that a block takes beside what was held before, by Linux's own count."""

    def __enter__(self) -> "Peak":
        Path("/proc/self/clear_refs").write_text("5")
        self._before, self._start = _status("VmRSS"), time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        self.mb = round((_status("VmHWM") - self._before) / 1024, 1)
        self.seconds = round(time.monotonic() - self._start, 2)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def opened_files() -> dict[str, int]:
    """File -> bytes of what this process opens or verifies from now on."""
    from segspark.store import parquet

    opened: dict[str, int] = {}
    through = parquet._verified_stream

    def noted(url: str) -> Any:
        stream = through(url)
        opened[url] = stream.size()
        return stream

    parquet._verified_stream = noted
    return opened


def of_table(opened: dict[str, int], name: str) -> Figures:
    its = {url: size for url, size in opened.items() if f"/{name}/" in url}
    return {f"{name}_files": len(its), f"{name}_mb": round(sum(its.values()) / 1e6, 2)}


# Steps on a lake --------------------------------------------------------------------------------------------------

LINES = """
name: till
kind: mapped
path: ../data/till-*.csv
format: csv
time_zone: UTC
received: {from: file_name}
records:
  - target: order_lines
    identifier: {kind: email, value: email}
    columns: {order_id: id, line_id: line, ordered_at: at, quantity: "'1'", unit_price: total}
"""
MAILS = """
name: mails
kind: mapped
path: ../data/mails-*.csv
format: csv
time_zone: UTC
received: {from: file_name}
records:
  - target: events
    identifier: {kind: email, value: email}
    columns: {event_id: id, event_type: type, occurred_at: at}
"""
WORKSPACE = "name: steps\nlake: lake\ntime_zone: UTC\nconsent: {assumed: [email_marketing, open_tracking, profiling]}\n"
PER_DAY = 4_000


def a_shop(folder: Path, source: str) -> Any:
    from segspark.app.workspace import open_workspace

    for name in ("sources", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "segspark.yaml").write_text(WORKSPACE)
    (folder / "sources" / "source.yaml").write_text(source)
    return open_workspace(folder, {})


def a_lake(workspace: Any, folder: Path) -> Any:
    from segspark.spark.session import local_session
    from segspark.tables.io.spark_lake import SparkLake

    return SparkLake(workspace.lake, local_session("steps", warehouse=folder / "warehouse", cores=2, is_short=True))


def store(lake: Any, contract: Any, columns: dict[str, Any]) -> None:
    """Rows of a table in one commit; what is required and not given holds something plain."""
    import pyarrow as pa

    plain = {
        "string": "x",
        "date": FIRST_DAY,
        "timestamp": datetime(2024, 1, 1, tzinfo=UTC),
        "boolean": False,
        "int": 1,
    }
    n = len(next(iter(columns.values())))
    others = {c.name: [plain[c.type]] * n for c in contract.columns if c.required and c.name not in columns}
    lake.append_small(contract, pa.table({**columns, **others}), once=f"{contract.name}-{lake.version(contract)}")


def orders(days: int, folder: Path) -> Figures:
    """An ingest of one day's order lines after so many days with four thousand lines each; order numbers ascend."""
    from segspark.ingest.flow import INGEST
    from segspark.pipeline.runner import run_flow
    from segspark.tables.contracts import silver

    workspace = a_shop(folder, LINES)
    lake = a_lake(workspace, folder)
    each = [(n, FIRST_DAY + timedelta(days=n // PER_DAY)) for n in range(days * PER_DAY)]
    common = {"source": ["till"] * len(each), "order_date": [day for _, day in each]}
    numbers = [f"{10_000_000 + n // 2}" for n, _ in each]
    store(lake, silver.ORDER_LINES, {**common, "order_id": numbers, "line_id": [f"{n:032x}" for n, _ in each]})
    store(lake, silver.ORDERS, {name: values[::2] for name, values in {**common, "order_id": numbers}.items()})
    rows = [f"p{n % 500}@shop.example,{90_000_000 + n // 2},{n},{DELIVERED} 10:00:00,5.00" for n in range(PER_DAY)]
    # One order of an earlier day is stated again.
    rows.append(f"p1@shop.example,10000003,{6:032x},{FIRST_DAY} 10:00:00,5.00")
    (folder / "data" / f"till-{DELIVERED}.csv").write_text("\n".join(["email,id,line,at,total", *rows]) + "\n")
    opened, start = opened_files(), time.monotonic()
    told = run_flow(INGEST, workspace, lake, AS_OF)
    seconds = round(time.monotonic() - start, 1)
    return {
        "rows": days * PER_DAY, "records": told["records"], "seconds": seconds,
        **of_table(opened, "order_lines"), **of_table(opened, "orders"),
    }  # fmt: skip


def moves(days: int, folder: Path) -> Figures:
    """Looking for the events of those who moved, after so many days with twenty thousand events each, where a cookie
    was joined to a person, and where nobody moved."""
    from segspark.features import tiles_flow
    from segspark.features.resources import load_catalogue
    from segspark.features.tiles import owned_rows
    from segspark.identity.links import person_spans
    from segspark.pipeline.context import Context
    from segspark.pipeline.progress import Quiet
    from segspark.pipeline.step import Step
    from segspark.tables.contracts import silver

    workspace = a_shop(folder, MAILS)
    lake = a_lake(workspace, folder)
    per_day = 20_000
    each = [(n, FIRST_DAY + timedelta(days=n // per_day)) for n in range(days * per_day)]
    store(
        lake, silver.EVENTS,
        {
            "event_id": [f"e{n}" for n, _ in each], "event_type": ["page_view"] * len(each),
            "identifier_id": [None if n % 10 == 0 else f"{n % 5_000:032x}" for n, _ in each],
            # A cookie of a day and the next.
            "anonymous_id": [f"c{n // (2 * per_day):06d}-{n % 1_000}" if n % 10 == 0 else None for n, _ in each],
            "occurred_at": [datetime(d.year, d.month, d.day, 10, tzinfo=UTC) for _, d in each],
            "known_as_of": [d + timedelta(days=1) for _, d in each], "event_date": [d for _, d in each],
        },
    )  # fmt: skip
    last = FIRST_DAY + timedelta(days=days)
    links = [(f"{n:032x}", f"{n:032x}", False, FIRST_DAY) for n in range(5_000)] + [
        ("c000000-0", f"{1:032x}", True, last)
    ]
    names = ("identifier_id", "person_id", "is_anonymous", "known_as_of")
    store(lake, silver.IDENTITY_LINKS, dict(zip(names, map(list, zip(*links, strict=True)), strict=True)))
    catalogue = load_catalogue(workspace)
    figures: Figures = {"events": days * per_day}
    for word, as_of in (("one_moved", last), ("nobody_moved", last + timedelta(days=1))):
        since = as_of - timedelta(days=1)
        flow = tiles_flow.TILES
        step = Step(flow, lake, Context(workspace, as_of, flow.needs, flow.name), as_of, Quiet(), flow.request)
        spans = person_spans(step.read(silver.IDENTITY_LINKS))
        start = time.monotonic()
        events = tiles_flow.events_of(step, catalogue, since)
        if hasattr(tiles_flow, "events_of_moved") and days * per_day > tiles_flow.MOST_EVENTS:
            from dataclasses import replace

            columns = events.every.columns
            events = replace(events, every=tiles_flow.events_of_moved(step, columns, spans, since, None))
        # As in a lake with more links than are broadcast.
        rows = owned_rows(events, spans, catalogue, since, since, as_of, "UTC", False)
        found = rows.groupBy("reason").count().collect()
        figures[word] = {
            "seconds": round(time.monotonic() - start, 1),
            "found": {str(row["reason"]): row["count"] for row in found},
            "rows_read_for_them": rows_of_plan(events.every),
        }
    return figures


def rows_of_plan(frame: Any) -> int:
    """Wide rows that a frame gives if it is read."""
    return int(frame.count())


# Steps of a task --------------------------------------------------------------------------------------------------


def exceptions(n_files: int, folder: Path) -> Figures:
    """A task writes the rows of one file, of so many files with ten thousand duplicates each."""
    import pyarrow as pa

    from segspark.ingest import write
    from segspark.sources.parsed import FILE_BITS, KINDS
    from segspark.store import store_at
    from segspark.tables.staging import Staged, StagedFile, StagingWriter

    per_file, staged = 10_000, []
    for file in range(n_files):
        # A task of the run's own stages the exceptions of some files.
        writer = StagingWriter(store_at(folder), KINDS)
        for n in range(per_file):
            no = (file << FILE_BITS) + n
            row = {"kind": "events", "no": no, "record": no, "n_says": 1, "verdict": "duplicate", "file": file}
            writer.add("exceptions", {k: v for k, v in row.items() if k in KINDS["exceptions"].schema.names})
        for batch in writer.close():
            for row in batch.to_pylist():
                days = {int(day): n for day, n in json.loads(row["days"]).items()}
                staged.append(StagedFile(row["path"], row["rows"], days))
    rows = pa.table({"no": pa.array(range(2 * per_file), pa.int64())})
    finish = write._accepted(Staged(None, KINDS, {"exceptions": staged}), "events", "run")  # type: ignore[arg-type]
    opened = opened_files()
    with Peak() as peak:
        kept = finish(rows).num_rows
    return {
        "exceptions": n_files * per_file, "kept": kept, "peak_mb": peak.mb, "seconds": peak.seconds,
        "files_opened": len(opened),
    }  # fmt: skip


def gateway(people: int, folder: Path) -> Figures:
    """A task reads one delivery to each of so many people."""
    path = folder / "mails.json"
    with path.open("w") as file:
        for n in range(people):
            said = {"email": f"reader{n}@example.com", "event": "delivered", "timestamp": 1_777_800_000,
                    "sg_event_id": f"e{n}", "sg_message_id": f"m{n}"}  # fmt: skip
            file.write(json.dumps(said) + "\n")
    return {"people": people, **_parsed(path, folder)}


def gzipped(mb: int, folder: Path) -> Figures:
    """A task reads one gzip file of so many megabytes, inflated."""
    path = folder / "mails.json.gz"
    n = mb * 1_000_000 // 20_000
    with gzip.open(path, "wb", 1) as file:
        for at in range(n):
            said = {"email": f"reader{at % 1_000}@example.com", "event": "delivered", "timestamp": 1_777_800_000,
                    "sg_event_id": f"e{at}", "sg_message_id": f"m{at}", "note": "x" * 19_850}  # fmt: skip
            file.write(json.dumps(said).encode() + b"\n")
    return {"inflated_mb": mb, "records": n, **_parsed(path, folder)}


def _parsed(path: Path, folder: Path) -> Figures:
    from segspark.pseudonyms import Key
    from segspark.sources.files import InputFile
    from segspark.sources.gateway import parse_records
    from segspark.sources.plan import Arrival, GatewayPlan, Limits
    from segspark.sources.registry import PROVIDERS
    from segspark.sources.spec import Source
    from segspark.sources.vocabulary import Context
    from segspark.store import store_at

    provider = PROVIDERS.find("sendgrid")
    received = 1_778_000_000_000_000
    file = InputFile("mails", str(path), path.name, "f" * 32, path.stat().st_size, received)
    context = Context("mails", None, "EUR", provider.options.model_validate({}))
    source = Source(name="mails", kind="sendgrid", path="*")
    key, arrival = Key(b"0123456789abcdef0123456789abcdef"), Arrival("Europe/Paris", received)
    plan = GatewayPlan(provider, source, context, ((file,),), Limits(), key, arrival, store_at(folder / "staged"))
    with Peak() as peak:
        named = [row for batch in parse_records(provider.stage.args[0], plan, 0) for row in batch.to_pylist()]
    return {
        "accepted": sum(row["rows"] for row in named if row["kind"] == "records"), "peak_mb": peak.mb,
        "seconds": peak.seconds,
    }  # fmt: skip


def provisional(rows: int, folder: Path) -> Figures:
    """Whether a stored day with so many memberships, in files of fifty thousand, is provisional."""
    from segspark.pipeline.view import Question, look
    from segspark.segments.lookup import is_provisional_day
    from segspark.tables.contracts import gold
    from segspark.tables.lake import Lake

    workspace = a_shop(folder, MAILS)
    lake = Lake(workspace.lake)
    per_file = 50_000
    for at in range(rows // per_file):
        people = [f"{at * per_file + n:032x}" for n in range(per_file)]
        members = {"person_id": people, "segment_date": [AS_OF] * per_file, "is_provisional": [True] * per_file}
        store(lake, gold.SEGMENTS, members)
    opened = opened_files()
    with look(Question("flag", ("gold.segments",)), workspace, lake) as view, Peak() as peak:
        answer = is_provisional_day(view, AS_OF)
    return {
        "rows": rows, "answer": answer, "peak_mb": peak.mb, "seconds": peak.seconds, **of_table(opened, "segments"),
    }  # fmt: skip


def _task(days: int, per_day: int, n_people: int) -> Any:
    """A task of the features as of a day, after so many days of so many files, and the files of the day itself."""
    from segspark.features.engine.arrow import RangeTask
    from segspark.features.engine.days import Calendar
    from segspark.features.feature import Catalogue
    from segspark.tables.ranges import DayFile, id_ranges

    def files(day: date, rows: int) -> list[Any]:
        return [
            DayFile(f"s3://lake/gold/t/d={day}/part-{n:032x}-0a1b2c3d.zstd.parquet", day, low, high, rows // per_day)
            for n, (low, high) in enumerate(id_ranges(per_day))
        ]

    tiles = [f for n in range(days) for f in files(FIRST_DAY + timedelta(days=n), n_people // 3)]
    catalogue = Catalogue((), (), ())
    return RangeTask(catalogue, (AS_OF,), Calendar(), tuple(tiles), (), ()), tuple(files(AS_OF, n_people))


def lists(days: int, folder: Path) -> Figures:
    """Bytes of file lists that each of 200 tasks is given, after so many days of 40 files."""
    from segspark.tables import ranges

    task, _ = _task(days, 40, 50_000_000)
    asked = ranges.id_ranges(200)
    if hasattr(ranges, "files_of_ranges"):
        given = max(len(pickle.dumps(part)) for part in ranges.files_of_ranges(task.files, asked))
    else:
        given = len(pickle.dumps(task.tiles))
    return {"files": len(task.tiles), "bytes_per_task": given}


def check(people: int, folder: Path) -> Figures:
    """The daily check among so many people: its tasks and the people of the largest, at the measured 8.5 KB each."""
    from segspark.features import check as daily_check
    from segspark.features.engine import arrow_work
    from segspark.tables.ranges import id_ranges

    task, stored = _task(100, 40, people)
    asked: list[Any] = []
    step = SimpleNamespace(
        files=lambda table: stored,
        as_of=AS_OF,
        n_cores=64,
        ask_ranges=lambda compute, ranges, ddl: asked.extend(ranges),
    )
    parts = daily_check.PARTS
    if hasattr(daily_check, "MOST_PEOPLE"):
        parts = max(parts, -(-people // daily_check.MOST_PEOPLE))
    arrow_work.differences(SimpleNamespace(view=step, task=task), id_ranges(parts)[1])  # type: ignore[arg-type]
    edges = [(int(low or "0", 16), 65_536 if high == "~" else int(high, 16)) for low, high in asked]
    largest = max(end - low for low, end in edges) / 65_536 * people
    return {
        "people": people, "checked": round(people / parts), "tasks": len(asked), "people_of_largest_task": round(largest),
        "mb_of_largest_task": round(largest * 8.5 / 1_000),
    }  # fmt: skip


def moved(people: int, folder: Path) -> Figures:
    """A task reads the events of so many people who moved, from a file of a million events with two row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from segspark.tables.among import Among

    n, path = 1_000_000, folder / "events.parquet"
    ids = pa.array([f"{at * 7_919 % 50_000_000:032x}" for at in range(n)])
    names = ("event_id", "campaign", "product_id", "url", "category")
    rows = {"identifier_id": ids, "anonymous_id": pa.nulls(n, pa.string()), **dict.fromkeys(names, ids)}
    pq.write_table(pa.table(rows), path, row_group_size=n // 2)
    who = Among(("identifier_id", "anonymous_id"), pa.array([f"{at * 50:032x}" for at in range(people)]))
    given = pickle.dumps(who)
    with Peak() as peak:
        # As a task has it: taken out of its closure, and read by.
        found = pickle.loads(given).read(pq.ParquetFile(path), ["event_id", *names[1:]]).num_rows
    return {"people": people, "events": n, "found": found, "peak_mb": peak.mb, "seconds": peak.seconds}


# Step -> its function, and the two sizes.
STEPS: dict[str, tuple[Callable[[int, Path], Figures], tuple[int, int]]] = {
    "orders": (orders, (200, 400)), "moves": (moves, (120, 240)), "exceptions": (exceptions, (30, 120)),
    "gateway": (gateway, (300_000, 900_000)), "gzip": (gzipped, (100, 400)), "provisional": (provisional, (200_000, 800_000)),
    "lists": (lists, (365, 1_095)), "check": (check, (1_000_000, 50_000_000)),
    "moved": (moved, (10_000, 1_000_000)),
}  # fmt: skip


def measure(step: str, size: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="steps-") as name:
        return STEPS[step][0](size, Path(name))


def asked_of(root: Path, step: str, size: int) -> Figures:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--measure", step, str(size)], stdout=subprocess.PIPE, text=True,
        check=True, cwd=root, env=os.environ | {"PYTHONPATH": str(root.resolve())},
    )  # fmt: skip
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"Of {', '.join(STEPS)}; all by default")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="Of the commit before the steps were mended")
    parser.add_argument("--first", type=Path, metavar="CHECKOUT", help="Of the commit before the gateway's bound")
    parser.add_argument("--measure", nargs=2, metavar=("STEP", "SIZE"), help="One measure of this checkout, printed")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure[0], int(given.measure[1]))))
        return
    here = Path(__file__).resolve().parents[1]
    for step in given.steps or STEPS:
        before = given.first if step == "gateway" and given.first else given.before
        for size in STEPS[step][1]:
            for word, root in (("before", before), ("after", here)):
                known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
                if root is None or word in known.get(step, {}).get(str(size), {}):
                    continue
                found = asked_of(root, step, size)
                print(step, size, word, json.dumps(found), flush=True)
                known.setdefault(step, {}).setdefault(str(size), {})[word] = found
                known["machine"] = {"cores": os.cpu_count(), "python": platform.python_version()}
                known["versions"] = {name: version(name) for name in ("pyspark", "pyarrow", "deltalake")}
                RESULT.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
