"""Histories as cells: what contradicts itself is refused, and the unit of time can be changed."""

import numpy as np
import pytest

from segspark.errors import SegsparkError
from segspark.models.value.cells import Cells


def test_people_and_repeat_orders_are_counted_over_cells() -> None:
    cells = Cells(np.array([0, 2]), np.array([0, 30]), np.array([50, 60]), np.array([7, 3]))
    assert (cells.n_people, cells.n_repeats) == (10, 6)
    assert Cells.of_people(cells.x, cells.t_x, cells.age).n_people == 2


def test_another_unit_of_time_changes_times_only() -> None:
    weeks = Cells(np.array([2]), np.array([14]), np.array([21]), np.array([5])).scaled(1 / 7)
    assert [float(v[0]) for v in (weeks.x, weeks.t_x, weeks.age, weeks.n)] == [2, 2, 3, 5]


@pytest.mark.parametrize(
    ("x", "t_x", "age", "n"),
    [
        (-1, 0, 5, 1), (1, 6, 5, 1), (1, -1, 5, 1), (0, 3, 5, 1), (1, 3, 5, 0), (np.nan, 3, 5, 1), (1, np.nan, 5, 1),
    ],
)  # fmt: skip
def test_a_history_that_contradicts_itself_is_refused(x: float, t_x: float, age: float, n: float) -> None:
    with pytest.raises(SegsparkError, match=r"1 of 2 histories contradict themselves; the first is x="):
        Cells(np.array([1, x]), np.array([2, t_x]), np.array([5, age]), np.array([1, n]))


def test_every_history_needs_all_of_its_numbers() -> None:
    with pytest.raises(SegsparkError, match="as many"):
        Cells(np.zeros(2), np.zeros(2), np.zeros(1), np.ones(2))


def test_each_second_cell() -> None:
    cells = Cells(np.arange(5), np.arange(5), np.arange(5), np.arange(5) + 1).every(2)
    assert [v.tolist() for v in (cells.x, cells.t_x, cells.age, cells.n)] == [[0, 2, 4]] * 3 + [[1, 3, 5]]
