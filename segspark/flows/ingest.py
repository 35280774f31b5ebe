"""Raw files to bronze and silver.

The list of files is written down before the first write (``ops.runs``, state ``writing``); a run killed later is
resumed with exactly that list, so that every append keeps its transaction id and nothing is taken twice. Records are parsed once into
a table of this run, from which every stored table is a projection.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.clean import arrivals
from segspark.config.models import Workspace
from segspark.errors import CheckFailed, GateClosed
from segspark.flows.flow import Flow, Run, identity, published_days, record
from segspark.identity.links import join_people, people_as_of
from segspark.privacy.consent import derive_usable_from
from segspark.pseudonyms import Key, load_key
from segspark.sources import parsed
from segspark.sources.door import DoorPlan, Limits, parse_provider
from segspark.sources.files import InputFile, find_files
from segspark.sources.load import load_sources
from segspark.sources.mapped import RAW_DDL, check_header, compile_mapping, convert, evaluate, read_raw
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.tables import bronze, ops, privacy, silver
from segspark.tables.delta import Lake
from segspark.time import local_midnight, to_micros

DAY = timedelta(days=1)


def ingest(run: Run) -> None:
    """Take in every file that was received before the as-of day and is not known by content."""
    sources = load_sources(run.workspace)
    seen = read_consumed(run.lake)
    batch = _unfinished(run.lake) or _new_batch(run, sources, seen)
    while batch is not None:
        _take_in(run, sources, batch)
        batch = _new_batch(run, sources, read_consumed(run.lake))
    run.outcome.setdefault("files", 0)


# The batch of files -----------------------------------------------------------------------------------------


def _new_batch(run: Run, sources: list[Source], seen: set[tuple[str, str]]) -> dict[str, Any] | None:
    """What a run will take in, written down before anything else; None when there is nothing new."""
    published = published_days(run.lake)
    if published and run.as_of <= published[-1]:
        run.progress.note(f"{run.as_of} is published: nothing new is taken in")
        return None
    midnight = to_micros(local_midnight(run.as_of, run.workspace.time_zone))
    files: dict[tuple[str, str], InputFile] = {}
    for source in sources:
        for file in find_files(source, run.workspace.time_zone):
            # The same content under another name is the same file.
            if (source.name, file.file_id) not in seen and (file.received_at is None or file.received_at < midnight):
                files.setdefault((source.name, file.file_id), file)
    if not files:
        return None
    batch = {
        "files": [[s, i] for s, i in sorted(files)],
        "as_of": run.as_of.isoformat(),
        "first_unpublished": (published[-1] + DAY).isoformat() if published else None,
        "first_loads": sorted({s for s, _ in files} - {s for s, _ in seen}),
    }
    batch["run_id"] = identity("ingest", batch)
    return batch


def _unfinished(lake: Lake) -> dict[str, Any] | None:
    rows = [r for r in lake.read_small(ops.RUNS).to_pylist() if r["flow"] == "ingest_batch"]
    done = {r["run_id"] for r in rows if r["state"] == "done"}
    started = [r for r in rows if r["state"] == "writing" and r["run_id"] not in done]
    return json.loads(started[0]["inputs"]) if started else None


def read_consumed(lake: Lake) -> set[tuple[str, str]]:
    """(source, file_id) of every file taken in; the manifest has one row per file."""
    table = lake.read_small(ops.FILES)
    return set(zip(table["source"].to_pylist(), table["file_id"].to_pylist(), strict=True))


def _files_of(batch: dict[str, Any], sources: list[Source], workspace: Workspace) -> dict[str, list[InputFile]]:
    wanted = {(s, i) for s, i in batch["files"]}
    found: dict[tuple[str, str], InputFile] = {}
    for source in sources:
        if any(s == source.name for s, _ in wanted):
            for file in find_files(source, workspace.time_zone):
                if (source.name, file.file_id) in wanted:
                    found.setdefault((source.name, file.file_id), file)
    missing = sorted(wanted - set(found))
    if missing:
        raise GateClosed(
            f"An interrupted run began to take in {len(missing)} file(s) that are no longer there with the same "
            f"content (source, hash): {missing[:3]}. Put them back and run again."
        )
    by_source: dict[str, list[InputFile]] = {}
    for (name, _), file in sorted(found.items()):
        by_source.setdefault(name, []).append(file)
    return by_source


# Parsing ------------------------------------------------------------------------------------------------------


def parse_sources(
    lake: Lake, workspace: Workspace, sources: list[Source], files: dict[str, list[InputFile]], key: Key
) -> DataFrame:
    """All records of a batch, one row each (sources/parsed.py); lazy."""
    frames = [
        _parse_source(lake, workspace, source, files[source.name], key) for source in sources if source.name in files
    ]
    union = frames[0]
    for frame in frames[1:]:
        union = union.unionByName(frame)
    return union


def _parse_source(lake: Lake, workspace: Workspace, source: Source, files: list[InputFile], key: Key) -> DataFrame:
    spark = lake.spark
    groups = spread(files, max(2 * spark.sparkContext.defaultParallelism, 2))
    limits = Limits(workspace.ingest.max_record_bytes, workspace.ingest.max_inflated_bytes, workspace.ingest.max_depth)
    context = Context(
        source=source.name,
        time_zone=source.time_zone,
        currency=source.currency or workspace.currency,
        received_at=None,
        options=source.options,
    )
    plan = DoorPlan(source.kind, context, groups, limits, key)
    tasks = spark.range(0, len(groups), 1, len(groups))
    if source.kind != "mapped":
        return tasks.mapInArrow(_each_group(lambda group: parse_provider(plan, group)), parsed.DDL)
    mapping = compile_mapping(source)
    check_header(mapping, files[0], limits.max_inflated_bytes)
    numbers = {f.file_id: n for n, f in enumerate(files)}
    raw = tasks.mapInArrow(_each_group(lambda group: read_raw(plan, source, group, numbers)), RAW_DDL)
    return evaluate(raw, mapping).mapInArrow(lambda batches: convert(plan, mapping, files, batches), parsed.DDL)


def _each_group(
    parse: Callable[[int], Iterator[pa.RecordBatch]],
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def over_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for group in batch.column(0).to_pylist():
                yield from parse(group)

    return over_batches


def spread(files: list[InputFile], n: int) -> tuple[tuple[InputFile, ...], ...]:
    """Files over at most n tasks, the largest first, each to the task with the least so far."""
    groups: list[list[InputFile]] = [[] for _ in range(min(n, len(files)))]
    sizes = [0] * len(groups)
    for file in sorted(files, key=lambda f: (-f.size_bytes, f.file_id)):
        at = sizes.index(min(sizes))
        groups[at].append(file)
        sizes[at] += file.size_bytes + 1
    return tuple(tuple(g) for g in groups)


# One batch ------------------------------------------------------------------------------------------------------


def _take_in(run: Run, sources: list[Source], batch: dict[str, Any]) -> None:
    workspace, lake = run.workspace, run.lake
    run_id, as_of = batch["run_id"], date.fromisoformat(batch["as_of"])
    files = _files_of(batch, sources, workspace)
    key = load_key(workspace.keys.environment, workspace.keys.file)
    staging = Path(lake.root) / "_staging" / run_id
    with run.stage("parse") as told:
        path = _write_staging(parse_sources(lake, workspace, sources, files, key), staging / "parsed")
        staged = lake.spark.read.parquet(path)
        told["rows"] = n_records = _read_count(staged)
        told["note"] = f"{sum(map(len, files.values()))} files"
    with run.stage("judge") as told:
        this_run = _judge(run, staged, batch, as_of, staging)
        ledger = _read_ledger(this_run["records"])
        told["note"] = ", ".join(f"{n:,} {d}" for d, n in _totals(ledger).items())
        _check_ledger(ledger, n_records, workspace)
    # From here on the batch is bound to its list of files; what was killed before has written nothing.
    record(lake, run_id=run_id, flow="ingest_batch", as_of=as_of, state="writing", inputs=batch)
    with run.stage("silver") as told:
        _write_all(run, this_run, run_id)
        told["rows"] = n_records
    _write_manifest(run, files, ledger, run_id)
    record(lake, run_id=run_id, flow="ingest_batch", as_of=as_of, state="done", outputs=_totals(ledger))
    shutil.rmtree(staging, ignore_errors=True)
    counts = run.outcome.setdefault("records", {})
    for word, n in _totals(ledger).items():
        counts[word] = counts.get(word, 0) + n
    run.outcome["files"] = run.outcome.get("files", 0) + len(batch["files"])


def _write_staging(frame: DataFrame, path: Path) -> str:
    frame.write.mode("overwrite").parquet(str(path))
    return str(path)


def _read_count(frame: DataFrame) -> int:
    return frame.count()


def _judge(run: Run, staged: DataFrame, batch: dict[str, Any], as_of: date, staging: Path) -> dict[str, DataFrame]:
    """The frames of this run, each event, profile, consent, line and record with what becomes of it."""
    workspace, spark, run_id = run.workspace, run.lake.spark, batch["run_id"]
    zone = workspace.time_zone
    unpublished = batch["first_unpublished"]
    run_at = F.lit(_last_moment_before(as_of, zone))
    records = arrivals.with_known_as_of(staged, date.fromisoformat(unpublished) if unpublished else None, run_at, zone)

    def before(contract: Any) -> DataFrame:
        return run.read(contract).where(F.col("run_id") != run_id)

    lines = arrivals.new_items(
        arrivals.explode_items(records, "lines"), before(silver.ORDER_LINES), silver.ORDER_LINES.key
    )
    profiles = arrivals.new_items(
        arrivals.explode_items(records, "profiles"), before(silver.PROFILES), silver.PROFILES.key
    )
    consents = arrivals.new_items(
        arrivals.explode_items(records, "consents"), before(silver.CONSENTS), silver.CONSENTS.key
    )
    pairs, seen = _links_of(records)
    links = spark.read.parquet(
        _write_staging(join_people(seen, pairs, before(silver.IDENTITY_LINKS)), staging / "links")
    )
    all_links = before(silver.IDENTITY_LINKS).drop("run_id").unionByName(links)
    all_consents = before(silver.CONSENTS).unionByName(
        consents.where("is_new").withColumn("run_id", F.lit(run_id)).select(*silver.CONSENTS.column_names)
    )
    owners = people_as_of(all_links, F.lit(as_of))
    permitted = owners.join(
        derive_usable_from(all_consents, owners, as_of, workspace.consent.assumed, zone), on="person_id"
    )
    # Where a record brings its order whole, its lines make no second one.
    whole = arrivals.explode_items(records, "orders").select(*arrivals.RECORD).distinct()
    loose = lines.where("is_new").join(whole, on=list(arrivals.RECORD), how="left_anti")
    totals = arrivals.order_totals(loose)
    said = arrivals.explode_items(records, "events").unionByName(
        arrivals.order_events(totals), allowMissingColumns=True
    )
    days = _read_days(said, "occurred_at")
    known = before(silver.EVENTS).where(F.col("event_date").isin(days)).select("source", "event_id", "fingerprint")
    judged = arrivals.judge_events(
        said,
        known,
        permitted,
        batch["first_loads"],
        time_zone=zone,
        late_horizon_days=workspace.ingest.late_horizon_days,
        future_tolerance_minutes=workspace.ingest.future_tolerance_minutes,
    )
    events = spark.read.parquet(_write_staging(judged, staging / "events"))
    # Events made from lines speak for no record of their own; the lines do.
    verdicts = events.where("not (source_event <=> 'order_lines')").select(*arrivals.RECORD, "verdict")
    for items in (profiles, consents, lines):
        word = F.when(F.col("is_new"), "accepted").otherwise("duplicate")
        verdicts = verdicts.unionByName(items.select(*arrivals.RECORD, word.alias("verdict")))
    decided = arrivals.decide_records(records.select(*parsed.SCALARS, "received_date", "known_as_of"), verdicts)
    return {
        "records": decided,
        "events": events,
        "profiles": profiles.where("is_new"),
        "consents": consents.where("is_new"),
        "lines": lines.where("is_new"),
        "orders": arrivals.explode_items(records, "orders").unionByName(totals, allowMissingColumns=True),
        "links": links,
        "identities": records.select(F.inline("identities")),
    }


def _last_moment_before(as_of: date, zone: str) -> datetime:
    return local_midnight(as_of, zone).replace(tzinfo=None) - timedelta(microseconds=1)


def _links_of(records: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Pairs of identifiers, each at its first sight, and the first sight of every identifier."""
    pairs = (
        arrivals.explode_items(records, "links")
        .groupBy("left_id", "right_id", "left_is_anonymous", "right_is_anonymous")
        .agg(F.min(F.struct("known_as_of", "effective_at", "received_at", "rule")).alias("first"))
        .select(
            "left_id", "right_id", "left_is_anonymous", "right_is_anonymous", "first.rule", "first.effective_at",
            F.col("first.received_at").alias("recorded_at"), "first.known_as_of",
        )
    )  # fmt: skip
    sights = [
        _sight(arrivals.explode_items(records, "events"), "identifier_id", "occurred_at"),
        _sight(arrivals.explode_items(records, "orders"), "identifier_id", "ordered_at"),
        _sight(arrivals.explode_items(records, "lines"), "identifier_id", "ordered_at"),
        _sight(arrivals.explode_items(records, "profiles"), "identifier_id", "valid_from"),
        _sight(arrivals.explode_items(records, "consents"), "identifier_id", "effective_at"),
        _sight(pairs.withColumn("received_at", F.col("recorded_at")), "left_id", "effective_at", "left_is_anonymous"),
        _sight(pairs.withColumn("received_at", F.col("recorded_at")), "right_id", "effective_at", "right_is_anonymous"),
    ]
    union = sights[0]
    for sight in sights[1:]:
        union = union.unionByName(sight)
    seen = (
        union.where("identifier_id is not null")
        .groupBy("identifier_id", "is_anonymous")
        .agg(F.min(F.struct("known_as_of", "effective_at", "recorded_at")).alias("first"))
        .select("identifier_id", "is_anonymous", "first.*")
    )
    return pairs, seen


