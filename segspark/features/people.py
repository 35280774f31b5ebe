"""Stored and derived features and the profile of everybody on a day."""

from collections.abc import Collection

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.engine.windows import with_derived, with_projections
from segspark.features.profile import COLUMNS as PROFILE_COLUMNS
from segspark.features.profile import people_profiles
from segspark.features.resources import CATALOGUE
from segspark.identity.links import people_as_of
from segspark.pipeline.view import View
from segspark.tables.contracts import gold, silver


def people_of_day(view: View, wanted: Collection[str] | None = None) -> DataFrame:
    """Stored and derived features and the profile of everybody on the as-of day.

    Args:
        wanted: columns to compute; None is all. Hundreds of expressions cost more to plan than to compute.
    """
    catalogue = view.context[CATALOGUE]
    features = view.read_day(gold.FEATURES, view.as_of)
    if wanted is not None:
        catalogue = catalogue.narrowed(wanted)
        stored = [c.name for c in (*gold.FEATURES.columns, *catalogue.stored_columns())]
        features = features.select(*stored)
        of_profile = {*PROFILE_COLUMNS, "age_years", "days_to_birthday", "attributes"}
        if not catalogue.of_profile and not of_profile.intersection(wanted):
            return with_derived(features, catalogue)
    owners = people_as_of(view.read(silver.IDENTITY_LINKS), F.lit(view.as_of))
    profiles = people_profiles(view.read(silver.PROFILES), owners, view.as_of, view.settings.time_zone)
    people = with_derived(features, catalogue).join(profiles, on="person_id", how="left")
    return with_projections(people, catalogue.of_profile)
