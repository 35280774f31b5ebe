"""The kernel: tiles and corrections of a range of people to windowed features as of any days.

Pure Arrow and numpy, integers only, no Spark: any caller (a Spark task, a test) gets the same rows. Each row of
activity is merged once, into its person and age band; a window is all bands up to its age.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.arrays import as_days, as_ids, as_integers, dates_or_never
from segspark.features.engine.contributions import alike, contributions
from segspark.features.engine.days import Calendar, Days
from segspark.features.feature import Catalogue
from segspark.purposes import PURPOSES
from segspark.time import day_number


@dataclass(frozen=True)
class Outcome:
    """Outcome for labels: the sum of a measure over [as_of + gap, as_of + gap + days), as known on a given day."""

    name: str
    measure: str
    days: int
    known: date
    gap: int = 0

    @property
    def reach(self) -> int:
        """Days from the as-of day to the end of the window."""
        return self.gap + self.days


def compute_features(
    activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of_dates: Sequence[date], calendar: Calendar
) -> pa.Table:
    """Features of some people as of some days.

    Args:
        activity: tiles and corrections of these people: person_id, activity_date, applied_as_of (for a tile the day
            after activity_date), one integer column per measure (corrections may be negative).
        people: person_id, as_of_date and per purpose the date from which it may see events (null: never); everybody
            listed for a day gets a row for it, people without activity too.
        catalogue: measures and features.
        as_of_dates: days to compute; the row of day A includes activity before A that was applied by A.

    Returns:
        person_id, as_of_date, the purposes' dates (``profiling_from`` and so on) and the columns of measures (item
        columns are added by item_columns.py), sorted by as_of_date and person_id.
    """
    parts = [_one_day(activity, people, catalogue, day, calendar) for day in sorted(as_of_dates)]
    return pa.concat_tables(parts)


def with_outcome(features: pa.Table, activity: pa.Table, outcome: Outcome) -> pa.Table:
    """The features with the outcome of each person and day in an extra column.

    Args:
        features: person_id, as_of_date and more.
        activity: as for compute_features; what was applied after ``outcome.known`` is ignored.
    """
    days, applied = as_days(activity["activity_date"]), as_days(activity["applied_as_of"])
    values = np.where(applied <= day_number(outcome.known), as_integers(activity[outcome.measure]), 0)
    used = np.flatnonzero(values)
    names, days, values = as_ids(activity["person_id"])[used], days[used], values[used]
    people, cuts = as_ids(features["person_id"]), as_days(features["as_of_date"])
    result = np.zeros(len(people), dtype=np.int64)
    for cut in np.unique(cuts):
        rows = np.flatnonzero(cuts == cut)
        ids = people[rows]
        here = (days >= cut + outcome.gap) & (days < cut + outcome.reach)
        at = np.minimum(np.searchsorted(ids, names[here]), len(ids) - 1)
        is_one = ids[at] == names[here]
        np.add.at(result, rows[at[is_one]], values[here][is_one])
    return features.append_column(outcome.name, pa.array(result))


def _one_day(activity: pa.Table, people: pa.Table, catalogue: Catalogue, as_of: date, calendar: Calendar) -> pa.Table:
    here = people.filter(pc.equal(people["as_of_date"], pa.scalar(as_of, pa.date32()))).sort_by("person_id")
    ids = as_ids(here["person_id"])
    today = day_number(as_of)
    person, day, values = _net_days(activity, ids, today, catalogue)
    may_see = {p: day >= dates_or_never(here[p])[person] for p in PURPOSES}
    age, days = today - day, Days.of(day, calendar)

    columns: dict[str, pa.Array] = {}
    for features in alike(catalogue):
        first, aggregation = features[0], features[0].by_days
        given = contributions(first, values[first.measure], may_see[catalogue.purpose_of(first)], day, days)
        windows = sorted({w for f in features for w in f.spans if w})
        table = _by_band(aggregation, person, age, given, windows, len(ids))
        for feature in features:
            for window in feature.spans:
                band = windows.index(window) if window else len(windows)
                columns[feature.column(window)] = aggregation.as_column(table[band])
    return assemble(here, as_of, columns, catalogue)


def assemble(people: pa.Table, as_of: date, columns: dict[str, pa.Array], catalogue: Catalogue) -> pa.Table:
    """Rows of gold.features: the people of a day, their permissions and the columns of measures in order."""
    return pa.table(
        {
            "person_id": people["person_id"],
            "as_of_date": pa.repeat(pa.scalar(as_of, pa.date32()), people.num_rows),
            **{f"{p}_from": people[p] for p in PURPOSES},
            **{f.column(w): columns[f.column(w)] for f in catalogue.of_measures for w in f.spans},
        }
    )


def _net_days(
    activity: pa.Table, ids: np.ndarray, today: int, catalogue: Catalogue
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Net values known as of today: one entry per person and day (sorted so), tiles and corrections added up."""
    all_days = as_days(activity["activity_date"])
    applied = as_days(activity["applied_as_of"])
    names = as_ids(activity["person_id"])
    at = np.searchsorted(ids, names)
    at = np.minimum(at, max(len(ids) - 1, 0))
    is_here = (ids[at] == names) if len(ids) else np.zeros(len(names), bool)
    keep = np.flatnonzero(is_here & (all_days < today) & (applied <= today))
    keep = keep[np.lexsort((all_days[keep], at[keep]))]
    person, day = at[keep], all_days[keep]
    values = {m.name: as_integers(activity[m.name])[keep] for m in catalogue.measures}
    if len(keep):
        is_first = np.r_[True, (person[1:] != person[:-1]) | (day[1:] != day[:-1])]
        if not is_first.all():
            first = np.flatnonzero(is_first)
            values = {name: np.add.reduceat(v, first) for name, v in values.items()}
            person, day = person[first], day[first]
    return person, day, values


def _by_band(
    aggregation: Aggregation, person: np.ndarray, age: np.ndarray, given: np.ndarray, windows: Sequence[int], n: int
) -> np.ndarray:
    """One row per window and a last one for the lifetime, one column per person.

    Args:
        person, age, given: contributions, sorted by person and day: a person's bands are runs.
    """
    table = np.full((len(windows) + 1, n), aggregation.nothing, dtype=np.int64)
    used = np.flatnonzero(given != aggregation.nothing)
    if len(used):
        person, band, given = person[used], np.searchsorted(np.asarray(windows), age[used]), given[used]
        first = np.flatnonzero(np.r_[True, (person[1:] != person[:-1]) | (band[1:] != band[:-1])])
        at = band[first], person[first]
        table[at] = aggregation.merge(table[at], aggregation.merge.reduceat(given, first))
    return np.asarray(aggregation.merge.accumulate(table, axis=0))
