"""Whether a source's YAML fits its files: read for a try, by the gateway's own code. Nothing of it stays."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from segspark.config.models import Workspace
from segspark.errors import ConfigError, GateClosed
from segspark.near import find_named
from segspark.pseudonyms import Key
from segspark.sources.column_names import told_names
from segspark.sources.empty_columns import KIND, check_empty
from segspark.sources.files import BrokenFile, InputFile, find_files
from segspark.sources.fixes import fix_of
from segspark.sources.headers import header_of, keys_of_most
from segspark.sources.hints import csv_hints, forms_of, kind_of, sign_of, times_advice
from segspark.sources.load import load_sources
from segspark.sources.mapped import check_header
from segspark.sources.mapping import compile_mapping
from segspark.sources.parsed import KINDS, OF_THE_RECORD
from segspark.sources.plan import Arrival, GatewayPlan, Limits
from segspark.sources.raw import read_raw
from segspark.sources.registry import PROVIDERS
from segspark.sources.sample import in_memory, sampled
from segspark.sources.spec import Source
from segspark.sources.vocabulary import Context
from segspark.spark.scratch import sample_folder
from segspark.spark.session import session_for
from segspark.store import store_at
from segspark.store.parquet import open_parquet
from segspark.tables.staging import StagedFile
from segspark.time import MICROS, to_micros

PREVIEWED = 3
_SHOWN = ("events", "orders", "lines", "profiles", "consents")
_HIDDEN = frozenset((*OF_THE_RECORD, "source", "fingerprint", "event_date", "order_date"))


@dataclass(frozen=True)
class SourceCheck:
    """What a sample of a source gives.

    Attributes:
        files: how many match; the newest are sampled.
        columns: name and what its texts look like, of a mapped source.
        verdicts: reason or flag, records, an example's place, what to do.
        preview: rows as they would be stored; identifiers are hashes under a key that is thrown away.
        fixes: what to change in the YAML, the first thing first.
        is_fine: whether a run would take it in.
    """

    source: str
    files: int
    records: int
    refused: int
    columns: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    preview: list[dict[str, Any]]
    fixes: list[str]
    is_fine: bool


def check_sources(workspace: Workspace, name: str | None = None) -> list[dict[str, Any]]:
    """One source, or all of them.

    Raises:
        ConfigError: a source's YAML is wrong, or there is no such source.
    """
    sources = load_sources(workspace)
    chosen = sources if name is None else [find_named("source", name, sources, lambda source: (source.name,))]
    return [asdict(_check(workspace, source)) for source in chosen]


def _check(workspace: Workspace, source: Source) -> SourceCheck:
    found = [replace(f.file, file_id=f.place) for f in find_files(source, workspace.time_zone)]
    if not found:
        fix = f"No file matches {source.shown_patterns}; correct `path`, which starts at the folder of the YAML."
        return SourceCheck(source.name, 0, 0, 0, [], [], [], [fix], False)
    # The folder gets what a run would stage: pseudonyms, and what is refused, sealed under a key that is thrown away.
    with in_memory() as hold, sample_folder() as folder:
        files = [replace(file, delivered_at=to_micros(datetime.now(UTC))) for file in sampled(found, source, hold)]
        plan = _plan(workspace, source, files, folder)
        columns, fixes = _columns(plan) if source.is_mapped else ([], [])
        if fixes:
            return SourceCheck(source.name, len(found), 0, 0, columns, [], [], fixes, False)
        try:
            if source.is_mapped:
                # By the headers alone: no Spark is needed to miss a column.
                check_header(compile_mapping(source), found)
            rows = _staged(workspace, plan)
        except (ConfigError, GateClosed) as error:
            return SourceCheck(source.name, len(found), 0, 0, columns, [], [], [str(error)], False)
        verdicts = _verdicts(plan, rows)
        refused = len(rows.get("refused", []))
        total = refused + len(rows.get("records", []))
        is_fine = refused <= workspace.ingest.max_quarantined_share * total
        fixes = list(dict.fromkeys(v["fix"] for v in verdicts if v["fix"]))
        return SourceCheck(source.name, len(found), total, refused, columns, verdicts, _preview(rows), fixes, is_fine)


def _plan(workspace: Workspace, source: Source, files: Sequence[InputFile], folder: Path) -> GatewayPlan:
    provider, config = PROVIDERS.find(source.kind), workspace.ingest
    now = to_micros(datetime.now(UTC))
    return GatewayPlan(
        provider,
        source,
        Context(
            source.name,
            source.time_zone,
            source.currency or workspace.currency,
            provider.options.model_validate(source.options),
            keep=source.keep,
            attributes=provider.attributes,
            words=provider.words,
        ),
        (tuple(files),),
        Limits(config.max_record_bytes, config.max_inflated_bytes, config.max_depth),
        Key(secrets.token_bytes(32)),
        Arrival(workspace.time_zone, now, None, config.future_tolerance_minutes * 60 * MICROS, clock=now),
        store_at(folder / "staged"),
    )


class _OneTask:
    """Stands for the frame of a stage's tasks: a provider of JSON records needs no Spark for a sample."""

    def mapInArrow(  # noqa: N802
        self, function: Callable[[Iterator[pa.RecordBatch]], Iterable[pa.RecordBatch]], _: str
    ) -> list[dict[str, Any]]:
        groups = pa.RecordBatch.from_pydict({"id": pa.array([0], pa.int64())})
        return [row for batch in function(iter([groups])) for row in batch.to_pylist()]


