"""The flow that looks after the models in use: today's people against those of the training, ended windows against what
was announced."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from segspark.features.resources import CATALOGUE
from segspark.models.monitoring.ended import read_ended
from segspark.models.monitoring.reference import STEADY
from segspark.models.monitoring.today import read_moved
from segspark.models.resources import of_scoring
from segspark.pipeline.flow import Flow
from segspark.pipeline.step import Step
from segspark.pipeline.writes import Frame, NoRows, ReplaceDays, Small, Upsert
from segspark.tables.contracts import gold
from segspark.tables.contracts.schema import ddl
from segspark.time import DAY


def monitor(step: Step) -> None:
    """Rows of gold.model_drift of the day, and of gold.model_performance for windows that have ended by it."""
    with step.stage("monitoring") as report:
        moved, ended = read_moved(step), read_ended(step)
        today = ReplaceDays(step.as_of, step.as_of + DAY)
        if moved:
            step.write(gold.MODEL_DRIFT, Small(pa.Table.from_pylist([dict(row) for row in moved])), today)
        elif step.as_of in step.facts(gold.MODEL_DRIFT).days:
            # Written while a version was in use that is so no more.
            step.write(gold.MODEL_DRIFT, NoRows(), today)
        if ended:
            columns = gold.MODEL_PERFORMANCE.columns
            rows = [tuple(row[c.name] for c in columns) for row in ended]
            frame = step.frame(rows, ddl(columns)).coalesce(1)
            step.write(gold.MODEL_PERFORMANCE, Frame(frame), Upsert("new.measured_date >= old.measured_date"))
        alarms = [_told(row) for row in moved if row["level"] != STEADY]
        step.outcome.update(windows_judged=len(ended), moved_since_training=alarms)
        report.rows = len(moved) + len(ended)
        report.note = "; ".join(alarms)


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['level']}: {row['model']} {row['kind']} {row['name']} (PSI {row['psi']:.2f})"


MONITORING = Flow(
    name="monitoring",
    reads=(
        "gold.scores", "gold.features", "gold.activity_daily", "gold.activity_corrections", "silver.profiles",
        "silver.identity_links", "silver.consents",
    ),
    writes=("gold.model_drift", "gold.model_performance"),
    function=monitor,
    needs=lambda: (CATALOGUE, *of_scoring()),
)  # fmt: skip
