"""The gate of quarantine: a run in which too many records of a source are refused stops before it writes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import functions as F

from segspark.errors import GateClosed
from segspark.sources.files import InputFile
from segspark.sources.fixes import fix_of
from segspark.sources.parsed import FILE_BITS
from segspark.tables.staging import Staged

# A source with fewer records than this says nothing about a share.
LEAST_RECORDS = 20
MOST_REASONS = 8


@dataclass(frozen=True)
class Refusals:
    """How often a reason occurs among the refused records of a source, and where first. ``position``: from 0."""

    source: str
    reason: str
    n_records: int
    file_name: str
    position: int

    def __str__(self) -> str:
        where = self.file_name if self.position < 0 else f"{self.file_name}, record {self.position + 1:,}"
        return f"  {self.reason}: {self.n_records:,}, for example {where}\n    {fix_of(self.reason)}"


def check_quarantine(
    staged: Staged, ledger: Sequence[Mapping[str, Any]], files: Mapping[str, Sequence[InputFile]], limit: float
) -> None:
    """
    Args:
        ledger: source, disposition, n_records.
        limit: the largest share of a source's records that may be quarantined.

    Raises:
        GateClosed: of each source beyond the limit the reasons, how often they occur, an example and what to do; no
            value of a record.
    """
    closed = {}
    for source in sorted({row["source"] for row in ledger}):
        rows = [row for row in ledger if row["source"] == source]
        total = sum(row["n_records"] for row in rows)
        refused = sum(row["n_records"] for row in rows if row["disposition"] == "quarantined")
        if total >= LEAST_RECORDS and refused > limit * total:
            closed[source] = (refused, total)
    if not closed:
        return
    reasons = read_refusals(staged, files)
    parts = []
    for source, (refused, total) in closed.items():
        its = [reason for reason in reasons if reason.source == source]
        more = [f"  and {len(its) - MOST_REASONS} further reasons"] if len(its) > MOST_REASONS else []
        head = f"source {source}: {refused:,} of {total:,} records would be quarantined"
        parts.append("\n".join([head, *map(str, its[:MOST_REASONS]), *more]))
    raise GateClosed(
        f"More than {limit:.0%} of a source's records would be quarantined. Nothing was written.\n"
        + "\n".join(parts)
        + "\nCorrect the source's YAML (segspark sources check NAME shows the effect) or raise "
        "ingest.max_quarantined_share."
    )


def read_refusals(staged: Staged, files: Mapping[str, Sequence[InputFile]]) -> list[Refusals]:
    """The reasons of a batch, the most frequent of each source first. One row per source and reason: bounded by the
    program's codes and the sources' columns."""
    if not staged.rows("refused"):
        return []
    by_reason = (
        staged.frame("refused")
        .select("source", "record", F.explode("reasons").alias("reason"))
        .groupBy("source", "reason")
        .agg(F.count(F.lit(1)).alias("n"), F.min("record").alias("first"))
    )
    names = {file.number: file.name for its in files.values() for file in its}
    found = [
        Refusals(
            r["source"], r["reason"], r["n"], names[r["first"] >> FILE_BITS], (r["first"] & (1 << FILE_BITS) - 1) - 1
        )
        for r in by_reason.collect()
    ]
    return sorted(found, key=lambda r: (r.source, -r.n_records, r.reason))
