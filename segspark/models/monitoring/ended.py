"""Scores of past days whose label window has ended, against what happened."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from pyspark.sql import functions as F

from segspark.models.monitoring.performance import Stored, are_enough, read_judged, row_of
from segspark.models.monitoring.versions import Version, read_reference, versions_of
from segspark.models.monitoring.windows import first_of_weeks, is_due, may_be_due
from segspark.models.registry import scoring_models
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold

Rows = list[Mapping[str, Any]]


def read_ended(step: Step) -> Rows:
    """Rows of gold.model_performance that are due today; none of small groups."""
    settings, today = step.settings, step.as_of
    settle_days = settings.ingest.late_horizon_days
    versions = {
        name: (model.name, version)
        for model in scoring_models(settings.models)
        for name, version in versions_of(settings.mlflow, settings.name, model).items()
    }
    windows = {version.announced.window for _, version in versions.values()}
    days = [
        day
        for day in first_of_weeks(step.facts(gold.SCORES).days)
        if any(may_be_due(day, window, today, settle_days) for window in windows)
    ]
    measured = _read_measured(step) if days else {}

    @cache
    def trained_rate(version: Version) -> float | None:
        reference = read_reference(settings.mlflow, version.run_id)
        return None if reference is None else reference.base_rate

    rows: Rows = []
    for stored in _read_stored(step, days, versions) if days else ():
        model, version = versions[stored.model_version]
        last = measured.get((stored.model_version, stored.score, stored.day))
        if not is_due(stored.day, version.announced.window, today, settle_days, last):
            continue
        p, y = read_judged(step, stored, version.announced)
        if are_enough(y, settings.segments.least_shown):
            rate = trained_rate(version)
            rows.append({"model": model, **row_of(stored, version.announced, p, y, rate, today)})
    return rows


def _read_measured(step: Step) -> dict[tuple[str, str, date], date]:
    """When each window was judged last; a row per model and week."""
    found = step.read_small(gold.MODEL_PERFORMANCE).to_pylist()
    return {(r["model_version"], r["score"], r["as_of_date"]): r["measured_date"] for r in found}


def _read_stored(step: Step, days: Collection[date], versions: Collection[str]) -> list[Stored]:
    """The scores of some days by the versions that gave them, in one order; a few rows per day."""
    scores = step.read(gold.SCORES, frozenset(days)).where(F.col("model_version").isin(list(versions)))
    counted = scores.groupBy("as_of_date", "score", "model_version").agg(F.count(F.lit(1)).alias("n")).collect()
    found = [Stored(r["as_of_date"], r["score"], r["model_version"], r["n"]) for r in counted]
    return sorted(found, key=lambda s: (s.day, s.score, s.model_version))
