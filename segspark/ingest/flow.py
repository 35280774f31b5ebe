"""Raw files to bronze and silver.

Three steps: records are parsed into the run's staging; exceptions among them are found (duplicates, too late, not
permitted); then each table takes its staged rows without the exceptions. The list of files is recorded before the
first write (pipeline/batch.py); a run killed later is resumed from the staged rows, so every append keeps its
transaction id and nothing is taken in twice, also where the files have changed or gone since.
"""

from dataclasses import replace
from functools import partial

from segspark.ingest.batch import (
    Batch,
    check_ledger,
    choose_batch,
    files_of,
    totals,
    with_delivery,
    write_ledger,
    write_manifest,
)
from segspark.ingest.counted import check_counts, counted, refused_whole, unread
from segspark.ingest.deliveries import Deliveries
from segspark.ingest.dispositions import find_dispositions, read_dispositions
from segspark.ingest.gate import check_quarantine
from segspark.ingest.parse import parse_sources
from segspark.ingest.reexports import sketched
from segspark.ingest.replay import choose_replay, mark_replayed, moved, sealed_files
from segspark.ingest.sealed_end import end_sealed
from segspark.ingest.staged_batch import StagedBatch, described, read_described
from segspark.ingest.stored_rows import stored_rows
from segspark.ingest.write import write_all
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.points import point
from segspark.sources.parsed import KINDS
from segspark.sources.registry import PROVIDERS
from segspark.sources.resources import KEY, SOURCES
from segspark.sources.spec import Source
from segspark.tables.contracts import ops


def ingest(step: Step) -> None:
    """Take in every file received before the as-of day whose content is not known yet: what an interrupted run bound,
    then what is there now. What is delivered meanwhile is the next run's, so that a file that grows ends no run."""
    sources = step.context[SOURCES]
    delivered = Deliveries(step, sources)
    is_last = False
    while not is_last:
        is_last = step.batch.interrupted is None
        batch = choose_batch(step, sources, delivered)
        delivered.remember()
        if batch is not None:
            _take_in(step, sources, batch, delivered)
    end_sealed(step, sources)
    step.outcome.setdefault("files", 0)


def replay(only: str | None, step: Step) -> None:
    """Take refused records in again, of one source or of all; an interrupted batch first.

    Raises:
        ConfigError: there is no such source.
        GateClosed: the as-of day is published.
    """
    sources = step.context[SOURCES]
    delivered = Deliveries(step, sources)
    while step.batch.interrupted and (batch := choose_batch(step, sources, delivered)) is not None:
        _take_in(step, sources, batch, delivered)
    step.outcome.clear()
    chosen = choose_replay(step, sources, only)
    if chosen is not None:
        _take_in(step, sources, chosen, delivered)
    step.outcome.setdefault("records", {})


def _take_in(step: Step, sources: list[Source], batch: Batch, delivered: Deliveries) -> None:
    resumed = step.batch.resume(batch.run_id, batch.as_of, batch.as_dict()) if step.batch.interrupted else None
    if resumed is None:
        staged = _stage(step, sources, batch, delivered)
    else:
        folder, content = resumed
        step.note(f"an interrupted run goes on with the {len(batch.files)} files that it had read")
        staged = read_described(step, content, folder)
    _write(step, batch, staged)


def _stage(step: Step, sources: list[Source], batch: Batch, delivered: Deliveries) -> StagedBatch:
    """Read the files, find the dispositions of their records, and bind the batch to the result."""
    zone = step.settings.time_zone
    files = {} if batch.is_replay else files_of(batch, delivered)
    files = with_delivery(files, batch.as_of, zone, step.facts(ops.FILES).rows)
    files = sketched(step, files, sources)
    folder = step.batch.begin(batch.run_id, batch.as_of, batch.as_dict())
    if batch.is_replay:
        files = sealed_files(step, sources, batch, folder)
    with step.stage("parse") as report:
        # Counted here while Spark's workers read.
        parsed, files = step.beside(
            lambda: parse_sources(step, sources, files, batch, folder),
            lambda: counted(files, sources, step.settings.ingest.max_inflated_bytes),
        )
        staged = step.staged(KINDS, parsed)
        files = unread(files, staged)
        report.rows = n_records = staged.rows("records") + staged.rows("refused")
        report.note = f"{sum(map(len, files.values()))} files"
    with step.stage("dispositions") as report:
        by_line = [s.name for s in sources if PROVIDERS.find(s.kind).by_line(s)]
        dispositions = find_dispositions(step, staged, batch, folder, by_line)
        ledger = read_dispositions(dispositions, files)
        report.note = ", ".join(f"{n:,} {d}" for d, n in totals(ledger).items())
        check_ledger(ledger, n_records)
        check_counts(ledger, files, sources, staged)
        for sentence in refused_whole(files, staged):
            step.note(sentence)
        if not batch.is_replay:
            check_quarantine(staged, ledger, files, step.settings.ingest.max_quarantined_share)
    done = StagedBatch(dispositions, files, ledger)
    # From here on the batch is bound to its staged rows; a run killed before has written nothing.
    step.batch.bind(described(done, folder))
    return done


def _write(step: Step, batch: Batch, staged: StagedBatch) -> None:
    with step.stage("silver") as report:
        # Of a replay, what is refused again is in the quarantine already.
        write_all(step, staged.dispositions, batch.run_id, with_refused=not batch.is_replay)
        report.rows = staged.n_records
    if batch.is_replay:
        mark_replayed(step, staged, batch.run_id)
        point("replay_marked")
        write_ledger(step, moved(staged.ledger), batch.run_id)
    else:
        write_manifest(step, staged.files, staged.ledger, batch.run_id)
    step.batch.commit({**totals(staged.ledger), **stored_rows(step, staged.dispositions.staged)})
    counts = step.outcome.setdefault("records", {})
    for word, n in totals(staged.ledger).items():
        counts[word] = counts.get(word, 0) + n
    step.outcome["files"] = step.outcome.get("files", 0) + len(batch.files)


# What an ingest writes, from files or from the quarantine.
WRITES = (
    "bronze.records", "bronze.quarantine", "privacy.identities", "privacy.last_opens", "silver.events",
    "silver.objections", "silver.orders", "silver.order_lines", "silver.profiles", "silver.consents",
    "silver.identity_links", "silver.unintroduced", "ops.files", "ops.ledger", "ops.file_hashes",
)  # fmt: skip
INGEST = Flow(
    name="ingest",
    reads=(),
    reads_earlier=(
        "silver.events",
        "silver.consents",
        "silver.identity_links",
        "silver.unintroduced",
        "ops.files",
        "ops.file_hashes",
        "ops.runs",
    ),
    writes=WRITES,
    function=ingest,
    needs=(SOURCES, KEY),
)


def replay_of(only: str | None) -> Flow:
    """The flow that takes refused records in again, of one source or of all."""
    return replace(INGEST, name="quarantine_replay", function=partial(replay, only))
