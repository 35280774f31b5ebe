"""What the gateway makes of the files of the cases: its own code, and as few Spark jobs as there can be."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from corpus.bases import KINDS
from corpus.cases import Case
from pydantic import ValidationError
from pyspark.sql import DataFrame, SparkSession
from sources.in_process import ARRIVAL, RECEIVED, plan_of, staged

from segspark.errors import SegsparkError
from segspark.sources.files import InputFile
from segspark.sources.parsed import FILE_BITS
from segspark.sources.plan import GatewayPlan, Limits
from segspark.sources.registry import PROVIDERS
from segspark.sources.spec import Source
from segspark.tables.staging import read_named

# Small enough for a bomb that is quickly made.
LIMITS = Limits(max_inflated_bytes=30_000_000)
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Record:
    position: int
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    ignored: bool = False
    rows: Rows = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """``of_the_file``: why it was refused whole; ``ended``: the error that ended the run; ``stopped``: the source was
    refused before anything was read."""

    records: tuple[Record, ...] = ()
    of_the_file: tuple[str, ...] = ()
    ended: str | None = None
    stopped: bool = False


def parsed(cases: Sequence[Case], folder: Path) -> dict[str, Outcome]:
    """Cases of the providers of JSON: every file a task of its own, in this process."""
    outcomes = {}
    for _, its in _by_source(cases):
        plan = _plan(its, folder)
        for number, case in enumerate(its):
            try:
                rows = staged(plan, number)
            except Exception as error:
                outcomes[case.name] = Outcome(ended=type(error).__name__)
            else:
                outcomes[case.name] = _outcome(rows, number)
    return outcomes


def mapped(spark: SparkSession, cases: Sequence[Case], folder: Path) -> dict[str, Outcome]:
    """Cases of mapped sources: one job for all; if one of them ends it, the halves by themselves."""
    try:
        return _mapped(spark, cases, folder / f"{cases[0].name}-{len(cases)}")
    except Exception as error:
        if len(cases) == 1:
            return {cases[0].name: Outcome(ended=type(error).__name__)}
    half = len(cases) // 2
    return mapped(spark, cases[:half], folder) | mapped(spark, cases[half:], folder)


def _mapped(spark: SparkSession, cases: Sequence[Case], folder: Path) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    frames: list[DataFrame] = []
    plans: dict[str, tuple[list[Case], GatewayPlan]] = {}
    for _, its in _by_source(cases):
        # A file without a fault is the first: what only one file lacks is not the source's mistake.
        clean = replace(its[0], name=f"clean-{its[0].name}", content=its[0].clean)
        try:
            plan = _plan([clean, *its], folder)
            n_groups = len(plan.groups)
            frames.append(plan.provider.stage(spark.range(0, n_groups, numPartitions=min(n_groups, 2)), plan))
        except (SegsparkError, ValidationError):
            outcomes |= {case.name: Outcome(stopped=True) for case in its}
        else:
            plans[plan.folder.url_of("")] = (its, plan)
    if not frames:
        return outcomes
    named = read_named(reduce(DataFrame.unionByName, frames))
    tables = {kind: [(f.path, pq.read_table(f.path).to_pylist()) for f in files] for kind, files in named.items()}
    for below, (its, _) in plans.items():
        rows = {
            kind: [r for path, rs in its_files if path.startswith(below) for r in rs]
            for kind, its_files in tables.items()
        }
        outcomes |= {case.name: _outcome(rows, number) for number, case in enumerate(its, 1)}
    return outcomes


def _by_source(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    """The cases whose files one source may deliver."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        said = [case.base.provider, case.base.options, case.source, case.base.form, list(case.base.content)]
        found.setdefault(json.dumps(said, sort_keys=True), []).append(case)
    return sorted(found.items())


def _plan(cases: Sequence[Case], folder: Path) -> GatewayPlan:
    first = cases[0]
    folder = folder / first.name
    folder.mkdir(parents=True)
    is_mapped = first.base.provider == "mapped"
    groups = []
    for number, case in enumerate(cases):
        path = folder / f"in-{number}"
        path.write_bytes(case.content)
        received = None if is_mapped else RECEIVED
        file = InputFile("corpus", str(path), path.name, f"{number:032x}", len(case.content), received, number)
        groups.append([file])
    provider = PROVIDERS.find(first.base.provider)
    plan = plan_of(provider, folder, groups, name="corpus", options=first.base.options, limits=LIMITS, arrival=ARRIVAL)
    said = {"name": "corpus", "kind": provider.name, "path": "*", "options": first.base.options, **first.source}
    source = Source.model_validate(said)
    context = replace(plan.context, time_zone=source.time_zone, currency=source.currency or plan.context.currency)
    return replace(plan, source=source, context=context)


def _outcome(rows: Rows, number: int) -> Outcome:
    """The part of what was staged that comes from one file."""
    own = {kind: [r for r in its if "record" in r and r["record"] >> FILE_BITS == number] for kind, its in rows.items()}
    refused = own.get("refused", [])
    records = [
        Record(r["position"], tuple(r["reasons"]), tuple(r["flags"] or ())) for r in refused if r["position"] >= 0
    ]
    for record in own.get("records", []):
        said = {kind: [r for r in own.get(kind, []) if r["record"] == record["record"]] for kind in KINDS}
        records.append(
            Record(
                record["position"], (), tuple(record["flags"] or ()), record["is_ignored"],
                {kind: sorted(its, key=lambda r: r["no"]) for kind, its in said.items() if its},
            )
        )  # fmt: skip
    whole = tuple(reason for r in refused if r["position"] < 0 for reason in r["reasons"])
    return Outcome(tuple(sorted(records, key=lambda r: r.position)), whole)
