"""What defines the segments of a day, and who was in the found ones before: what profiles must know to test nothing twice."""

from collections.abc import Collection, Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.features.acts import acts_of
from segspark.features.resources import CATALOGUE
from segspark.measure.defining import Defining
from segspark.measure.earlier import Earlier, newest_of
from segspark.models.propensity.own import own_models
from segspark.pipeline.step import Step
from segspark.segments.lookup import previous_day
from segspark.segments.rules.tree import ACT
from segspark.segments.schemes.permission import permits, segment_without
from segspark.segments.schemes.scheme import Prepared, Scheme
from segspark.tables.contracts import gold
from segspark.time import DAY


def defining_of(step: Step, schemes: Mapping[Scheme, Prepared]) -> Defining:
    """What the definitions of the day's segments look at; acts of sequences as the measures that count them."""
    catalogue = step.context[CATALOGUE]
    acts = acts_of(catalogue)

    def plain(values: Collection[str]) -> frozenset[str]:
        return frozenset(acts.get(v.removeprefix(ACT), v) if v.startswith(ACT) else v for v in values)

    looked_at = {
        scheme.name: {of: plain(values) for of, values in prepared.looks_at.items()}
        for scheme, prepared in schemes.items()
    }
    own = own_models(step.settings.models)
    return Defining(catalogue, looked_at, [scheme.name for scheme in schemes if scheme.is_found], own)


def earlier_members(step: Step, people: DataFrame, schemes: Mapping[Scheme, Prepared]) -> Earlier | None:
    """Who was in the found segments on the newest stored day from which on the results count, of those who still permit
    it; None without such a day, or without found segments.

    Args:
        people: person_id and the permissions of the day.
    """
    found = [scheme for scheme in schemes if scheme.is_found]
    day = previous_day(step, newest_of(step.as_of) + DAY)
    if not found or day is None:
        return None
    rows = step.read_day(gold.SEGMENTS, day)
    kept = []
    for scheme in found:
        others = segment_without(scheme)
        may = people.where(permits(scheme, F)).select("person_id")
        mine = rows.where(F.col("scheme") == scheme.name).join(may, on="person_id", how="left_semi")
        # Who did not permit it then is in no group that could be measured.
        kept.append(mine.where(F.col("segment_id") != others.segment_id) if others else mine)
    members = kept[0]
    for more in kept[1:]:
        members = members.unionByName(more)
    return Earlier(day, members.select("person_id", "scheme", "segment_id", "segment_name"))
