"""Refused records taken in again, after the mapping or the adapter was corrected.

They go through the same gateway as files. What is accepted now leaves the quarantine: its row names the run and loses
the sealed record, and the ledger moves the record from ``quarantined`` to its new disposition. What is refused again
stays as it is.
"""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.errors import GateClosed
from segspark.ids import identity
from segspark.ingest.batch import Batch
from segspark.ingest.staged_batch import Files, StagedBatch
from segspark.near import find_named
from segspark.pipeline.batch import FLOW
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, Upsert
from segspark.sources.files import InputFile, received_by_name
from segspark.sources.spec import Source
from segspark.store import Store
from segspark.store.parquet import SPARK_OPTIONS
from segspark.tables.contracts import bronze
from segspark.time import DAY

SEALED = "sealed"


def choose_replay(step: Step, sources: list[Source], only: str | None) -> Batch | None:
    """The sealed records of the sources as a batch, by the files that they came from; None if there are none.

    Raises:
        ConfigError: there is no such source.
        GateClosed: the as-of day is published.
    """
    names = [source.name for source in sources]
    if only is not None:
        only = find_named("source", only, names, lambda name: (name,))
    published = step.runs.published_days()
    if published and step.as_of <= published[-1]:
        raise GateClosed(f"{step.as_of} is published and takes nothing in. The next day is {published[-1] + DAY}.")
    wanted = names if only is None else [only]
    files = _read_files(_sealed(step).where(F.col("source").isin(*wanted)))
    if not files:
        return None
    # Replays of the same files are different batches: the mapping has changed in between.
    attempt = sum(r["state"] == "done" for r in step.runs.rows(FLOW))
    batch = Batch("", files, step.as_of, published[-1] + DAY if published else None, tuple(wanted), is_replay=True)
    return Batch(**{**vars(batch), "run_id": identity("replay", batch.as_dict(), attempt)})


def sealed_files(step: Step, sources: list[Source], batch: Batch, folder: Store) -> Files:
    """The envelopes of the batch, put down by the file that they came from."""
    numbers = {key: n for n, key in enumerate(batch.files)}
    listed = step.frame(
        [(source, file_id, n) for (source, file_id), n in numbers.items()], "source string, file_id string, number int"
    )
    rows = _sealed(step).join(F.broadcast(listed), on=["source", "file_id"])
    path = folder.for_spark(SEALED)
    ordered = (
        rows.select("number", "position", "sealed").repartition("number").sortWithinPartitions("number", "position")
    )
    ordered.write.options(**SPARK_OPTIONS).mode("overwrite").partitionBy("number").parquet(path)
    of_name = {source.name: source for source in sources}
    files: Files = {}
    for number, name, size, delivered in _read_names(rows):
        source, file_id = batch.files[number]
        received = received_by_name(of_name[source], name, step.settings.time_zone)
        at = folder.url_of(f"{SEALED}/number={number}")
        file = InputFile(source, at, name, file_id, size, received, number, is_sealed=True, delivered_at=delivered)
        files.setdefault(source, []).append(file)
    return files


def _read_files(rows: DataFrame) -> tuple[tuple[str, str], ...]:
    """Source and file_id of the files with sealed records: one row per file, as in a batch of files."""
    return tuple(sorted((r["source"], r["file_id"]) for r in rows.select("source", "file_id").distinct().collect()))


def _read_names(rows: DataFrame) -> list[tuple[int, str, int, int]]:
    """Number, name, bytes and first receipt (UTC microseconds) of the files of a replay: one row per file."""
    found = rows.groupBy("number").agg(
        F.max("file_name").alias("name"),
        F.sum("length").alias("size"),
        F.unix_micros(F.min("received_at")).alias("at"),
    )
    return [(r["number"], r["name"], r["size"], r["at"]) for r in found.collect()]


def moved(ledger: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ledger of a replay: what left the quarantine of each file, and where it went.

    Args:
        ledger: dispositions of all records that were read again: source, file_id, disposition, n_records.
    """
    taken = [row for row in ledger if row["disposition"] != "quarantined"]
    left: dict[tuple[str, str], int] = {}
    for row in taken:
        key = (row["source"], row["file_id"])
        left[key] = left.get(key, 0) + row["n_records"]
    gone = [
        {"source": source, "file_id": file_id, "disposition": "quarantined", "n_records": -n}
        for (source, file_id), n in left.items()
    ]
    return [*taken, *gone]


def mark_replayed(step: Step, staged: StagedBatch, run_id: str) -> None:
    """Note in the quarantine which records were taken in, and remove their sealed content."""
    keys = list(bronze.QUARANTINE.key)
    taken = staged.dispositions.staged.frame("records").select(*keys)
    rows = step.read(bronze.QUARANTINE).join(taken, on=keys, how="left_semi")
    marked = rows.withColumns(
        {
            "sealed": F.lit(None).cast("binary"),
            "kept_until": F.lit(None).cast("date"),
            "replayed_by": F.coalesce("replayed_by", F.lit(run_id)),
        }
    )
    step.write(bronze.QUARANTINE, Frame(marked), Upsert("old.replayed_by is null"))


def _sealed(step: Step) -> DataFrame:
    return step.read(bronze.QUARANTINE).where("sealed is not null and replayed_by is null")
