"""Restoring a value that was taken back: from the days of its window, for the people who lost it alone.

The greatest day of a window leaves it, or is corrected downward: what is then the greatest cannot be told from
yesterday's value. Aggregations without ``unmerge`` read the window's days again, for these people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segspark.features.engine.arrays import as_days, as_ids, find_ids
from segspark.features.engine.days import Calendar
from segspark.features.engine.kernel import compute_features
from segspark.features.feature import Catalogue

BEGINNING = -(1 << 30)


@dataclass(frozen=True)
class Lost:
    """Values to restore.

    Attributes:
        window: days; 0 is the lifetime.
        people: of one as-of day, sorted: person_id, as_of_date and the purposes' dates.
    """

    window: int
    people: pa.Table

    @property
    def today(self) -> int:
        return int(as_days(self.people["as_of_date"])[0])

    @property
    def first_day(self) -> int:
        """First day of the window (since 1970)."""
        return self.today - self.window if self.window else BEGINNING


def without_unmerge(catalogue: Catalogue, window: int) -> Catalogue:
    """The columns of a window that may have to be restored."""
    features = [f for f in catalogue.of_measures if f.by_days.unmerge is None and window in f.spans]
    return catalogue.narrowed([f.column(window) for f in features])


def of_window(activity: pa.Table, lost: Lost) -> pa.Table:
    """The part of tiles and corrections that restores the values."""
    is_inside = pc.greater_equal(activity["activity_date"].cast(pa.int32()), lost.first_day)
    return activity.filter(pc.and_(is_inside, pc.is_in(activity["person_id"], lost.people["person_id"])))


def restored(
    rows: pa.Table,
    lost: Sequence[Lost],
    read: Callable[[Lost, Catalogue], pa.Table],
    catalogue: Catalogue,
    calendar: Calendar,
) -> pa.Table:
    """The rows with lost values restored.

    Args:
        rows: features of a day, sorted by person_id.
        read: tiles and corrections of the people's window, given the catalogue with the measures to read.
    """
    for each in lost:
        of_window = without_unmerge(catalogue, each.window)
        as_of = each.people["as_of_date"][0].as_py()
        values = compute_features(read(each, of_window), each.people, of_window, [as_of], calendar)
        rows = _placed(rows, values, [c.name for c in of_window.stored_columns()])
    return rows


def _placed(rows: pa.Table, values: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows with some people's values of some columns replaced; both are sorted by person_id."""
    is_meant = np.zeros(rows.num_rows, dtype=bool)
    at, is_here = find_ids(as_ids(rows["person_id"]), as_ids(values["person_id"]))
    is_meant[at[is_here]] = True
    for name in names:
        column = pc.replace_with_mask(
            rows[name].combine_chunks(), pa.array(is_meant), values[name].filter(pa.array(is_here)).combine_chunks()
        )
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows
