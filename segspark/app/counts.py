"""The rows of the lake against what was recorded of them: a table that has lost rows, or holds some twice, is named."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from segspark.app.retention import is_kept, newest_day
from segspark.ingest.stored_rows import APPENDED, WHOLE
from segspark.pipeline.batch import FLOW as BATCH
from segspark.tables.contracts import bronze, gold, ops
from segspark.tables.contracts.contract import Contract
from segspark.tables.lake import Lake
from segspark.tables.row_counts import count_rows

# What of the records that were received is in bronze.records; the others are refused or withheld.
KEPT = ("accepted", "duplicate", "expired", "ignored")
# Tables of a day, the flows that write all rows of a day, and where these record their number.
BY_DAY: tuple[tuple[Contract, tuple[str, ...], str], ...] = (
    (gold.FEATURES, ("features", "features_repair"), "people"),
    (gold.SEGMENTS, ("segments",), "memberships"),
)
# A flow that writes days without recording their numbers: earlier records say nothing any more.
UNCOUNTED = {gold.FEATURES.name: "features_backfill"}


@dataclass(frozen=True)
class WrongCount:
    """A table whose rows are fewer or more than was recorded; ``day`` where they are those of a day."""

    table: str
    what: str
    day: date | None = None


@dataclass(frozen=True)
class Batches:
    """The recorded batches.

    Attributes:
        done: what each recorded, by run, in the order of their ends.
        begun: runs that were interrupted while they wrote; the next run completes them.
    """

    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()

    @property
    def uncounted(self) -> list[str]:
        """Runs of earlier versions, which recorded no rows of tables."""
        return [run for run, outputs in self.done.items() if "rows" not in outputs]


def read_batches(lake: Lake) -> Batches:
    rows = [r for r in _runs(lake) if r["flow"] == BATCH]
    done = {r["run_id"]: json.loads(r["outputs"]) for r in rows if r["state"] == "done"}
    return Batches(done, frozenset(r["run_id"] for r in rows if r["run_id"] not in done))


def wrong_counts(lake: Lake) -> list[WrongCount]:
    """Every table of bronze, silver, privacy, gold and ops whose rows do not agree with the records of the runs."""
    batches = read_batches(lake)
    return [
        *_bronze(lake, batches),
        *_appended(lake, batches),
        *_whole(lake, batches),
        *_files(lake, batches),
        *_days(lake),
    ]


def _bronze(lake: Lake, batches: Batches) -> Iterator[WrongCount]:
    said: Counter[tuple[str, str, str]] = Counter()
    left: Counter[tuple[str, str]] = Counter()
    for entry in lake.read_small(ops.LEDGER).to_pylist():
        run, source, disposition, n = (entry[c] for c in ("run_id", "source", "disposition", "n_records"))
        if n < 0:
            # A replay takes records out of the quarantine; their rows stay there, and name it.
            left[run, source] -= n
        else:
            said[run, source, disposition] += n
    kept = count_rows(lake, bronze.RECORDS, ("run_id", "source", "disposition"))
    in_records = Counter({key: n for key, n in said.items() if key[2] in KEPT})
    for run, source, what in _unequal(in_records, kept, batches.begun):
        numbers = _numbers(kept[run, source, what], in_records[run, source, what])
        yield WrongCount(bronze.RECORDS.name, f"source {source}, batch {run}, {what}: {numbers} by ops.ledger")
    refused: Counter[tuple[Any, ...]] = Counter()
    replayed: Counter[tuple[Any, ...]] = Counter()
    for (run, source, by), n in count_rows(lake, bronze.QUARANTINE, ("run_id", "source", "replayed_by")).items():
        refused[run, source] += n
        if by is not None:
            replayed[by, source] += n
    expected: Counter[tuple[Any, ...]] = Counter(
        {(run, source): n for (run, source, what), n in said.items() if what == "quarantined"}
    )
    for counted, wanted, words in ((refused, expected, "quarantined"), (replayed, left, "taken in again")):
        for run, source in _unequal(wanted, counted, batches.begun):
            numbers = _numbers(counted[run, source], wanted[run, source])
            yield WrongCount(bronze.QUARANTINE.name, f"source {source}, batch {run}, {words}: {numbers} by ops.ledger")


def _appended(lake: Lake, batches: Batches) -> Iterator[WrongCount]:
    skipped = {*batches.begun, *batches.uncounted}
    for table, _, _ in APPENDED:
        has_source = "source" in table.column_names
        counted = count_rows(lake, table, ("run_id", "source") if has_source else ("run_id",))
        stored = Counter({(run, *(source or [""])): n for (run, *source), n in counted.items()})
        said = Counter(
            {
                (run, source): n
                for run, outputs in batches.done.items()
                for source, n in outputs.get("rows", {}).get(table.name, {}).items()
            }
        )
        for run, source in _unequal(said, stored, skipped):
            of = f"source {source}, batch {run}" if source else f"batch {run}"
            yield WrongCount(table.name, f"{of}: {_numbers(stored[run, source], said[run, source])} by ops.runs")


def _whole(lake: Lake, batches: Batches) -> Iterator[WrongCount]:
    if batches.begun or not batches.done:
        return
    run, outputs = list(batches.done.items())[-1]
    for table in WHOLE:
        there, recorded = lake.n_rows(table), outputs.get("all_rows", {}).get(table.name)
        if recorded not in (None, there):
            yield WrongCount(table.name, f"{_numbers(there, recorded)} by ops.runs after batch {run}")


def _files(lake: Lake, batches: Batches) -> Iterator[WrongCount]:
    """The ledger has as many records of each file as the file had."""
    said: Counter[tuple[str, str]] = Counter()
    of_run: dict[tuple[str, str], str] = {}
    for entry in lake.read_small(ops.LEDGER).to_pylist():
        key = (entry["source"], entry["file_id"])
        said[key] += entry["n_records"]
        of_run.setdefault(key, entry["run_id"])
    columns = ["source", "file_id", "n_records", "run_id"]
    had: Counter[tuple[str, str]] = Counter()
    for file in lake.read_small(ops.FILES, columns=columns).to_pylist():
        key = (file["source"], file["file_id"])
        had[key] += file["n_records"]
        of_run.setdefault(key, file["run_id"])
    wrong: Counter[tuple[str, str]] = Counter()
    for key in _unequal(said, had, ()):
        if of_run[key] not in batches.begun:
            wrong[key[0], of_run[key]] += 1
    for (source, run), n in sorted(wrong.items()):
        what = f"source {source}, batch {run}: {n:,} files with other numbers of records than in ops.ledger"
        yield WrongCount(ops.FILES.name, what)


def _days(lake: Lake) -> Iterator[WrongCount]:
    runs = _runs(lake)
    for table, flows, word in BY_DAY:
        recorded: dict[date, int] = {}
        for r in runs:
            day = r["as_of_date"]
            if r["flow"] in flows:
                # A run that began and did not end may have written anything.
                n = json.loads(r["outputs"]).get(word) if r["state"] == "done" else None
                recorded.pop(day, None)
                if n is not None:
                    recorded[day] = n
            elif r["flow"] == UNCOUNTED.get(table.name):
                recorded = {d: n for d, n in recorded.items() if d > day}
        stored, newest = lake.rows_by_day(table), newest_day(lake)
        for day, n in sorted(recorded.items()):
            if day not in stored and newest is not None and not is_kept(table, day, newest):
                # Removed by `segspark maintain`.
                continue
            if stored.get(day, 0) != n:
                yield WrongCount(table.name, f"{day}: {_numbers(stored.get(day, 0), n)} by ops.runs", day)


def _runs(lake: Lake) -> list[dict[str, Any]]:
    return sorted(lake.read_small(ops.RUNS).to_pylist(), key=lambda r: r["written_at"])


def _unequal(said: Counter[Any], stored: Counter[Any], skipped: Any) -> list[Any]:
    """Keys with different counts; the first part of a key is a run."""
    return sorted(key for key in {*said, *stored} if said[key] != stored[key] and key[0] not in skipped)


def _numbers(there: int, recorded: int) -> str:
    return f"{there:,} rows, and {recorded:,}"
