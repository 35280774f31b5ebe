"""The people judged by what is text of them: mailbox provider, region and device, as they were known at the cut."""

from collections.abc import Mapping

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.catalogue.habits import ACTS
from segspark.features.profile import people_profiles
from segspark.identity.links import people_as_of
from segspark.models.propensity.frozen import Frozen
from segspark.models.propensity.judged import share_of_people
from segspark.models.propensity.slices import DEVICE, PROVIDER, REGION, TEXTS
from segspark.pipeline.step import Step
from segspark.sources.vocabulary import BY_A_HUMAN
from segspark.tables.contracts import silver
from segspark.time import DAY

_COLUMNS = ("identifier_id", "event_id", "event_type", "occurred_at", "known_as_of", "mailbox_provider", "device",
            "is_machine")  # fmt: skip


def read_parts(step: Step, frozen: Frozen, days: int) -> Mapping[str, np.ndarray]:
    """The texts of the people judged, in the order of ``judged.read_scored``: a bounded sample, at most about
    MOST_PEOPLE rows; None where nothing is known. What nobody has is left out.

    Args:
        days: of events before the cut that are looked at.
    """
    cut = frozen.cuts.validate
    people = frozen.at(cut).where(share_of_people(frozen.n_rows[cut])).select("person_id")
    owners = people_as_of(step.read(silver.IDENTITY_LINKS), F.lit(cut)).select("identifier_id", "person_id")
    profiles = people_profiles(step.read(silver.PROFILES), owners, cut, step.settings.time_zone)
    events = step.read_days(silver.EVENTS, _COLUMNS, (cut - days * DAY, cut)).where(F.col("known_as_of") <= F.lit(cut))
    known = people.join(profiles.select("person_id", REGION), on="person_id", how="left")
    found = known.join(last_words(events, owners), on="person_id", how="left").orderBy("person_id").toPandas()
    texts = {name: found[name].astype(object).where(found[name].notna(), None).to_numpy() for name in TEXTS}
    return {name: values for name, values in texts.items() if any(v is not None for v in values)}


def last_words(events: DataFrame, owners: DataFrame) -> DataFrame:
    """The last mailbox provider that an event names, and the device of the last human act: person_id, provider, device.

    Args:
        events: of silver.events.
        owners: identifier_id, person_id.
    """
    is_act = F.col("event_type").isin(*ACTS) & F.expr(BY_A_HUMAN)
    last = F.struct("occurred_at", "event_id")
    known = events.where(F.col("mailbox_provider").isNotNull() | F.col("device").isNotNull())
    return (
        known.join(owners, on="identifier_id", how="inner")
        .groupBy("person_id")
        .agg(
            F.max_by("mailbox_provider", F.when(F.col("mailbox_provider").isNotNull(), last)).alias(PROVIDER),
            F.max_by("device", F.when(F.col("device").isNotNull() & is_act, last)).alias(DEVICE),
        )
    )
