"""What a KPI counts of each person, and what it divides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Values = Mapping[str, np.ndarray]


class Quantity(Protocol):
    """A number of each person, from columns of the person.

    A quantity of people is 0 or 1, so that a KPI over it counts people; others count mails, cents and the like.
    """

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def is_of_people(self) -> bool: ...

    def of(self, values: Values, n: int) -> np.ndarray:
        """One number per person, none of them NaN.

        Args:
            values: of the columns, NaN if missing.
            n: number of people.
        """


@dataclass(frozen=True)
class Sum:
    """The value of a column; a missing one adds nothing."""

    column: str
    is_of_people: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, values: Values, n: int) -> np.ndarray:
        return np.nan_to_num(values[self.column])


@dataclass(frozen=True)
class HasAny:
    """1 for whoever has more than none of a column."""

    column: str
    is_of_people: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, values: Values, n: int) -> np.ndarray:
        return (values[self.column] > 0).astype(float)


@dataclass(frozen=True)
class Known:
    """1 for whoever has a value in a column."""

    column: str
    is_of_people: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def of(self, values: Values, n: int) -> np.ndarray:
        return (~np.isnan(values[self.column])).astype(float)


@dataclass(frozen=True)
class Everybody:
    """1 for everybody."""

    is_of_people: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def of(self, values: Values, n: int) -> np.ndarray:
        return np.ones(n)