def _staged(workspace: Workspace, plan: GatewayPlan) -> dict[str, list[dict[str, Any]]]:
    if plan.source.is_mapped:
        spark = session_for(workspace, "sources check", is_short=True)
        named = [row.asDict() for row in plan.provider.stage(spark.range(1), plan).collect()]
    else:
        named = plan.provider.stage(_OneTask(), plan)  # type: ignore[arg-type,assignment]
    check_empty([StagedFile(row["path"], row["rows"]) for row in named if row["kind"] == KIND])
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in named:
        if row["kind"] in KINDS:
            rows.setdefault(row["kind"], []).extend(open_parquet(row["path"]).read().to_pylist())
    return rows


def _columns(plan: GatewayPlan) -> tuple[list[dict[str, Any]], list[str]]:
    """The columns of the sample, what they look like, and what stands in the way of reading them."""
    source, last = plan.source, plan.groups[0][-1]
    if source.format == "csv" and (fixes := csv_hints(last, source)):
        return [], fixes
    try:
        if source.csv.columns:
            names: tuple[str, ...] = source.csv.columns
        else:
            names = keys_of_most([last], source) if source.format == "json" else header_of(last, source)
    except BrokenFile as error:
        return [], [fix_of(error.reasons[0])]
    mapping = compile_mapping(source)
    values: dict[str, list[str | None]] = {name: [] for name in mapping.columns}
    for batch in read_raw(plan, mapping, 0):
        for number, name in enumerate(mapping.columns):
            values[name] += batch.column(f"column_{number}").to_pylist()
    return [
        {"column": name, "is_mapped": name in values, "looks_like": kind_of(values[name]) if name in values else ""}
        for name in told_names(names, mapping.columns)
    ], []


def _verdicts(plan: GatewayPlan, rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], str] = {}
    for kind, key in (("refused", "reasons"), ("records", "flags")):
        for row in rows.get(kind, []):
            where = row["file_name"] if row["position"] < 0 else f"{row['file_name']}, record {row['position'] + 1:,}"
            for reason in row[key] or ():
                counts[kind, reason] += 1
                places.setdefault((kind, reason), where)
    guesses = _guesses(plan)
    return [
        {
            "verdict": "refused" if kind == "refused" else "flagged",
            "reason": reason,
            "records": n,
            "example": places[kind, reason],
            "fix": (guesses.get(reason) or fix_of(reason)) if kind == "refused" else "",
        }
        for (kind, reason), n in sorted(
            counts.items(), key=lambda item: (item[0][0] != "refused", -item[1], item[0][1])
        )
    ]


def _guesses(plan: GatewayPlan) -> dict[str, str]:
    """Reason -> what the values of the column tell of how they are written."""
    source = plan.source
    if not source.is_mapped:
        return {}
    mapping = compile_mapping(source)
    number = {column: f"column_{n}" for n, column in enumerate(mapping.columns)}
    batches = list(read_raw(plan, mapping, 0))
    guesses = {}
    for output in mapping.outputs:
        if len(output.columns) != 1:
            continue
        column = output.columns[0]
        values = [v for batch in batches for v in batch.column(number[column]).to_pylist() if v]
        if forms := forms_of(values):
            guesses[f"time_format:{output.label}"] = times_advice(source, output.label, column, forms)
        if kind_of(values) == "number with ,":
            guesses |= dict.fromkeys(
                (f"locale_decimal:{output.label}", f"expression:{output.label}"),
                f'{column} is written with a comma: say `decimal_mark: ","`.',
            )
        if (without := sign_of(values)) and output.expression.strip("` ") == column:
            guesses[f"number:{output.label}"] = (
                f'{column} holds {without} beside the number: say `{output.label}: "replace(`{column}`, '
                f"'{without}', '')\"`, and `decimal_mark: \",\"` if it is written with a comma."
            )
    return guesses


def _preview(rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "row": kind,
            **{name: _shown(name, value) for name, value in row.items() if name not in _HIDDEN and value is not None},
        }
        for kind in _SHOWN
        for row in rows.get(kind, [])[:PREVIEWED]
    ]


def _shown(name: str, value: Any) -> Any:
    if name in ("identifier_id", "anonymous_id"):
        return f"~{str(value)[-8:]}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, int | float | bool | str) else json.loads(json.dumps(value, default=str))
