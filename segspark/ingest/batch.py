"""The batch of files that an ingest takes in: chosen once, recorded, and resumed after an interruption."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from segspark.errors import CheckFailed, GateClosed
from segspark.ids import identity
from segspark.ingest.deliveries import Deliveries
from segspark.pipeline.batch import FLOW as BATCH_FLOW
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Small
from segspark.points import point
from segspark.sources.files import InputFile
from segspark.sources.headers import drift
from segspark.sources.spec import Source
from segspark.tables.contracts import ops
from segspark.time import DAY, MICROS, local_midnight, to_micros

Files = dict[str, list[InputFile]]


@dataclass(frozen=True)
class Batch:
    """What identifies a batch; its ``files`` are (source, hash of the content).

    Attributes:
        first_unpublished: the as-of day after the last published one; None in an empty lake.
        first_loads: sources without a file up to the last published day. A second run for the next day still
            loads them for the first time.
        is_replay: its records come from the quarantine, and ``files`` are those in which they were refused.
    """

    run_id: str
    files: tuple[tuple[str, str], ...]
    as_of: date
    first_unpublished: date | None
    first_loads: tuple[str, ...]
    is_replay: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "files": [list(f) for f in self.files],
            "as_of": self.as_of.isoformat(),
            "first_unpublished": self.first_unpublished.isoformat() if self.first_unpublished else None,
            "first_loads": list(self.first_loads),
            **({"is_replay": True} if self.is_replay else {}),
        }

    @staticmethod
    def from_dict(content: dict[str, Any]) -> "Batch":
        unpublished = content["first_unpublished"]
        return Batch(
            content["run_id"],
            tuple((s, i) for s, i in content["files"]),
            date.fromisoformat(content["as_of"]),
            date.fromisoformat(unpublished) if unpublished else None,
            tuple(content["first_loads"]),
            content.get("is_replay", False),
        )


def choose_batch(step: Step, sources: list[Source], delivered: Deliveries) -> Batch | None:
    """The batch a run takes in: an interrupted one, else every new file received before the as-of day."""
    begun = step.batch.interrupted
    return Batch.from_dict(begun) if begun else _new_batch(step, sources, delivered)


def _new_batch(step: Step, sources: list[Source], delivered: Deliveries) -> Batch | None:
    published = step.runs.published_days()
    if published and step.as_of <= published[-1]:
        step.note(f"{step.as_of} is published: nothing new is taken in")
        return None
    midnight = to_micros(local_midnight(step.as_of, step.settings.time_zone))

    def is_wanted(file: InputFile) -> bool:
        # A file is identified by its content: another name does not make another file.
        return (file.source, file.file_id) not in delivered.taken and (
            file.received_at is None or file.received_at < midnight
        )

    files: dict[tuple[str, str], InputFile] = {}
    for file in delivered.read(filter(is_wanted, delivered.files)):
        # Read now, it may turn out to be another one than its store says.
        if is_wanted(file):
            files.setdefault((file.source, file.file_id), file)
    if not files:
        return None
    for source in sources:
        if source.is_mapped and (words := drift([f for f in files.values() if f.source == source.name], source)):
            step.note(words)
    first_unpublished = published[-1] + DAY if published else None
    first_loads = tuple(sorted({s for s, _ in files} - _loaded_before(step, published)))
    batch = Batch("", tuple(sorted(files)), step.as_of, first_unpublished, first_loads)
    return replace(batch, run_id=identity("ingest", batch.as_dict()))


def _loaded_before(step: Step, published: list[date]) -> set[str]:
    """Sources with files in a published day."""
    if not published:
        return set()
    earlier = {r["run_id"] for r in step.runs.rows(BATCH_FLOW) if r["as_of_date"] <= published[-1]}
    files = step.read_small(ops.FILES, columns=["source", "run_id"]).to_pylist()
    return {f["source"] for f in files if f["run_id"] in earlier}


def files_of(batch: Batch, delivered: Deliveries) -> Files:
    """The batch's files by source, numbered in the batch's order.

    Raises:
        GateClosed: a file of an interrupted batch is no longer there with the same content.
    """
    number = {wanted: n for n, wanted in enumerate(batch.files)}
    present: dict[tuple[str, str], InputFile] = {}
    for file in delivered.read(f for f in delivered.files if (f.source, f.file_id) in number):
        found = (file.source, file.file_id)
        if found in number:
            present.setdefault(found, replace(file, number=number[found]))
    missing = sorted(set(number) - set(present))
    if missing:
        raise GateClosed(
            f"An interrupted run began to take in {len(missing)} file(s) that are no longer there with the same "
            f"content (source, hash): {missing[:3]}. Put them back and run again."
        )
    by_source: dict[str, list[InputFile]] = {}
    for (name, _), file in sorted(present.items()):
        by_source.setdefault(name, []).append(file)
    return by_source


# Files of one day without a time differ by a microsecond each, for at most so long.
LAST_OF_THE_DAY = 3_600 * MICROS


def with_delivery(files: Files, as_of: date, time_zone: str, n_before: int) -> Files:
    """The files, each with a time of delivery at the end of the day before the as-of day, in the order of their names.

    Args:
        n_before: how many files the lake has taken in, so that those of a second run of the day are the later ones.
    """
    first = to_micros(local_midnight(as_of, time_zone)) - LAST_OF_THE_DAY
    order = sorted((file for its in files.values() for file in its), key=lambda file: (file.name, file.file_id))
    place = {
        (file.source, file.file_id): first + min(n_before + n, LAST_OF_THE_DAY - 1) for n, file in enumerate(order)
    }
    return {
        name: [replace(file, delivered_at=place[name, file.file_id]) for file in its] for name, its in files.items()
    }


# Counting -----------------------------------------------------------------------------------------------------


def totals(ledger: list[dict[str, Any]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in sorted(ledger, key=lambda r: str(r["disposition"])):
        counted[row["disposition"]] = counted.get(row["disposition"], 0) + row["n_records"]
    return counted


def check_ledger(ledger: list[dict[str, Any]], n_records: int) -> None:
    """Check that every record has one disposition.

    Raises:
        CheckFailed: dispositions do not add up to the records.
    """
    total = sum(r["n_records"] for r in ledger)
    if total != n_records or any(r["n_records"] < 0 for r in ledger):
        raise CheckFailed(f"{n_records:,} records came in and {total:,} have a disposition; nothing was written.")


def write_ledger(step: Step, ledger: list[dict[str, Any]], run_id: str) -> None:
    rows = [{**row, "run_id": run_id} for row in ledger]
    step.write(ops.LEDGER, Small(pa.Table.from_pylist(rows)), Append(f"{run_id}-ledger"))


def write_manifest(step: Step, files: Files, ledger: list[dict[str, Any]], run_id: str) -> None:
    """Write the ledger and the list of files taken in; later runs skip these files."""
    write_ledger(step, ledger, run_id)
    point("ingest_ledger")
    counts: dict[tuple[str, str], int] = {}
    for row in ledger:
        counts[row["source"], row["file_id"]] = counts.get((row["source"], row["file_id"]), 0) + row["n_records"]
    stored = Counter((row["source"], row["file_id"]) for row in ledger if row["disposition"] != "quarantined")
    manifest = [
        {
            "source": name,
            "file_id": file.file_id,
            "file_name": file.name,
            "size_bytes": file.size_bytes,
            "n_records": counts.get((name, file.file_id), 0),
            "received_at": file.received_at or to_micros(local_midnight(step.as_of, step.settings.time_zone)) - 1,
            "run_id": run_id,
            "n_counted": file.n_counted,
            # Of a file of which nothing was stored no row can come again.
            "line_hashes": file.line_hashes if stored[name, file.file_id] else None,
        }
        for name, its in files.items()
        for file in its
    ]
    table = pa.Table.from_pylist(manifest)
    for name, of_type in (("n_counted", pa.int64()), ("line_hashes", pa.string())):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(of_type))
    at = table.schema.get_field_index("received_at")
    table = table.set_column(at, "received_at", table["received_at"].cast(pa.timestamp("us", tz="UTC")))
    step.write(ops.FILES, Small(table), Append(f"{run_id}-files"))
    point("ingest_files")
