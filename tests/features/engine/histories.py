"""Random histories of few people over few days: tiles, what was learnt later, and permissions that move."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from segspark.features.engine.aggregation import Aggregation
from segspark.features.engine.days import Calendar, sales_days
from segspark.features.feature import Catalogue, Feature, Measure

FIRST, N_DAYS = date(2026, 5, 20), 16
PEOPLE = tuple(letter * 32 for letter in "abcd")


EVER = date(1970, 1, 1)


def _amount(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    return values


# Of another shape than the built-in ones: windowed, and nothing can be taken back.
LARGEST = Aggregation("largest_daily_total", _amount, np.maximum, 0, None, "largest daily total of")


CATALOGUE = Catalogue(
    (
        Measure("n_order", ("order",), "profiling", "orders", "Orders"),
        Measure("n_open", ("open",), "open_tracking", "opens", "Opens"),
    ),
    (
        Feature("n_order", "n_order", "Orders", windows=(2, 5, 0)),
        Feature("n_order_sale", "n_order", "In sales", windows=(5,), only_sales=True),
        Feature("n_order_may", "n_order", "In May", windows=(5, 0), months=(5,)),
        Feature("n_order_day", "n_order", "Days", "days", (2, 5, 0)),
        Feature("last_order_date", "n_order", "Last", "last"),
        Feature("first_order_date", "n_order", "First", "first"),
        Feature("n_open", "n_open", "Opens", windows=(5, 0)),
        Feature("last_open_date", "n_open", "Last", "last"),
        Feature("largest_order", "n_order", "Largest", LARGEST, (2, 5, 0)),
        Feature("largest_order_may", "n_order", "Largest in May", LARGEST, (5, 0), months=(5,)),
        Feature("largest_open", "n_open", "Largest", LARGEST, (5,)),
    ),
    (),
)


CALENDAR = Calendar(sales_days([(date(2026, 5, 24), date(2026, 5, 28))]))


LEARNT = {"person_id": pa.string(), "activity_date": pa.date32(), "applied_as_of": pa.date32()}


SCHEMA = pa.schema([*LEARNT.items(), ("n_order", pa.int64()), ("n_open", pa.int64())])


@dataclass(frozen=True)
class History:
    activity: pa.Table
    # Per person and as-of day since when each purpose may see, None before the person is known.
    since: dict[str, list[tuple[date | None, date | None] | None]]

    def people(self, n: int) -> pa.Table:
        here = [(p, s[n]) for p, s in self.since.items() if s[n] is not None]
        return pa.table(
            {
                "person_id": pa.array([p for p, _ in here], pa.string()),
                "as_of_date": pa.array([FIRST + timedelta(days=n)] * len(here), pa.date32()),
                "email_marketing": pa.array([EVER] * len(here), pa.date32()),
                "open_tracking": pa.array([s[0] for _, s in here if s], pa.date32()),
                "profiling": pa.array([s[1] for _, s in here if s], pa.date32()),
            }
        )


@st.composite
def histories(draw: st.DrawFn) -> History:
    small = st.integers(-1, 3)
    days = st.integers(-8, N_DAYS - 1)
    tiles = draw(
        st.dictionaries(st.tuples(st.sampled_from(PEOPLE), days), st.tuples(st.integers(0, 2), st.integers(0, 2)))
    )
    later = st.tuples(st.sampled_from(PEOPLE), days, st.integers(1, 9), small, small)
    learnt = draw(st.lists(later, max_size=12))
    rows = [(p, d, d + 1, *v) for (p, d), v in tiles.items()] + [(p, d, d + 1 + k, a, b) for p, d, k, a, b in learnt]
    for (person, day), (orders, opens) in tiles.items():
        # Taken back some days later, in part or whole: what was the greatest or the last day is so no more.
        if draw(st.integers(0, 2)) == 0:
            rows.append((person, day, day + 1 + draw(st.integers(1, 5)), -orders, -draw(st.integers(0, opens))))
    since = {}
    for person in PEOPLE:
        known = min([applied for p, _, applied, _, _ in rows if p == person], default=3)
        state: tuple[date | None, date | None] = (EVER, EVER)
        each: list[tuple[date | None, date | None] | None] = []
        for n in range(N_DAYS):
            if draw(st.integers(0, 5)) == 0:
                # Withdrawn, granted anew, or (where a link moved) another permission of earlier days.
                begins = FIRST + timedelta(days=n)
                choices = st.sampled_from((None, begins, begins + timedelta(days=1), begins - timedelta(days=4), EVER))
                state = (draw(choices), draw(choices))
            each.append(state if n >= known else None)
        since[person] = each
    names = SCHEMA.names
    dated = [(p, FIRST + timedelta(days=d), FIRST + timedelta(days=applied), a, b) for p, d, applied, a, b in rows]
    return History(pa.Table.from_pylist([dict(zip(names, r, strict=True)) for r in dated], schema=SCHEMA), since)
