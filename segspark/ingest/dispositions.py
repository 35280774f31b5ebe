"""Dispositions of a batch: exceptions among its staged rows, identity links, one disposition per record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, Protocol

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.identity.introductions import newly_introduced, not_introduced, waiting_links, with_introductions
from segspark.identity.links import LINKS_PER_TASK, join_people, people_as_of
from segspark.ingest import duplicates, lateness, order_lines
from segspark.ingest.batch import Batch
from segspark.ingest.order_days import batch_days, days_of_orders
from segspark.pipeline.step import Step
from segspark.privacy.consent import derive_usable_from
from segspark.purposes import OPEN_TRACKING
from segspark.sources.files import InputFile
from segspark.sources.parsed import FILE_BITS
from segspark.store import Store
from segspark.tables.contracts import silver
from segspark.tables.contracts.contract import Contract
from segspark.tables.staging import Staged, written

# Below the folder of the staged files.
TOTALS = "totals"


class Before(Protocol):
    """Rows stored by earlier runs, limited to some partition dates if given; None if there are none."""

    def __call__(self, contract: Contract, days: frozenset[date] | None = None) -> DataFrame | None: ...


@dataclass(frozen=True)
class Dispositions:
    """The outcome for a batch.

    Attributes:
        staged: the batch's rows, its exceptions and, as ``dispositions``, the records from which nothing was accepted.
        totals: the orders made from lines, if any.
    """

    staged: Staged
    totals: DataFrame | None


def _accepted_frame(staged: Staged, kind: str) -> DataFrame:
    rows = staged.frame(kind)
    if not staged.rows("exceptions"):
        return rows
    of_kind = staged.frame("exceptions").where((F.col("kind") == kind) & (F.col("verdict") != "other_version"))
    return rows.join(of_kind.select("no"), on="no", how="left_anti")


def find_dispositions(step: Step, staged: Staged, batch: Batch, folder: Store, by_line: Sequence[str]) -> Dispositions:
    """Find the rows of a batch that are duplicates, too late, or not permitted to be kept.

    Args:
        staged: rows of the kinds of ``sources/parsed.py``.
        folder: receives further staged files.
        by_line: sources whose orders are made from their lines.
    """
    run_id = batch.run_id

    def before(contract: Contract, days: frozenset[date] | None = None) -> DataFrame | None:
        return step.read(contract, days).where(F.col("run_id") != run_id) if step.facts(contract).rows else None

    exceptions = []
    if staged.rows("lines"):
        lines = staged.frame("lines")
        days = days_of_orders(step, silver.ORDER_LINES, lines, batch_days(staged, "lines"))
        known = before(silver.ORDER_LINES, days)
        exceptions.append(duplicates.repeated(lines, "lines", known, silver.ORDER_LINES.key))
    if staged.rows("profiles"):
        exceptions += _repeated_profiles(staged.frame("profiles"), before(silver.PROFILES))
    if staged.rows("consents"):
        said = ("value", "basis", "expires_at", "proof")
        keys = [k for k in silver.CONSENTS.key if k != "run_id"]
        known = before(silver.CONSENTS)
        exceptions.append(duplicates.repeated_versions(staged.frame("consents"), "consents", known, keys, said))
    makes_events = bool(by_line) and staged.rows("lines") > 0
    if not makes_events and staged.rows("events"):
        exceptions.append(_repeated_events(staged, before))

    def join() -> Staged:
        if not staged.rows("first_seen"):
            return staged
        existing, unintroduced = before(silver.IDENTITY_LINKS), before(silver.UNINTRODUCED)
        pairs, seen = _links_of(step, staged, existing)
        fresh = newly_introduced(seen)
        waiting = waiting_links(unintroduced, fresh) if unintroduced is not None else None
        n_tasks = -(-staged.rows("links") // LINKS_PER_TASK)
        joined: Staged
        joined, others = step.beside(
            lambda: staged.stage(
                folder, "joined", join_people(fresh, pairs, existing, waiting, step.checkpoint, n_tasks)
            ),
            lambda: staged.stage(folder, "unintroduced", not_introduced(seen, pairs, unintroduced)),
        )
        return joined.plus("unintroduced", others.files.get("unintroduced", ()))

    repeats, joined = step.beside(lambda: _with_exceptions(staged, folder, *exceptions), join)
    staged = joined.plus("exceptions", repeats.files.get("exceptions", ()))
    made = None
    if makes_events:
        of_orders = _accepted_frame(staged, "lines").where(F.col("source").isin(*by_line))
        # A record that holds a complete order must not produce a second one from its lines.
        if staged.rows("orders"):
            whole = staged.frame("orders").select("record").distinct()
            of_orders = of_orders.join(whole, on="record", how="left_anti")
        made = written(order_lines.order_totals(of_orders), folder, TOTALS)
        staged = staged.stage(folder, "events", _as_kind(order_lines.order_events(made), staged, "events"))
        staged = _with_exceptions(staged, folder, _repeated_events(staged, before))
    if staged.rows("events"):
        staged = _with_exceptions(staged, folder, _refused_events(step, staged, batch, before))
    disposed = duplicates.by_file(dispose(staged.frame("exceptions")), "record")
    return Dispositions(staged.stage(folder, "dispositions", disposed), made)


def _with_exceptions(staged: Staged, folder: Store, *frames: DataFrame) -> Staged:
    return staged.stage(folder, "exceptions", *[duplicates.by_file(frame, "no") for frame in frames])


def _repeated_profiles(profiles: DataFrame, known: DataFrame | None) -> list[DataFrame]:
    keys = [k for k in silver.PROFILES.key if k != "run_id"]
    about = {*keys, "recorded_at", "flags", "known_as_of", "run_id"}
    said = [c for c in silver.PROFILES.column_names if c not in about]
    return [
        duplicates.repeated_versions(profiles, "profiles", known, keys, said),
        duplicates.unchanged(profiles, known, said),
    ]


def _repeated_events(staged: Staged, before: Before) -> DataFrame:
    # Equal content has an equal time, and so an equal day.
    known = before(silver.EVENTS, batch_days(staged, "events"))
    if known is not None:
        known = known.select("source", "event_id", "fingerprint", "event_type", "source_event")
    return duplicates.repeated_events(staged.frame("events"), known)


def _refused_events(step: Step, staged: Staged, batch: Batch, before: Before) -> DataFrame:
    """Events that may not be kept, or that came too late."""
    settings, zone = step.settings, step.settings.time_zone
    events = staged.frame("events")
    permitted = _permitted(step, staged, batch, before)
    refused = lateness.withheld(events, permitted, zone, OPEN_TRACKING in settings.consent.assumed)
    if {source for source, _ in batch.files} <= set(batch.first_loads):
        return refused
    late = lateness.expired(events, batch.first_loads, zone, settings.ingest.late_horizon_days)
    return refused.unionByName(late)


def _permitted(step: Step, staged: Staged, batch: Batch, before: Before) -> DataFrame:
    """identifier_id, person_id and the date from which each purpose may see the person's events, including the consents
    and links of this run."""
    links, consents = staged.frame("joined"), _accepted_frame(staged, "consents")
    old_links, old_consents = before(silver.IDENTITY_LINKS), before(silver.CONSENTS)
    if old_links is not None:
        links = links.unionByName(old_links.drop("run_id"), allowMissingColumns=True)
    if old_consents is not None:
        consents = consents.unionByName(old_consents.drop("run_id"), allowMissingColumns=True)
    owners = people_as_of(links, F.lit(batch.as_of))
    settings = step.settings
    usable = derive_usable_from(consents, owners, batch.as_of, settings.consent.assumed, settings.time_zone)
    return owners.join(usable, on="person_id")


def _as_kind(frame: DataFrame, staged: Staged, kind: str) -> DataFrame:
    """The frame with exactly the kind's columns and types; missing columns are null."""
    wanted = staged.frame(kind).schema
    return frame.select(
        *[(F.col(f.name) if f.name in frame.columns else F.lit(None)).cast(f.dataType).alias(f.name) for f in wanted]
    )


