"""What a batch has staged, as plain data: written down before the batch is bound, read by the run that resumes it."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from segspark.ingest.dispositions import TOTALS, Dispositions
from segspark.pipeline.step import Step
from segspark.sources.files import InputFile
from segspark.sources.parsed import KINDS
from segspark.store import Store
from segspark.store.parquet import SPARK_OPTIONS
from segspark.tables.staging import StagedFile

Files = dict[str, list[InputFile]]


@dataclass(frozen=True)
class StagedBatch:
    """All that the tables need of a batch: its rows with their dispositions, its files by source, its ledger."""

    dispositions: Dispositions
    files: Files
    ledger: list[dict[str, Any]]

    @property
    def n_records(self) -> int:
        return sum(row["n_records"] for row in self.ledger)


def described(batch: StagedBatch, folder: Store) -> dict[str, Any]:
    """The batch as JSON; paths are relative to the folder, since a lake may be moved."""
    top = folder.url.rstrip("/") + "/"
    return {
        "staged": {
            kind: [{"path": f.path.removeprefix(top), "rows": f.rows, "by_day": f.days} for f in files]
            for kind, files in batch.dispositions.staged.files.items()
        },
        "has_totals": batch.dispositions.totals is not None,
        # No file is read again; a path may name somebody, and a plain hash of one record may be guessed.
        "files": [asdict(replace(file, path="", digest="")) for its in batch.files.values() for file in its],
        "ledger": batch.ledger,
    }


def read_described(step: Step, content: dict[str, Any], folder: Store) -> StagedBatch:
    staged = {
        kind: [
            StagedFile(folder.url_of(f["path"]), f["rows"], {int(day): n for day, n in f["by_day"].items()})
            for f in files
        ]
        for kind, files in content["staged"].items()
    }
    rows = step.staged(KINDS, staged)
    totals = (
        rows.spark.read.options(**SPARK_OPTIONS).parquet(folder.for_spark(TOTALS)) if content["has_totals"] else None
    )
    files: Files = {}
    for file in (InputFile(**described) for described in content["files"]):
        files.setdefault(file.source, []).append(file)
    return StagedBatch(Dispositions(rows, totals), files, content["ledger"])
