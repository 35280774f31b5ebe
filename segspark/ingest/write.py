"""The accepted rows of a batch, written to bronze and silver."""

from collections.abc import Callable, Sequence
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F

from segspark.ingest.accepted import keep_accepted, with_disposition
from segspark.ingest.dispositions import Dispositions
from segspark.ingest.exceptions import read_disposed, read_exceptions
from segspark.ingest.opt_outs import opt_outs_of
from segspark.ingest.order_days import batch_days, days_of_orders
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Append, Frame, Overwrite, StagedRows, Upsert
from segspark.points import point
from segspark.tables.contracts import bronze, privacy, silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import Staged

WRITERS = 3


def write_all(step: Step, dispositions: Dispositions, run_id: str, with_refused: bool = True) -> None:
    """Append to each table once; independent tables are written in parallel."""
    _bring_objections(step)
    staged = dispositions.staged
    dispositions_of = staged.files.get("dispositions", ())

    def kept_records(rows: pa.Table) -> pa.Table:
        disposed = with_disposition(rows, read_disposed(dispositions_of, rows["record"].to_numpy()))
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
        (silver.UNINTRODUCED, "unintroduced", lambda rows: _stamp(rows, run_id), ("identifier_id", "known_as_of")),
    ]

    def append(contract: Contract, kind: str, finish: Callable[[pa.Table], pa.Table], order_by: Sequence[str]) -> None:
        if kind == "refused" and not with_refused:
            return
        rows = StagedRows(staged.files.get(kind, ()), tuple(order_by), finish)
        step.write(contract, rows, Append(f"{run_id}-{contract.table}"))
        point("ingest_table")

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
    files = staged.files.get("exceptions", ())

    def finish(rows: pa.Table) -> pa.Table:
        if files:
            rows = keep_accepted(rows, read_exceptions(files, kind, rows["no"].to_numpy()))
        return _stamp(rows, run_id)

    return finish


def _write_identities(step: Step, staged: Staged, run_id: str) -> None:
    new = staged.frame("identities").dropDuplicates(["identifier_id"])
    if step.facts(privacy.IDENTITIES).rows:
        known = step.read(privacy.IDENTITIES).where(F.col("run_id") != run_id).select("identifier_id")
        new = new.join(known, on="identifier_id", how="left_anti")
    rows = new.withColumn("run_id", F.lit(run_id)).coalesce(step.n_writers)
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
    point("ingest_before_orders")
    days = days_of_orders(step, silver.ORDERS, orders, batch_days(dispositions.staged, "orders", "lines"))
    step.write(silver.ORDERS, Frame(latest), Upsert(newer, days))
    point("ingest_after_orders")


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
