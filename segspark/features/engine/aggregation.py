"""An aggregation: how the days of a measure, or the items of a person, become one value of a window.

One definition serves the recompute from all days (kernel.py), the step from the day before (incremental.py), many
days in one pass (backfill.py) and the Spark engine, which runs the same functions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from segspark.features.engine.arrays import as_integers
from segspark.features.value import Motion
from segspark.tables.contracts.schema import ARROW_TYPES

# Whether an own feature in YAML names the column that its measure adds up.
YamlColumn = Literal["needed", "optional", "unused"]


@dataclass(frozen=True)
class Aggregation:
    """How the days of a measure become one value.

    It starts from a day's net value: all that happened on the day and was learnt about it later, added up. If a function
    raises, the features flow fails with the names of feature and aggregation, and writes nothing.

    Attributes:
        name: in feature files and in the hash of the catalogue.
        lift: net values and their days (numbers since 1970) -> what each day contributes; integers. A day with the
            value 0 contributes ``nothing``.
        merge: joins two contributions, in any order.
        nothing: the value without contributions.
        unmerge: takes a contribution back out of a value. Without it ``merge`` gives one of its two values, as maximum
            and minimum do: a value is lost only with the contribution that equals it, and is restored from the days
            of its window.
        words: the formula in the documentation: ``words`` <measure> over <window>.
        windowed: features may have windows; otherwise the one column is of the lifetime.
        type: Spark SQL type of the column: bigint, int or date (of a day number).
        null_if_nothing: ``nothing`` is stored as null.
        motion: how a lifetime value changes from day to day without a new event; in a window days also leave.
        unit: of the values; empty is the measure's own.
        column: of an own feature in YAML; ``unused`` counts acts.
        names_acts: its features give their measure one more name in sequences, as last_visit_date gives ``visit``.

    Raises:
        ValueError: without ``unmerge``, ``merge`` makes values that it was not given.
    """

    name: str
    lift: Callable[[np.ndarray, np.ndarray], np.ndarray]
    merge: np.ufunc
    nothing: int
    unmerge: np.ufunc | None
    words: str
    windowed: bool = True
    type: str = "bigint"
    null_if_nothing: bool = False
    motion: Motion = "still"
    unit: str = ""
    column: YamlColumn = "unused"
    names_acts: bool = False

    def __post_init__(self) -> None:
        if self.unmerge is None and any(int(self.merge(*two)) not in two for two in ((2, 5), (5, 2))):
            raise ValueError(f"aggregation {self.name}: without unmerge, merge must give one of its two values")

    @property
    def empty(self) -> str:
        """The column's value without contributions, in words."""
        return "null" if self.null_if_nothing else str(self.nothing)

    @property
    def null(self) -> int | None:
        """The value that is stored as null, if there is one."""
        return self.nothing if self.null_if_nothing else None

    def contributions(self, values: np.ndarray, day: np.ndarray) -> np.ndarray:
        """``lift``, with its result checked."""
        given = self.lift(values, day)
        if given.dtype != np.int64 or given.shape != values.shape:
            raise ValueError(f"lift gives {given.dtype}{given.shape}, not int64{values.shape}")
        return given

    def as_column(self, values: np.ndarray) -> pa.Array:
        return to_column(values, self.type, self.null)

    def as_values(self, column: pa.ChunkedArray) -> np.ndarray:
        """The values of a stored column."""
        return as_integers(column, self.nothing)


def to_column(values: np.ndarray, type_: str, null: int | None) -> pa.Array:
    """Integers as a column of an SQL type; ``null`` is the value that means none."""
    target = ARROW_TYPES[type_]
    if pa.types.is_date(target):
        values = values.astype(np.int32)
    column = pa.array(values, mask=None if null is None else values == null)
    return column if column.type == target else column.cast(target)