def _sight(items: DataFrame, identifier: str, at: str, is_anonymous: str | None = None) -> DataFrame:
    return items.select(
        F.col(identifier).alias("identifier_id"),
        (F.col(is_anonymous) if is_anonymous else F.lit(False)).alias("is_anonymous"),
        "known_as_of",
        F.coalesce(F.col(at), F.col("received_at")).alias("effective_at"),
        F.col("received_at").alias("recorded_at"),
    )


def _read_days(items: DataFrame, at: str) -> list[date]:
    """The UTC days of this run's items: bounded by the days between the first and the last."""
    rows = items.select(F.to_date(at).alias("day")).distinct().collect()
    return [r["day"] for r in rows]


# Writing ------------------------------------------------------------------------------------------------------


def _write_all(run: Run, this_run: dict[str, DataFrame], run_id: str) -> None:
    """Append to each table once; independent tables are written at the same time."""
    stamped = {name: frame.withColumn("run_id", F.lit(run_id)) for name, frame in this_run.items()}
    records, events = stamped["records"], stamped["events"]
    accepted = events.where("verdict = 'accepted'").withColumn("event_date", F.to_date("occurred_at"))
    flagged = accepted.withColumn(
        "attributes",
        F.when(
            F.col("has_other_version"),
            F.map_concat(
                F.coalesce("attributes", F.create_map()), F.create_map(F.lit("_flag"), F.lit("other_version"))
            ),
        ).otherwise(F.col("attributes")),
    )
    known_ids = run.read(privacy.IDENTITIES).where(F.col("run_id") != run_id).select("identifier_id")
    identities = (
        stamped["identities"]
        .dropDuplicates(["identifier_id"])
        .join(known_ids, on="identifier_id", how="left_anti")
        .withColumn("key_epoch", F.lit(1))
    )
    kept = records.where("disposition not in ('quarantined', 'withheld')")
    refused = records.where("disposition = 'quarantined'").withColumn("stage", F.coalesce("stage", F.lit("judge")))
    orders = stamped["orders"].withColumn("order_date", F.to_date("ordered_at"))
    latest = orders.withColumn(
        "attributes", F.coalesce("attributes", F.lit(None).cast("map<string,string>"))
    ).groupBy("source", "order_id").agg(
        F.max_by(F.struct(*[c for c in orders.columns if c not in ("source", "order_id")]),
                 F.struct(F.coalesce("updated_at", "ordered_at"), "received_at", "position")).alias("last")
    ).select("source", "order_id", "last.*")  # fmt: skip
    lines = stamped["lines"].withColumn("order_date", F.to_date("ordered_at"))

    def by_day(frame: DataFrame, column: str, *then: str) -> DataFrame:
        return frame.repartition(_parts(run), column).sortWithinPartitions(column, *then)

    jobs: list[Callable[[], None]] = [
        lambda: run.writes(bronze.RECORDS).append(
            bronze.RECORDS, by_day(kept, "received_date", "source", "file_id", "position"), f"{run_id}-records"
        ),
        lambda: run.writes(bronze.QUARANTINE).append(bronze.QUARANTINE, refused.coalesce(1), f"{run_id}-quarantine"),
        lambda: run.writes(privacy.IDENTITIES).append(privacy.IDENTITIES, identities, f"{run_id}-identities"),
        lambda: run.writes(silver.EVENTS).append(
            silver.EVENTS, by_day(flagged, "event_date", "identifier_id"), f"{run_id}-events"
        ),
        lambda: run.writes(silver.PROFILES).append(
            silver.PROFILES, stamped["profiles"].coalesce(2), f"{run_id}-profiles"
        ),
        lambda: run.writes(silver.CONSENTS).append(
            silver.CONSENTS, stamped["consents"].coalesce(2), f"{run_id}-consents"
        ),
        lambda: run.writes(silver.IDENTITY_LINKS).append(
            silver.IDENTITY_LINKS, stamped["links"].coalesce(2), f"{run_id}-links"
        ),
        lambda: run.writes(silver.ORDER_LINES).append(
            silver.ORDER_LINES, by_day(lines, "order_date", "order_id"), f"{run_id}-lines"
        ),
        lambda: run.writes(silver.ORDERS).upsert(
            silver.ORDERS,
            by_day(latest, "order_date", "order_id"),
            newer="coalesce(new.updated_at, new.ordered_at) >= coalesce(old.updated_at, old.ordered_at)",
            days=None,
        ),
        lambda: _note_last_opens(run, events),
    ]
    with ThreadPoolExecutor(max_workers=3) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def _parts(run: Run) -> int:
    return max(run.lake.spark.sparkContext.defaultParallelism, 2)


