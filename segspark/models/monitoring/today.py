"""The people who are scored today against those of each version's training."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.people import people_of_day
from segspark.models.model import Model
from segspark.models.monitoring.counting import read_counts
from segspark.models.monitoring.drift import level_of, moved
from segspark.models.monitoring.reference import INPUT, KINDS, SCORE, Bins, Reference
from segspark.models.monitoring.versions import read_reference
from segspark.models.resources import scoring_in_use
from segspark.models.tracking import Loaded, read_inputs
from segspark.pipeline.step import Step
from segspark.tables.contracts import gold

AnyModel = Model[Any, Any]
Rows = list[Mapping[str, Any]]


def read_moved(step: Step) -> Rows:
    """Rows of gold.model_drift, one for each input and score of the versions in use that have stored their bins."""
    mlflow = step.settings.mlflow
    watched = {
        model: (loaded, reference)
        for model, loaded in scoring_in_use(step).items()
        if loaded is not None and (reference := read_reference(mlflow, loaded.tags["run_id"])) is not None
    }
    needs = {
        n for model, (loaded, _) in watched.items() if model.inputs for n in model.needs(read_inputs(mlflow, loaded))
    }
    people = step.checkpoint(people_of_day(step, needs)) if needs else None
    return [
        row
        for model, (loaded, reference) in watched.items()
        for row in _rows(step, model, loaded, reference, _looked_at(step, model, loaded, people))
    ]


def _looked_at(step: Step, model: AnyModel, loaded: Loaded, people: DataFrame | None) -> DataFrame:
    """The people whom a version has scored today: a column for each score and each input, named by ``_column``."""
    stored = step.read_day(gold.SCORES, step.as_of).where(F.col("model_version") == loaded.model_version)
    wide = stored.groupBy("person_id").agg(
        *[
            F.max(F.when(F.col("score").rlike(score.stored_as), F.col("value"))).alias(_column(SCORE, score.column))
            for score in model.scores
        ]
    )
    if model.inputs is None or people is None:
        return wide
    inputs = model.inputs(step, loaded, people)
    names = [name for name in inputs.columns if name != "person_id"]
    named = inputs.select("person_id", *[F.col(f"`{name}`").alias(_column(INPUT, name)) for name in names])
    return wide.join(named, on="person_id", how="inner")


def _rows(step: Step, model: AnyModel, loaded: Loaded, reference: Reference, people: DataFrame) -> Rows:
    bins: dict[str, tuple[str, str, Bins]] = {
        _column(kind, name): (kind, name, each)
        for kind in KINDS
        for name, each in reference.of(kind).items()
        if _column(kind, name) in people.columns
    }
    counts = read_counts(people, {column: each for column, (_, _, each) in bins.items()})
    found: Rows = []
    for column, (kind, name, each) in bins.items():
        # Nothing is said of a handful of people.
        if sum(counts[column]) < max(step.settings.segments.least_shown, 1):
            continue
        index, by_chance = moved(each, reference.n, counts[column])
        level = level_of(index, by_chance, step.settings.monitoring)
        of_version = {"model": model.name, "model_version": loaded.model_version, "as_of_date": step.as_of}
        found.append(
            {**of_version, "kind": kind, "name": name, "psi": index, "psi_by_chance": by_chance, "level": level}
        )
    return found


def _column(kind: str, name: str) -> str:
    return f"{kind} {name}"
