"""Whether next orders come within the days that are stated, as often as is stated."""

import numpy as np

from segspark.models.value.bgnbd import BgNbd
from segspark.models.value.cells import Cells
from segspark.models.value.holdout import DateRow

# One half is the stored score days_to_order; the others are the ends of intervals around it.
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


def date_coverage(model: BgNbd, cells: Cells, wait: np.ndarray, days: float) -> tuple[DateRow, ...]:
    """A row for each of SHARES of which anything can be measured.

    People whose stated days are longer than the time observed are left out. That depends on their history before the cut
    alone, never on what followed, so it favours neither outcome.

    Args:
        model: fitted on the time before the cut; its times are days.
        wait: days until the next order of the people of each cell, 1 on the day of the cut; infinite without one.
        days: observed after the cut.
    """
    found = []
    for share in SHARES:
        # Orders are known by day, so a statement is of whole days.
        within = np.maximum(np.ceil(model.time_to_order(cells, share)), 1)
        has_passed = within <= days
        n = float(cells.n[has_passed].sum())
        if not n:
            continue
        part = Cells(*(values[has_passed] for values in (cells.x, cells.t_x, cells.age, cells.n)))
        stated = 1 - model.p_no_order(part, within[has_passed])
        came = wait[has_passed] <= within[has_passed]
        found.append(DateRow(share, int(n), float(part.n @ stated) / n, float(part.n @ came) / n))
    return tuple(found)
