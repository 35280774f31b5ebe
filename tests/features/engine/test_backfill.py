"""Many days in one walk against the kernel over all days, for people whose past stays."""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from features.engine.histories import CALENDAR, CATALOGUE, FIRST, N_DAYS, PEOPLE, SCHEMA, History, histories
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.features.engine.backfill import backfill_features
from segspark.features.engine.incremental import walk_day_by_day
from segspark.features.engine.kernel import compute_features


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


@given(st.lists(st.integers(0, 3), min_size=30, max_size=30), st.sets(st.integers(0, N_DAYS - 1), min_size=2))
@settings(max_examples=40, deadline=None)
def test_days_that_leave_a_window_leave_what_is_left_of_it(values: list[int], chosen: set[int]) -> None:
    """Every day has a value, and nothing is learnt later: ties, and the greatest day at either end of a window."""
    rows = [
        {
            "person_id": PEOPLE[0],
            "activity_date": day,
            "applied_as_of": day + timedelta(days=1),
            "n_order": n,
            "n_open": n,
        }
        for day, n in ((FIRST + timedelta(days=at - 14), n) for at, n in enumerate(values))
    ]
    ever = [(date(1970, 1, 1), date(1970, 1, 1))] * N_DAYS
    dense = History(pa.Table.from_pylist(rows, SCHEMA), {PEOPLE[0]: list(ever)})
    dates = [FIRST + timedelta(days=n) for n in sorted(chosen)]
    people = pa.concat_tables([dense.people(n) for n in sorted(chosen)])
    expected = compute_features(dense.activity, people, CATALOGUE, dates, CALENDAR).to_pylist()
    walked = pa.concat_tables(backfill_features(dense.activity, people, CATALOGUE, dates, CALENDAR))
    assert walked.to_pylist() == expected


def _morning(row: dict[str, Any]) -> date:
    return row["activity_date"] + timedelta(days=1)
