"""The features of some days from tiles and corrections, by either engine."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.arrow import RangeTask, feature_schema
from segspark.features.engine.kernel import Outcome
from segspark.features.engine.reads import PEOPLE
from segspark.features.engine.spark import choose_engine, n_ranges
from segspark.features.engine.windows import window_features
from segspark.features.feature import Catalogue
from segspark.features.resources import sales_calendar
from segspark.identity.links import people_on_days
from segspark.pipeline.step import Step
from segspark.privacy.consent import derive_usable_on
from segspark.sources.vocabulary import PURPOSES
from segspark.tables.contracts import gold, silver
from segspark.tables.staging import Kind, Staged


def known_people(run: Step, as_of_dates: Sequence[date]) -> DataFrame:
    """Everybody known on each day and since when each purpose may see them: person_id, as_of_date, purposes."""
    owners = people_on_days(run.read(silver.IDENTITY_LINKS), as_of_dates).where(~F.col("is_anonymous"))
    workspace = run.workspace
    usable = derive_usable_on(
        run.read(silver.CONSENTS), owners, as_of_dates, workspace.consent.assumed, workspace.time_zone
    )
    return usable.select("person_id", "as_of_date", *PURPOSES)


def range_task(
    run: Step,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged | None,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> RangeTask:
    """The task over the files that it may need.

    Args:
        staged: who is listed; None leaves that to the caller.
        known: corrections up to this day are seen; the last of the as-of days by default.
    """
    last = max(as_of_dates)
    end = last if outcome is None else last + timedelta(days=outcome.days)
    known = known or (last if outcome is None else outcome.known)
    return RangeTask(
        catalogue,
        tuple(as_of_dates),
        sales_calendar(run.workspace),
        tuple(f for f in run.files(gold.ACTIVITY_DAILY) if f.day < end),
        tuple(f for f in run.files(gold.ACTIVITY_CORRECTIONS) if f.day <= known),
        tuple(f.path for f in staged.files.get("people", ())) if staged else (),
        outcome,
        # Labels look at measures only: items are of the days before.
        items=tuple(f for f in run.files(gold.ACTIVITY_ITEMS) if f.day <= (known if outcome is None else last)),
    )


def stage_people(
    run: Step, as_of_dates: Sequence[date], catalogue: Catalogue, folder: Path, outcome: Outcome | None = None
) -> Staged:
    features = feature_schema(catalogue)
    if outcome is not None:
        features = features.append(pa.field(outcome.name, pa.int64()))
    kinds = {"people": Kind(PEOPLE), "features": Kind(features, "as_of_date")}
    people = known_people(run, as_of_dates)
    if len(as_of_dates) > 1:
        # Every task then finds its people without reading all of them.
        people = people.sortWithinPartitions("person_id")
    return Staged(run.lake.spark, kinds, {}).stage(folder, "people", people)


def spark_features(
    run: Step,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> DataFrame:
    """The Spark lane: the same kernel and rows, on tables that are no plain files or by configuration.

    Args:
        known: corrections up to this day are seen as if they had been known on the first of the as-of days.
    """
    corrections = run.read(gold.ACTIVITY_CORRECTIONS)
    if known is not None:
        first, applied = F.lit(min(as_of_dates)), F.col("applied_as_of")
        is_seen = (applied > first) & (applied <= F.lit(known))
        corrections = corrections.withColumn("applied_as_of", F.when(is_seen, first).otherwise(applied))
    return window_features(
        run.read(gold.ACTIVITY_DAILY),
        corrections,
        staged.frame("people"),
        catalogue,
        as_of_dates,
        sales_calendar(run.workspace),
        n_ranges(run),
        outcome,
        run.read(gold.ACTIVITY_ITEMS) if catalogue.items else None,
    )


def features_of_days(
    run: Step, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome | None, folder: Path
) -> DataFrame:
    """Stored features of some days, and for training sets what came after, recomputed from tiles and corrections in
    one walk."""
    staged = stage_people(run, as_of_dates, catalogue, folder, outcome)
    if choose_engine(run) == "spark":
        return spark_features(run, as_of_dates, catalogue, staged, outcome)
    task = range_task(run, as_of_dates, catalogue, staged, outcome)
    return staged.compute(folder, "features", task, task.n_bytes).frame("features")
