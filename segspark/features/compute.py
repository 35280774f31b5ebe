"""Compute the features of some days from tiles and corrections, by either engine."""

from collections.abc import Sequence
from datetime import date, timedelta

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
from segspark.pipeline.view import View
from segspark.privacy.consent import derive_usable_on
from segspark.sources.vocabulary import PURPOSES
from segspark.tables.contracts import gold, silver
from segspark.tables.staging import Kind, Staged


def known_people(view: View, as_of_dates: Sequence[date]) -> DataFrame:
    """People known on each day, and the date from which each purpose may see them: person_id, as_of_date, purposes."""
    owners = people_on_days(view.read(silver.IDENTITY_LINKS), as_of_dates).where(~F.col("is_anonymous"))
    settings = view.settings
    usable = derive_usable_on(
        view.read(silver.CONSENTS), owners, as_of_dates, settings.consent.assumed, settings.time_zone
    )
    return usable.select("person_id", "as_of_date", *PURPOSES)


def range_task(
    view: View,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged | None,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> RangeTask:
    """The task with the files it may need.

    Args:
        staged: listed people; None leaves them to the caller.
        known: corrections up to this day are included; the last as-of day by default.
    """
    last = max(as_of_dates)
    end = last if outcome is None else last + timedelta(days=outcome.days)
    known = known or (last if outcome is None else outcome.known)
    return RangeTask(
        catalogue,
        tuple(as_of_dates),
        sales_calendar(view.settings),
        tuple(f for f in view.files(gold.ACTIVITY_DAILY) if f.day < end),
        tuple(f for f in view.files(gold.ACTIVITY_CORRECTIONS) if f.day <= known),
        tuple(f.path for f in staged.files.get("people", ())) if staged else (),
        outcome,
        # Labels use measures only: item features look at the days before.
        items=tuple(f for f in view.files(gold.ACTIVITY_ITEMS) if f.day <= (known if outcome is None else last)),
    )


def stage_people(
    view: View, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome | None = None
) -> Staged:
    features = feature_schema(catalogue)
    if outcome is not None:
        features = features.append(pa.field(outcome.name, pa.int64()))
    kinds = {"people": Kind(PEOPLE), "features": Kind(features, "as_of_date")}
    people = known_people(view, as_of_dates)
    if len(as_of_dates) > 1:
        # Sorted rows let every task find its people without reading all of them.
        people = people.sortWithinPartitions("person_id")
    return view.staged(kinds).stage(view.staging, "people", people)


def spark_features(
    view: View,
    as_of_dates: Sequence[date],
    catalogue: Catalogue,
    staged: Staged,
    outcome: Outcome | None = None,
    known: date | None = None,
) -> DataFrame:
    """The Spark engine: the same kernel and rows, for tables that are not plain files or by configuration.

    Args:
        known: corrections up to this day count as if they had been known on the first as-of day.
    """
    corrections = view.read(gold.ACTIVITY_CORRECTIONS)
    if known is not None:
        first, applied = F.lit(min(as_of_dates)), F.col("applied_as_of")
        is_seen = (applied > first) & (applied <= F.lit(known))
        corrections = corrections.withColumn("applied_as_of", F.when(is_seen, first).otherwise(applied))
    return window_features(
        view.read(gold.ACTIVITY_DAILY),
        corrections,
        staged.frame("people"),
        catalogue,
        as_of_dates,
        sales_calendar(view.settings),
        n_ranges(view),
        outcome,
        view.read(gold.ACTIVITY_ITEMS) if catalogue.items else None,
    )


def features_of_days(
    view: View, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome | None
) -> DataFrame:
    """Stored features of some days, and for training sets the outcome after them, recomputed from tiles and corrections
    in one pass."""
    staged = stage_people(view, as_of_dates, catalogue, outcome)
    if choose_engine(view) == "spark":
        return spark_features(view, as_of_dates, catalogue, staged, outcome)
    task = range_task(view, as_of_dates, catalogue, staged, outcome)
    return staged.compute(view.staging, "features", task, task.n_bytes).frame("features")
