"""Histories of buyers as cells: how many people have the same number of orders at the same times."""

from dataclasses import dataclass

import numpy as np

from segspark.errors import SegsparkError


@dataclass(frozen=True)
class Cells:
    """Distinct histories, one entry each. The likelihood of a list is a sum over them, however many people there are.

    All times are in one unit, which is also that of the fitted ``alpha``: days in this program, weeks in the papers.

    Attributes:
        x: days with an order after the first one. Orders of one day are one.
        t_x: from the first order to the last one; 0 without a repeat order.
        age: from the first order to the end of the observed time, T in the papers.
        n: people with this history.

    Raises:
        SegsparkError: a history contradicts itself; says how many do, and shows the first.
    """

    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray
    n: np.ndarray

    def __post_init__(self) -> None:
        for name in ("x", "t_x", "age", "n"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if len({len(self.x), len(self.t_x), len(self.age), len(self.n)}) > 1:
            raise SegsparkError("Cells need as many x, t_x, age and n.")
        # Without a repeat order the last order is the first one. Not a number compares as false, so it is wrong too.
        is_right = (self.x >= 0) & (self.t_x >= 0) & (self.t_x <= self.age) & (self.n > 0)
        is_right &= (self.t_x == 0) | (self.x > 0)
        if not is_right.all():
            at = int(np.argmin(is_right))
            raise SegsparkError(
                f"{(~is_right).sum()} of {len(self.x)} histories contradict themselves; the first is "
                f"x={self.x[at]:g}, t_x={self.t_x[at]:g}, age={self.age[at]:g}, n={self.n[at]:g}. "
                "0 <= t_x <= age is needed, with t_x = 0 where x = 0, and n > 0."
            )

    @classmethod
    def of_people(cls, x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> "Cells":
        """A cell for each person, in their order."""
        return cls(x, t_x, age, np.ones(len(x)))

    @property
    def n_people(self) -> float:
        return float(self.n.sum())

    @property
    def n_repeats(self) -> float:
        """Order days after the first one, of all people."""
        return float(self.n @ self.x)

    def scaled(self, factor: float) -> "Cells":
        """The same histories in another unit of time."""
        return Cells(self.x, self.t_x * factor, self.age * factor, self.n)

    def every(self, nth: int) -> "Cells":
        """Each nth cell: about the same mixture of histories, of fewer people."""
        return Cells(self.x[::nth], self.t_x[::nth], self.age[::nth], self.n[::nth])