def _note_last_opens(run: Run, events: DataFrame) -> None:
    """The date of the last open of people without permission, overwritten: list hygiene and nothing else."""
    withheld = events.where("verdict = 'withheld' and identifier_id is not null").select(
        "identifier_id", F.to_date("occurred_at").alias("last_open_date")
    )
    both = run.read(privacy.LAST_OPENS).select("identifier_id", "last_open_date").unionByName(withheld)
    latest = both.groupBy("identifier_id").agg(F.max("last_open_date").alias("last_open_date"))
    run.writes(privacy.LAST_OPENS).overwrite(privacy.LAST_OPENS, latest.coalesce(1))


# Counting -----------------------------------------------------------------------------------------------------


def _read_ledger(records: DataFrame) -> list[dict[str, Any]]:
    """Records per file and disposition: at most six rows per file."""
    rows = records.groupBy("source", "file_id", "disposition").count().collect()
    return [
        {"source": r["source"], "file_id": r["file_id"], "disposition": r["disposition"], "n_records": r["count"]}
        for r in rows
    ]


def _totals(ledger: list[dict[str, Any]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in sorted(ledger, key=lambda r: str(r["disposition"])):
        totals[row["disposition"]] = totals.get(row["disposition"], 0) + row["n_records"]
    return totals


def _check_ledger(ledger: list[dict[str, Any]], n_records: int, workspace: Workspace) -> None:
    """Every record has one disposition; a run that is mostly quarantine stops before it writes anything."""
    total = sum(r["n_records"] for r in ledger)
    if total != n_records:
        raise CheckFailed(f"{n_records:,} records came in and {total:,} have a disposition; nothing was written.")
    by_source: dict[str, list[int]] = {}
    for row in ledger:
        counts = by_source.setdefault(row["source"], [0, 0])
        counts[0] += row["n_records"]
        counts[1] += row["n_records"] if row["disposition"] == "quarantined" else 0
    limit = workspace.ingest.max_quarantined_share
    bad = {s: f"{q:,} of {n:,}" for s, (n, q) in by_source.items() if n >= 20 and q > limit * n}
    if bad:
        raise GateClosed(
            f"More than {limit:.0%} of the records would be quarantined: {bad}. Nothing was written. Look at the "
            "source's YAML (time zone, unit, locale, column names) or raise ingest.max_quarantined_share."
        )


def _write_manifest(run: Run, files: dict[str, list[InputFile]], ledger: list[dict[str, Any]], run_id: str) -> None:
    rows = [{**row, "run_id": run_id} for row in ledger]
    run.writes(ops.LEDGER).append_small(ops.LEDGER, pa.Table.from_pylist(rows), f"{run_id}-ledger")
    counts: dict[tuple[str, str], int] = {}
    for row in ledger:
        counts[row["source"], row["file_id"]] = counts.get((row["source"], row["file_id"]), 0) + row["n_records"]
    manifest = [
        {
            "source": name,
            "file_id": file.file_id,
            "file_name": file.name,
            "size_bytes": file.size_bytes,
            "n_records": counts.get((name, file.file_id), 0),
            "received_at": file.received_at or to_micros(local_midnight(run.as_of, run.workspace.time_zone)) - 1,
            "run_id": run_id,
        }
        for name, its in files.items()
        for file in its
    ]
    table = pa.Table.from_pylist(manifest)
    at = table.schema.get_field_index("received_at")
    table = table.set_column(at, "received_at", table["received_at"].cast(pa.timestamp("us", tz="UTC")))
    run.writes(ops.FILES).append_small(ops.FILES, table, f"{run_id}-files")


INGEST = Flow(
    name="ingest",
    reads=(),
    reads_earlier=("silver.events", "silver.consents", "silver.identity_links", "ops.files", "ops.runs"),
    writes=(
        "bronze.records", "bronze.quarantine", "privacy.identities", "privacy.last_opens", "silver.events",
        "silver.orders", "silver.order_lines", "silver.profiles", "silver.consents", "silver.identity_links",
        "ops.files", "ops.ledger",
    ),
    function=ingest,
)  # fmt: skip