def _links_of(step: Step, staged: Staged, existing: DataFrame | None) -> tuple[DataFrame, DataFrame]:
    """Pairs of identifiers, each where first seen, and every identifier with its introduction; both frames are used
    several times."""
    first = ("known_as_of", "effective_at", "recorded_at")
    pairs = (
        staged.frame("links")
        .repartition("left_id", "right_id")
        .groupBy("left_id", "right_id", "left_is_anonymous", "right_is_anonymous")
        .agg(F.min(F.struct(*first, "rule")).alias("first"))
        .select("left_id", "right_id", "left_is_anonymous", "right_is_anonymous", "first.*")
    )
    seen = with_introductions(staged.frame("first_seen").repartition("identifier_id"), existing)
    return step.checkpoint(pairs), step.checkpoint(seen)


def read_dispositions(dispositions: Dispositions, files: dict[str, list[InputFile]]) -> list[dict[str, Any]]:
    """Records per file and disposition: at most six rows per file."""
    staged = dispositions.staged
    of_gateway = [staged.frame("records").select("record", F.when(F.col("is_ignored"), "ignored").alias("disposition"))]
    if staged.rows("refused"):
        of_gateway.append(staged.frame("refused").select("record", F.lit("quarantined").alias("disposition")))
    every = reduce(DataFrame.unionByName, of_gateway)
    refused = staged.frame("dispositions")
    number = F.shiftright("record", FILE_BITS).cast("int").alias("file")
    rows = every.groupBy(number, "disposition").count().collect()
    later = refused.groupBy(number, "disposition").count().collect() if staged.rows("exceptions") else []
    counts: dict[tuple[int, str], int] = {}
    for row in rows:
        counts[row["file"], row["disposition"] or "accepted"] = row["count"]
    for row in later:
        counts[row["file"], row["disposition"]] = row["count"]
        counts[row["file"], "accepted"] = counts.get((row["file"], "accepted"), 0) - row["count"]
    of_number = {f.number: f for its in files.values() for f in its}
    return [
        {
            "source": of_number[file].source,
            "file_id": of_number[file].file_id,
            "disposition": word,
            "n_records": n,
        }
        for (file, word), n in sorted(counts.items())
        if n
    ]


def dispose(exceptions: DataFrame) -> DataFrame:
    """The disposition of records from which nothing was accepted.

    Returns:
        record, disposition: withheld, expired or duplicate, in this order of precedence.
    """
    refusals = exceptions.where("verdict <> 'other_version' and n_says > 0")
    refused = refusals.groupBy("record", "kind", "no", "n_says")
    rows = refused.agg(F.collect_set("verdict").alias("verdicts"))
    records = rows.groupBy("record").agg(
        F.count(F.lit(1)).alias("n_refused"),
        F.max("n_says").alias("n_says"),
        F.flatten(F.collect_list("verdicts")).alias("verdicts"),
    )
    word = (
        F.when(F.array_contains("verdicts", "withheld"), "withheld")
        .when(F.array_contains("verdicts", "expired"), "expired")
        .otherwise("duplicate")
    )
    return records.where("n_refused = n_says").select("record", word.alias("disposition"))
