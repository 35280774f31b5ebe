"""Compute the features of some days from tiles and corrections, by the engine that reads the tables."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.arrow import feature_schema
from segspark.features.engine.failures import failures_of_tasks
from segspark.features.engine.kernel import Outcome
from segspark.features.engine.reads import PEOPLE
from segspark.features.engine.registry import choose_engine
from segspark.features.engine.work import Work
from segspark.features.feature import Catalogue
from segspark.identity.links import people_on_days
from segspark.pipeline.view import View
from segspark.privacy.consent import derive_usable_on
from segspark.purposes import PURPOSES
from segspark.tables.contracts import silver
from segspark.tables.staging import Kind, Staged


def known_people(view: View, as_of_dates: Sequence[date]) -> DataFrame:
    """People known on each day, and the date from which each purpose may see them: person_id, as_of_date, purposes."""
    owners = people_on_days(view.read(silver.IDENTITY_LINKS), as_of_dates).where(~F.col("is_anonymous"))
    settings = view.settings
    usable = derive_usable_on(
        view.read(silver.CONSENTS), owners, as_of_dates, settings.consent.assumed, settings.time_zone
    )
    return usable.select("person_id", "as_of_date", *PURPOSES)


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


def features_of_days(
    view: View, as_of_dates: Sequence[date], catalogue: Catalogue, outcome: Outcome | None
) -> DataFrame:
    """Stored features of some days, and for training sets the outcome after them, recomputed from tiles and corrections
    in one pass."""
    staged = stage_people(view, as_of_dates, catalogue, outcome)
    with failures_of_tasks():
        return choose_engine(view).frame(Work(view, tuple(as_of_dates), catalogue, staged, outcome))
