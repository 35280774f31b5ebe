"""Gather the report of a day from small tables, recorded outcomes and the models' documents; no Spark."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from segspark.config.models import Workspace
from segspark.config.url import Url
from segspark.measure.kpi import RESULTS_DAYS
from segspark.measure.list import CONTACTABLE
from segspark.models.resources import OVERRIDES
from segspark.models.sections import sections_of_models
from segspark.pipeline.view import Question, View, look
from segspark.reports.data import (
    Headline,
    KpiRow,
    Kpis,
    Language,
    ReportData,
    Scheme,
    SegmentSize,
    Sizes,
)
from segspark.reports.gather_intake import read_ledger, read_quarantine
from segspark.reports.gather_profiles import (
    are_rounded,
    members_measured,
    read_profiles,
    segment_profiles,
    small_segments,
)
from segspark.reports.kpi_columns import kpi_columns
from segspark.reports.report import render_report, write_report
from segspark.reports.texts import Texts
from segspark.sections import Section
from segspark.segments.lookup import is_provisional_day, newest_day, previous_day
from segspark.segments.schemes.registry import SCHEMES
from segspark.segments.schemes.scheme import StoredDay, StoredSegment
from segspark.tables.contracts import gold, ops
from segspark.tables.open import open_lake
from segspark.time import DAY

REPORT = Question(
    "report",
    (
        "gold.segments", "gold.segment_registry", "gold.segment_profiles", "gold.segment_changes", "gold.activity_daily",
        "gold.model_drift", "gold.model_performance", "bronze.quarantine", "ops.runs", "ops.files", "ops.ledger",
    ),
    (OVERRIDES,),
)  # fmt: skip


def write_day_report(workspace: Workspace, as_of: date | None, language: str | None, out: Url | Path | None) -> str:
    """Gather a stored day, render and write its report; returns where it is."""
    day = newest_day(look(REPORT, workspace, open_lake(workspace)), as_of)
    spoken: Literal["fr", "en"] = "en" if (language or workspace.language) == "en" else "fr"
    place = out or Url(f"{workspace.reports}/{workspace.name}-{day}.{spoken}.html")
    return write_report(render_report(gather(workspace, day, spoken)), place)


def gather(workspace: Workspace, day: date, language: Literal["fr", "en"]) -> ReportData:
    """All content of the page of a stored day."""
    view = look(REPORT, workspace, open_lake(workspace))
    outcomes = _outcomes(view, day)
    names = {r["segment_id"]: r[f"name_{language}"] for r in view.read_small(gold.SEGMENT_REGISTRY).to_pylist()}
    keys = {r["segment_id"]: r["segment_key"] for r in view.read_small(gold.SEGMENT_REGISTRY).to_pylist()}
    profiles = read_profiles(view, day)
    profiles |= small_segments(outcomes, names, profiles)
    earlier = previous_day(view, day)
    before = read_profiles(view, earlier) if earlier else {}
    n_people = int(outcomes.get("people") or 0)
    is_open = are_rounded(profiles, workspace.segments.least_shown)
    return ReportData(
        workspace=workspace.name,
        as_of=day,
        currency=workspace.currency,
        language=language,
        headline=_headline(view, outcomes, day, n_people),
        sizes=Sizes(n_people, earlier, _schemes(view, day, profiles, before, names, keys)),
        sections=(
            *_of_schemes(workspace, language, outcomes, profiles | _with_sizes(view, day, profiles), names, keys),
            *sections_of_models(view, day),
        ),
        kpis=_kpis(profiles, names, keys, language, day) if is_open else None,
        profiles=segment_profiles(profiles, names, keys) if is_open else None,
        why_missing={} if is_open else {"kpis": Texts(language)("kpis_unrounded")},
        ledger=read_ledger(view),
        quarantine=read_quarantine(view),
        min_group=workspace.segments.least_shown,
        is_provisional=is_provisional_day(view, day),
    )


def _with_sizes(view: View, day: date, profiles: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The profiles of nested segments with their exact sizes, from one column of the day's partition.

    Profiles hold rounded sizes; the groups above the segments are sums of many, and are rounded only then.
    """
    nested = {scheme.name for scheme in SCHEMES.all() if scheme.has_paths}
    ours = {i: p for i, p in profiles.items() if p["scheme"] in nested}
    if not ours:
        return {}
    where = [("segment_date", "=", day), ("scheme", "in", sorted(nested))]
    members = view.read_small(gold.SEGMENTS, filters=where, columns=["segment_id"])
    counted = pa.table(members).group_by(["segment_id"]).aggregate([([], "count_all")]).to_pylist()
    sizes = {row["segment_id"]: row["count_all"] for row in counted}
    return {i: {**p, "n_people": sizes.get(i, p["n_people"])} for i, p in ours.items()}


