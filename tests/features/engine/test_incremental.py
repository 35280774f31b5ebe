"""Running state against the kernel over all days, over random histories."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.features.engine.backfill import backfill_features
from segspark.features.engine.incremental import advance_features, changing_days, splice, walk_day_by_day
from segspark.features.engine.kernel import Calendar, compute_features, day_number, sales_days
from segspark.features.feature import Catalogue, Feature, Measure

FIRST, N_DAYS = date(2026, 5, 20), 16
PEOPLE = tuple(letter * 32 for letter in "abcd")
EVER = date(1970, 1, 1)
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


@given(histories())
@settings(max_examples=40, deadline=None)
def test_running_state_equals_the_recompute_from_all_days_on_every_day(history: History) -> None:
    state = None
    for n in range(N_DAYS):
        as_of, people = FIRST + timedelta(days=n), history.people(n)
        expected = compute_features(history.activity, people, CATALOGUE, [as_of], CALENDAR)
        if state is None:
            state = expected
            continue
        applied = pc.equal(history.activity["applied_as_of"], pa.scalar(as_of, pa.date32()))
        late = pc.greater(
            history.activity["applied_as_of"].cast(pa.int32()),
            pc.add(history.activity["activity_date"].cast(pa.int32()), 1),
        )
        days = changing_days(history.activity.filter(pc.and_(applied, late)), CATALOGUE, as_of)
        near = pc.is_in(history.activity["activity_date"].cast(pa.int32()), pa.array(sorted(days), pa.int32()))
        rows, rest = advance_features(state, history.activity.filter(near), people, CATALOGUE, as_of, CALENDAR)
        whole = compute_features(history.activity, rest, CATALOGUE, [as_of], CALENDAR)
        rows = splice(rows, whole)
        assert rows.to_pylist() == expected.to_pylist(), as_of
        state = rows


@given(histories(), st.sets(st.integers(0, N_DAYS - 1), min_size=1))
@settings(max_examples=40, deadline=None)
def test_a_walk_over_days_with_and_without_gaps_equals_day_by_day(history: History, chosen: set[int]) -> None:
    dates = [FIRST + timedelta(days=n) for n in sorted(chosen)]
    people = pa.concat_tables([history.people(n) for n in sorted(chosen)])
    expected = compute_features(history.activity, people, CATALOGUE, dates, CALENDAR).to_pylist()
    for walk in (backfill_features, walk_day_by_day):
        walked = pa.concat_tables(walk(history.activity, people, CATALOGUE, dates, CALENDAR))
        assert walked.to_pylist() == expected, walk


@given(histories(), st.sets(st.integers(0, N_DAYS - 1), min_size=1), st.sets(st.sampled_from(PEOPLE)))
@settings(max_examples=60, deadline=None)
def test_a_walk_of_people_whose_past_stays_equals_the_kernel(
    history: History, chosen: set[int], moving: set[str]
) -> None:
    """Of those who do not move the permission of the first day holds, and nothing is learnt after it."""
    dates = [FIRST + timedelta(days=n) for n in sorted(chosen)]
    first = {p: next((s for s in each if s is not None), None) for p, each in history.since.items()}
    stays = {p: [s and first[p] for s in each] for p, each in history.since.items() if p not in moving}
    rows = history.activity.to_pylist()
    known = [r for r in rows if r["person_id"] in moving or r["applied_as_of"] <= max(_morning(r), dates[0])]
    steady = History(pa.Table.from_pylist(known, SCHEMA), {**history.since, **stays})
    people = pa.concat_tables([steady.people(n) for n in sorted(chosen)])
    expected = compute_features(steady.activity, people, CATALOGUE, dates, CALENDAR).to_pylist()
    numbered = people.set_column(0, "person_id", people["person_id"].dictionary_encode())
    for listed in (people, numbered):
        walked = pa.concat_tables(backfill_features(steady.activity, listed, CATALOGUE, dates, CALENDAR))
        assert walked.to_pylist() == expected


def _morning(row: dict[str, Any]) -> date:
    return row["activity_date"] + timedelta(days=1)


def test_few_days_are_looked_at_whatever_the_history() -> None:
    as_of = FIRST
    days = changing_days(SCHEMA.empty_table(), CATALOGUE, as_of)
    assert days == {day_number(as_of) - 1 - w for w in (0, 2, 5)}


def test_splicing_puts_rows_in_their_places() -> None:
    rows = pa.table({"person_id": list(PEOPLE), "n": [1, 2, 3, 4]})
    some = pa.table({"person_id": [PEOPLE[0], PEOPLE[3]], "n": [10, 40]})
    assert splice(rows, some)["n"].to_pylist() == [10, 2, 3, 40]
    assert splice(rows, some.slice(0, 0))["n"].to_pylist() == [1, 2, 3, 4]
