"""Opens of people who did not agree to be measured change no byte of anybody's features."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from segspark.features.catalogue import build_catalogue
from segspark.features.engine.days import Calendar
from segspark.features.engine.incremental import advance_features, changing_days
from segspark.features.engine.kernel import compute_features

AS_OF = date(2026, 6, 1)
EVER = date(1970, 1, 1)
N_PEOPLE = 10_000
CATALOGUE = build_catalogue((7, 30, 90, 365))
OF_OPENS = tuple(m.name for m in CATALOGUE.measures if m.purpose == "open_tracking")
MUTATIONS = ("deleted", "doubled", "invented", "moved to another day", "given to somebody else")


def shop() -> tuple[pa.Table, pa.Table, np.ndarray]:
    rng = np.random.default_rng(5)
    ids = np.sort(np.array([f"{int.from_bytes(rng.bytes(16), 'big'):032x}" for _ in range(N_PEOPLE)]))
    agreed = rng.random(N_PEOPLE) < 0.5
    pairs = np.unique(np.column_stack([rng.integers(0, N_PEOPLE, 40_000), rng.integers(1, 400, 40_000)]), axis=0)
    days = np.array([AS_OF], dtype="datetime64[D]").astype(int)[0] - pairs[:, 1]
    measures = {m.name: pa.array(rng.integers(0, 3, len(pairs))) for m in CATALOGUE.measures}
    activity = pa.table(
        {
            "person_id": pa.array(ids[pairs[:, 0]]),
            "activity_date": pa.array(days.astype(np.int32)).cast(pa.date32()),
            "applied_as_of": pa.array((days + 1).astype(np.int32)).cast(pa.date32()),
            **measures,
        }
    )
    people = pa.table(
        {
            "person_id": pa.array(ids),
            "as_of_date": pa.array([AS_OF] * N_PEOPLE, pa.date32()),
            "email_marketing": pa.array([EVER] * N_PEOPLE, pa.date32()),
            "open_tracking": pa.array([EVER if yes else None for yes in agreed], pa.date32()),
            "profiling": pa.array([EVER] * N_PEOPLE, pa.date32()),
        }
    )
    return activity, people, agreed[pairs[:, 0]]


def mutated(activity: pa.Table, how: str, is_theirs: np.ndarray) -> pa.Table:
    """Other opens of those who did not agree; nothing else."""
    rng = np.random.default_rng(8)
    for name in OF_OPENS:
        values = activity[name].to_numpy().copy()
        old = values[is_theirs]
        new = {
            "deleted": np.zeros_like(old),
            "doubled": 2 * old,
            "invented": old + rng.integers(1, 9, len(old)),
            "moved to another day": np.roll(old, 1),
            "given to somebody else": rng.permutation(old),
        }[how]
        assert not np.array_equal(new, old)
        values[is_theirs] = new
        activity = activity.set_column(activity.schema.get_field_index(name), name, pa.array(values))
    return activity


def written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


@pytest.mark.parametrize("how", MUTATIONS)
def test_opens_without_consent_change_nothing(how: str) -> None:
    activity, people, has_agreed = shop()
    other = mutated(activity, how, ~has_agreed)
    before = compute_features(activity, people, CATALOGUE, [AS_OF], Calendar())
    assert written(compute_features(other, people, CATALOGUE, [AS_OF], Calendar())) == written(before)
    # And carried on by one day, from either.
    tomorrow = AS_OF + timedelta(days=1)
    then = people.set_column(1, "as_of_date", pa.array([tomorrow] * N_PEOPLE, pa.date32()))
    days = changing_days(activity.slice(0, 0), CATALOGUE, tomorrow)
    rows = []
    for table in (activity, other):
        near = np.isin(table["activity_date"].cast(pa.int32()).to_numpy(), sorted(days))
        rows.append(advance_features(before, table.filter(pa.array(near)), then, CATALOGUE, tomorrow, Calendar()).rows)
    assert written(rows[0]) == written(rows[1])


def test_an_open_names_no_item() -> None:
    """So that what is invented or deleted of opens cannot reach a distinct count or an affinity."""
    assert all("open" not in kind.event_types for kind in CATALOGUE.items)
    assert {kind.purpose for kind in CATALOGUE.items} == {"email_marketing", "profiling"}
    assert {CATALOGUE.purpose_of(f) for f in CATALOGUE.about_items} == {"email_marketing", "profiling"}


def test_the_opens_of_those_who_agreed_do_count() -> None:
    activity, people, has_agreed = shop()
    other = mutated(activity, "deleted", has_agreed)
    before = compute_features(activity, people, CATALOGUE, [AS_OF], Calendar())
    assert written(compute_features(other, people, CATALOGUE, [AS_OF], Calendar())) != written(before)