def _of_schemes(
    workspace: Workspace,
    language: Language,
    outcomes: dict[str, Any],
    profiles: dict[str, dict[str, Any]],
    names: dict[str, str],
    keys: dict[str, str],
) -> list[Section]:
    """The schemes' own sections."""
    sections = []
    for scheme in SCHEMES.all():
        segments = tuple(
            StoredSegment(names.get(i, p["name"]), keys.get(i, ""), p["n_people"])
            for i, p in profiles.items()
            if p["scheme"] == scheme.name
        )
        if scheme.section is not None:
            sections.append(scheme.section(StoredDay(workspace, language, outcomes, segments)))
    return [section for section in sections if section is not None]


def _outcomes(view: View, day: date) -> dict[str, Any]:
    """The recorded outcomes of the day's flows, of the latest attempt of each."""
    rows = [r for r in view.read_small(ops.RUNS).to_pylist() if r["as_of_date"] == day and r["state"] == "done"]
    merged: dict[str, Any] = {}
    for row in sorted(rows, key=lambda r: r["written_at"]):
        if row["flow"] in ("features", "scores", "segments"):
            merged.update(json.loads(row["outputs"]))
    return merged


def _headline(view: View, outcomes: dict[str, Any], day: date, n_people: int) -> Headline | None:
    reasons = dict(outcomes.get("contactable") or {})
    days = [d for d in view.facts(gold.ACTIVITY_DAILY).days if d < day]
    if not days:
        return None
    contactable = int(reasons.pop("contactable", 0))
    ledger = view.read_small(ops.LEDGER).to_pylist()
    accepted = sum(r["n_records"] for r in ledger if r["disposition"] == "accepted")
    return Headline(n_people, contactable, reasons, accepted, days[0], day - DAY)


def _schemes(
    view: View,
    day: date,
    profiles: dict[str, dict[str, Any]],
    before: dict[str, dict[str, Any]],
    names: dict[str, str],
    keys: dict[str, str],
) -> tuple[Scheme, ...]:
    table = view.read_small(
        gold.SEGMENT_CHANGES, filters=[("segment_date", "=", day)], columns=["segment_id", "change"]
    )
    moves: dict[str, dict[str, int]] = defaultdict(lambda: {"in": 0, "out": 0})
    counted = pa.table(table).group_by(["segment_id", "change"]).aggregate([([], "count_all")])
    for row in counted.to_pylist():
        moves[row["segment_id"]]["in" if row["change"] in ("entered", "moved_in") else "out"] += row["count_all"]
    schemes = []
    for scheme in SCHEMES.all():
        sizes = [
            SegmentSize(
                name=names.get(i, p["name"]),
                n_people=p["n_people"],
                n_contactable=_n_contactable(p["m"]),
                n_before=before[i]["n_people"] if i in before else (0 if before else None),
                n_entered=moves[i]["in"] if before else None,
                n_left=moves[i]["out"] if before else None,
                path=keys.get(i, "") if scheme.has_paths else "",
            )
            for i, p in profiles.items()
            if p["scheme"] == scheme.name
        ]
        if sizes:
            ordered = tuple(sorted(sizes, key=lambda s: (-s.n_people, s.name)))
            schemes.append(Scheme(scheme.name, ordered, scheme.exclusive))
    return tuple(schemes)


def _n_contactable(measures: dict[str, dict[str, Any]]) -> int | None:
    measured = measures.get(CONTACTABLE.key)
    return int(measured["numerator"] or 0) if measured else None


def _kpis(
    profiles: dict[str, dict[str, Any]], names: dict[str, str], keys: dict[str, str], language: Language, day: date
) -> Kpis | None:
    keys_shown = [column.key for column in kpi_columns("results", language)]

    def row(segment_id: str, p: dict[str, Any], has_paths: bool) -> KpiRow:
        shown = {key: p["m"][key] for key in keys_shown if key in p["m"]}
        return KpiRow(
            segment=names.get(segment_id, p["name"]),
            # Of found groups those who were members on an earlier day.
            n_people=next((m["n_people"] for m in shown.values()), p["n_people"]),
            values={key: m["value"] for key, m in shown.items()},
            path=keys.get(segment_id, "") if has_paths else "",
        )

    schemes, found = [], {}
    for scheme in SCHEMES.all():
        mine = {i: p for i, p in profiles.items() if p["scheme"] == scheme.name}
        if not mine:
            continue
        rows = [row(i, p, scheme.has_paths) for i, p in mine.items()]
        schemes.append((scheme.name, tuple(sorted(rows, key=lambda r: (-r.n_people, r.segment)))))
        if scheme.is_found:
            found[scheme.name] = members_measured(mine, keys_shown, names, day)
    return Kpis(RESULTS_DAYS, tuple(schemes), found) if schemes else None
