"""Raw files to bronze and silver.

Three steps: records are parsed into the run's staging; exceptions among them are found (duplicates, too late, not
permitted); then each table takes its staged rows without the exceptions. The list of files is recorded before the
first write (pipeline/batch.py); a run killed later is resumed with exactly that list, so every append keeps its
transaction id and nothing is taken in twice.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial, reduce

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from segspark.ingest.accepted import keep_accepted, with_disposition
from segspark.ingest.batch import Batch, check_ledger, choose_batch, files_of, totals, write_manifest
from segspark.ingest.dispositions import Dispositions, find_dispositions, read_dispositions
from segspark.ingest.opt_outs import opt_outs_of
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Frame, Overwrite, StagedRows, Upsert
from segspark.sources.files import InputFile
from segspark.sources.gateway import parse_provider
from segspark.sources.mapped import check_header, compile_mapping, convert, evaluate, read_raw
from segspark.sources.parsed import KINDS
from segspark.sources.plan import Arrival, GatewayPlan, Limits
from segspark.sources.resources import KEY, SOURCES
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.spark.checkpoints import rows_per_batch
from segspark.store import Store, open_url
from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import NAMED_DDL, Staged, StagedFile, read_named
from segspark.time import MICROS, local_midnight, to_micros

EPOCH_DAY = date(1970, 1, 1)
BYTES_PER_TASK = 4_000_000
WRITERS = 3
# Records per batch while a mapping's expressions run; no text column of a batch may reach Arrow's limit of 2 GB.
BATCH_BYTES = 1 << 30
MOST_ROWS = 1_000


def ingest(step: Step) -> None:
    """Take in every file received before the as-of day whose content is not known yet."""
    sources = step.context[SOURCES]
    while (batch := choose_batch(step, sources)) is not None:
        _take_in(step, sources, batch)
    step.outcome.setdefault("files", 0)


def _take_in(step: Step, sources: list[Source], batch: Batch) -> None:
    files = files_of(batch, sources, step.settings.time_zone)
    folder = step.batch.begin(batch.run_id, batch.as_of, batch.as_dict())
    with step.stage("parse") as report:
        staged = step.staged(KINDS, parse_sources(step, sources, files, batch, folder))
        report.rows = n_records = staged.rows("records") + staged.rows("refused")
        report.note = f"{sum(map(len, files.values()))} files"
    with step.stage("dispositions") as report:
        by_line = [s.name for s in sources if any(r.target == "order_lines" for r in s.records)]
        dispositions = find_dispositions(step, staged, batch, folder, by_line)
        ledger = read_dispositions(dispositions, files)
        report.note = ", ".join(f"{n:,} {d}" for d, n in totals(ledger).items())
        check_ledger(ledger, n_records, step.settings.ingest.max_quarantined_share)
    # From here on the batch is bound to its list of files; a run killed before has written nothing.
    step.batch.bind()
    with step.stage("silver") as report:
        _write_all(step, dispositions, batch.run_id)
        report.rows = n_records
    write_manifest(step, files, ledger, batch.run_id)
    step.batch.commit(totals(ledger))
    counts = step.outcome.setdefault("records", {})
    for word, n in totals(ledger).items():
        counts[word] = counts.get(word, 0) + n
    step.outcome["files"] = step.outcome.get("files", 0) + len(batch.files)


# Parsing ------------------------------------------------------------------------------------------------------


def parse_sources(
    step: Step, sources: list[Source], files: dict[str, list[InputFile]], batch: Batch, folder: Store
) -> dict[str, list[StagedFile]]:
    """All records of a batch, staged by kind (sources/parsed.py)."""
    settings = step.settings
    arrival = Arrival(
        settings.time_zone,
        to_micros(local_midnight(batch.as_of, settings.time_zone)) - 1,
        (batch.first_unpublished - EPOCH_DAY).days if batch.first_unpublished else None,
        settings.ingest.future_tolerance_minutes * 60 * MICROS,
    )
    frames = [
        _parse_source(step, source, files[source.name], arrival, folder) for source in sources if source.name in files
    ]
    every = reduce(DataFrame.unionByName, frames)
    with rows_per_batch(every.sparkSession, max(1, min(MOST_ROWS, BATCH_BYTES // settings.ingest.max_record_bytes))):
        return read_named(every)


def _parse_source(step: Step, source: Source, files: list[InputFile], arrival: Arrival, folder: Store) -> DataFrame:
    groups, config = spread(files, 4 * step.n_cores), step.settings.ingest
    limits = Limits(config.max_record_bytes, config.max_inflated_bytes, config.max_depth)
    context = Context(
        source=source.name,
        time_zone=source.time_zone,
        currency=source.currency or step.settings.currency,
        received_at=None,
        options=source.options,
    )
    plan = GatewayPlan(source.kind, context, groups, limits, step.context[KEY], arrival, folder)
    tasks = step.tasks(len(groups))
    if source.kind != "mapped":
        return tasks.mapInArrow(_each_group(lambda group: parse_provider(plan, group)), NAMED_DDL)
    mapping = compile_mapping(source)
    check_header(mapping, files[0], limits.max_inflated_bytes)
    schema = from_arrow_schema(mapping.raw_schema)
    raw = tasks.mapInArrow(_each_group(lambda group: read_raw(plan, mapping, group)), schema)
    return evaluate(raw, mapping).mapInArrow(lambda batches: convert(plan, mapping, batches), NAMED_DDL)


def _each_group(
    parse: Callable[[int], Iterator[pa.RecordBatch]],
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def over_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for group in batch.column(0).to_pylist():
                yield from parse(group)

    return over_batches


def spread(files: list[InputFile], most: int) -> tuple[tuple[InputFile, ...], ...]:
    """Split files into at most so many groups of about equal size; neighbours by name, and so by day, stay together."""
    total = sum(f.size_bytes + 1 for f in files)
    n = max(1, min(most, len(files), -(-total // BYTES_PER_TASK)))
    groups: list[list[InputFile]] = [[] for _ in range(n)]
    taken = 0
    for file in sorted(files, key=lambda f: (f.name, f.file_id)):
        groups[min(taken * n // total, n - 1)].append(file)
        taken += file.size_bytes + 1
    return tuple(tuple(g) for g in groups if g)


# Writing ------------------------------------------------------------------------------------------------------


def _write_all(step: Step, dispositions: Dispositions, run_id: str) -> None:
    """Append to each table once; independent tables are written in parallel."""
    _bring_objections(step)
    staged = dispositions.staged
    refused, refused_schema = [f.path for f in staged.files.get("dispositions", ())], KINDS["dispositions"].schema

    def kept_records(rows: pa.Table) -> pa.Table:
        parts = [pq.read_table(open_url(path)) for path in refused]
        disposed = with_disposition(rows, pa.concat_tables([refused_schema.empty_table(), *parts]))
        return _stamp(disposed.filter(pc.not_equal(disposed["disposition"], "withheld")), run_id)

    as_staged: list[tuple[Contract, str, Callable[[pa.Table], pa.Table], Sequence[str]]] = [
        (bronze.RECORDS, "records", kept_records, ("source", "record")),
        (bronze.QUARANTINE, "refused", lambda rows: _stamp(rows, run_id), ("source", "record")),
        (silver.EVENTS, "events", _accepted(staged, "events", run_id), ("identifier_id", "occurred_at", "event_id")),
        (silver.OBJECTIONS, "objections", _accepted(staged, "events", run_id), ("identifier_id", "occurred_at")),
        (silver.PROFILES, "profiles", _accepted(staged, "profiles", run_id), ("identifier_id", "valid_from")),
        (silver.CONSENTS, "consents", _accepted(staged, "consents", run_id), ("identifier_id", "effective_at")),
        (silver.ORDER_LINES, "lines", _accepted(staged, "lines", run_id), ("order_id", "line_id")),
        (silver.IDENTITY_LINKS, "joined", lambda rows: _stamp(rows, run_id), ("identifier_id", "known_as_of")),
    ]

    def append(contract: Contract, kind: str, finish: Callable[[pa.Table], pa.Table], order_by: Sequence[str]) -> None:
        rows = StagedRows(staged.files.get(kind, ()), tuple(order_by), finish)
        step.write(contract, rows, Append(f"{run_id}-{contract.table}"))

    jobs: list[Callable[[], None]] = [partial(append, *job) for job in as_staged]
    jobs.append(lambda: _write_identities(step, staged, run_id))
    if staged.rows("orders") or dispositions.totals is not None:
        jobs.append(lambda: _write_orders(step, dispositions, run_id))
    if staged.rows("exceptions"):
        jobs.append(lambda: _note_last_opens(step, staged))
    step.beside(*jobs, at_once=WRITERS)


def _bring_objections(step: Step) -> None:
    """Fill silver.objections once in a lake whose events are older than that table."""
    if step.facts(silver.EVENTS).rows and not step.facts(silver.OBJECTIONS).exists:
        old = opt_outs_of(step).coalesce(1)
        step.write(silver.OBJECTIONS, Frame(old), Append("objections-of-old-events"))
    else:
        # Created before a first run's events: if the run were killed after them, they would look like old events.
        step.ensure(silver.OBJECTIONS)


def _stamp(rows: pa.Table, run_id: str) -> pa.Table:
    return rows.append_column("run_id", pa.array([run_id] * rows.num_rows, pa.string()))


def _accepted(staged: Staged, kind: str, run_id: str) -> Callable[[pa.Table], pa.Table]:
    paths = [f.path for f in staged.files.get("exceptions", ())]

    def finish(rows: pa.Table) -> pa.Table:
        if paths:
            parts = [pq.read_table(open_url(p), filters=[("kind", "=", kind)]) for p in paths]
            rows = keep_accepted(rows, pa.concat_tables(parts))
        return _stamp(rows, run_id)

    return finish


def _write_identities(step: Step, staged: Staged, run_id: str) -> None:
    new = staged.frame("identities").dropDuplicates(["identifier_id"])
    if step.facts(privacy.IDENTITIES).rows:
        known = step.read(privacy.IDENTITIES).where(F.col("run_id") != run_id).select("identifier_id")
        new = new.join(known, on="identifier_id", how="left_anti")
    rows = new.withColumns({"key_epoch": F.lit(1), "run_id": F.lit(run_id)}).coalesce(step.n_writers)
    step.write(privacy.IDENTITIES, Frame(rows), Append(f"{run_id}-identities"))


def _write_orders(step: Step, dispositions: Dispositions, run_id: str) -> None:
    """The current state of each order: its newest version."""
    orders = dispositions.staged.frame("orders")
    if dispositions.totals is not None:
        orders = orders.unionByName(dispositions.totals, allowMissingColumns=True)
    columns = [c for c in silver.ORDERS.column_names if c not in ("source", "order_id", "run_id")]
    newest = F.struct(F.coalesce("updated_at", "ordered_at"), "received_at", "record")
    latest = (
        orders.groupBy("source", "order_id")
        .agg(F.max_by(F.struct(*columns), newest).alias("last"))
        .select("source", "order_id", "last.*", F.lit(run_id).alias("run_id"))
        .repartition(step.n_writers, "order_date")
        .sortWithinPartitions("order_date", "order_id")
    )
    newer = "coalesce(new.updated_at, new.ordered_at) >= coalesce(old.updated_at, old.ordered_at)"
    step.write(silver.ORDERS, Frame(latest), Upsert(newer))


def _note_last_opens(step: Step, staged: Staged) -> None:
    """Overwrite the date of the last open of people without permission; used for list hygiene only."""
    opens = staged.frame("exceptions").where("verdict = 'withheld'").select("no")
    withheld = (
        staged.frame("events")
        .where("identifier_id is not null and event_type = 'open'")
        .join(opens, on="no", how="left_semi")
        .select("identifier_id", F.col("event_date").alias("last_open_date"))
    )
    both = step.read(privacy.LAST_OPENS).select("identifier_id", "last_open_date").unionByName(withheld)
    latest = both.groupBy("identifier_id").agg(F.max("last_open_date").alias("last_open_date"))
    step.write(privacy.LAST_OPENS, Frame(latest.coalesce(1)), Overwrite())


INGEST = Flow(
    name="ingest",
    reads=(),
    reads_earlier=("silver.events", "silver.consents", "silver.identity_links", "ops.files", "ops.runs"),
    writes=(
        "bronze.records", "bronze.quarantine", "privacy.identities", "privacy.last_opens", "silver.events",
        "silver.objections", "silver.orders", "silver.order_lines", "silver.profiles", "silver.consents", "silver.identity_links",
        "ops.files", "ops.ledger",
    ),
    function=ingest,
    needs=(SOURCES, KEY),
)  # fmt: skip
