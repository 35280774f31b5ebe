"""Running state against the kernel over all days, over random histories."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
from features.engine.histories import CALENDAR, CATALOGUE, FIRST, N_DAYS, PEOPLE, SCHEMA, History, histories
from hypothesis import given, settings

from segspark.features.engine.incremental import advance_features, changing_days, splice
from segspark.features.engine.kernel import compute_features
from segspark.features.engine.restore import of_window, restored
from segspark.time import day_number


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
        done = advance_features(state, history.activity.filter(near), people, CATALOGUE, as_of, CALENDAR)
        rows = restored(done.rows, done.lost, lambda lost, _: of_window(history.activity, lost), CATALOGUE, CALENDAR)
        whole = compute_features(history.activity, done.rest, CATALOGUE, [as_of], CALENDAR)
        rows = splice(rows, whole)
        assert rows.to_pylist() == expected.to_pylist(), as_of
        state = rows


def test_few_days_are_looked_at_whatever_the_history() -> None:
    as_of = FIRST
    days = changing_days(SCHEMA.empty_table(), CATALOGUE, as_of)
    assert days == {day_number(as_of) - 1 - w for w in (0, 2, 5)}


def test_splicing_puts_rows_in_their_places() -> None:
    rows = pa.table({"person_id": list(PEOPLE), "n": [1, 2, 3, 4]})
    some = pa.table({"person_id": [PEOPLE[0], PEOPLE[3]], "n": [10, 40]})
    assert splice(rows, some)["n"].to_pylist() == [10, 2, 3, 40]
    assert splice(rows, some.slice(0, 0))["n"].to_pylist() == [1, 2, 3, 4]
