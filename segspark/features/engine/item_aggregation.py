"""An item aggregation: how the items of a person become one value, from the index of when each was last seen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from segspark.features.value import Motion


@dataclass(frozen=True)
class ItemRows:
    """The index of one item kind as of a day: each item of a person once, in the order of names.

    Attributes:
        person: position of each row's person, from 0.
        last: day on which the item was last seen (since 1970).
        n: how often, within the kind's own window.
        items: names, or marks of a sketch.
        n_people: people to answer for; some have no row.
        sketch_bits: of the sketch (sketch.py); None where the names are known.
    """

    person: np.ndarray
    last: np.ndarray
    n: np.ndarray
    items: pa.ChunkedArray
    n_people: int
    sketch_bits: int | None = None

    @cached_property
    def most_frequent(self) -> np.ndarray:
        """Per person the row of the most frequent item, of equals the one seen last; -1 is none."""
        return self._greatest(np.where(self.n > 0, self.n, -1), self.last)

    @cached_property
    def newest(self) -> np.ndarray:
        """Per person the row of the item seen last, of equals the more frequent one; -1 is none."""
        return self._greatest(self.last, self.n)

    def of_rows(self, values: np.ndarray | pa.ChunkedArray, chosen: np.ndarray) -> pa.Array:
        """The values of chosen rows, null where a person has none."""
        column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else pa.array(values)
        return column.take(pa.array(chosen, mask=chosen < 0))

    def _greatest(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Per person the row with the greatest value; ties go by a second value, then by name. -1 where a person has
        none; values below zero do not count."""
        key = np.where(first < 0, -1, (first << 31) + second)
        most = np.full(self.n_people, -1, dtype=np.int64)
        np.maximum.at(most, self.person, key)
        best = np.flatnonzero((key == most[self.person]) & (key >= 0))[::-1]
        rows = np.full(self.n_people, -1, dtype=np.int64)
        # If a position is assigned several times, the last assignment stays.
        rows[self.person[best]] = best
        return rows


@dataclass(frozen=True)
class ItemAggregation:
    """How a person's items of one kind become one value. Nothing is carried from day to day but the index.

    If ``project`` raises, the features flow fails with the names of feature and aggregation, and writes nothing.

    Attributes:
        name: in feature files and in the hash of the catalogue.
        project: the index, the as-of day (since 1970) and the window's days (0 is lifetime) -> one value per person.
        horizon: the window's days and the kind's own -> days after which an item that was not seen again is of no use;
            0 is never.
        words: the formula in the documentation: ``words`` <kind> over <window>.
        type: Spark SQL type of the column.
        windowed: the column's name says the window.
        own_window_only: its one window is that of the item kind, in which items are counted.
        sketchable: can be told from the marks of a sketch, which do not name the items.
        motion: how a value without a window changes from day to day without a new event.
        unit: of the values; empty is the kind's own.
    """

    name: str
    project: Callable[[ItemRows, int, int], pa.Array]
    horizon: Callable[[int, int], int]
    words: str
    type: str = "bigint"
    windowed: bool = True
    own_window_only: bool = False
    sketchable: bool = False
    motion: Motion = "still"
    unit: str = ""

    @property
    def empty(self) -> str:
        """The column's value without items, in words."""
        return "0" if self.type == "bigint" else "null"


def of_window(window: int, own: int) -> int:
    return window


def of_kind(window: int, own: int) -> int:
    return own


def never(window: int, own: int) -> int:
    return 0
