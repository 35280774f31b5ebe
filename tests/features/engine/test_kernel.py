"""The kernel against a naive count, and hand-written answers."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from segspark.features.engine.days import Calendar, sales_days
from segspark.features.engine.kernel import compute_features
from segspark.features.feature import Catalogue, Feature, Measure

A = date(2026, 6, 1)
ANN, BOB = "a" * 32, "b" * 32
CATALOGUE = Catalogue(
    (
        Measure("n_order", ("order",), "profiling", "orders", "Orders"),
        Measure("n_open", ("open",), "open_tracking", "opens", "Opens"),
    ),
    (
        Feature("n_order", "n_order", "Orders", windows=(7, 30, 0)),
        Feature("n_order_sale", "n_order", "In sales", windows=(30,), only_sales=True),
        Feature("n_order_may", "n_order", "In May", windows=(30,), months=(5,)),
        Feature("n_order_day", "n_order", "Days", "days", (30,)),
        Feature("last_order_date", "n_order", "Last", "last"),
        Feature("first_order_date", "n_order", "First", "first"),
        Feature("n_open", "n_open", "Opens", windows=(30,)),
    ),
    (),
)
EVER = date(1970, 1, 1)


def days_ago(n: int) -> date:
    return A - timedelta(days=n)


def activity(*rows: tuple[str, int, int, int, int]) -> pa.Table:
    """(person, days before A, days before A of applied_as_of, orders, opens)"""
    return pa.table(
        {
            "person_id": pa.array([r[0] for r in rows], pa.string()),
            "activity_date": pa.array([days_ago(r[1]) for r in rows], pa.date32()),
            "applied_as_of": pa.array([days_ago(r[2]) for r in rows], pa.date32()),
            "n_order": pa.array([r[3] for r in rows], pa.int64()),
            "n_open": pa.array([r[4] for r in rows], pa.int64()),
        }
    )


def people(*ids: str, opens_since: date | None = EVER, profiling_since: date | None = EVER) -> pa.Table:
    n = len(ids)
    return pa.table(
        {
            "person_id": pa.array(ids, pa.string()),
            "as_of_date": pa.array([A] * n, pa.date32()),
            "email_marketing": pa.array([EVER] * n, pa.date32()),
            "open_tracking": pa.array([opens_since] * n, pa.date32()),
            "profiling": pa.array([profiling_since] * n, pa.date32()),
        }
    )


def one(activity: pa.Table, people: pa.Table, calendar: Calendar | None = None) -> dict[str, object]:
    rows = compute_features(activity, people, CATALOGUE, [A], calendar or Calendar()).to_pylist()
    return rows[0]


def test_windows_are_half_open_and_end_before_the_as_of_day() -> None:
    row = one(
        activity((ANN, 0, -1, 8, 0), (ANN, 1, 0, 1, 0), (ANN, 7, 6, 2, 0), (ANN, 8, 7, 4, 0), (ANN, 400, 399, 16, 0)),
        people(ANN),
    )
    assert (row["n_order_7d"], row["n_order_30d"], row["n_order_lifetime"]) == (3, 7, 23)
    assert (row["last_order_date"], row["first_order_date"]) == (days_ago(1), days_ago(400))


def test_silent_people_have_a_row_of_zeros() -> None:
    rows = compute_features(activity((ANN, 1, 0, 1, 0)), people(ANN, BOB), CATALOGUE, [A], Calendar()).to_pylist()
    assert [r["person_id"] for r in rows] == [ANN, BOB]
    assert (rows[1]["n_order_30d"], rows[1]["last_order_date"]) == (0, None)


def test_a_correction_counts_from_its_own_as_of_day() -> None:
    history = activity((ANN, 5, 4, 2, 0), (ANN, 5, 0, -2, 0), (ANN, 9, -1, 7, 0))
    row = one(history, people(ANN))
    assert (row["n_order_30d"], row["n_order_day_30d"], row["last_order_date"]) == (0, 0, None)


def test_nothing_is_seen_before_the_permission_began() -> None:
    history = activity((ANN, 3, 2, 1, 1), (ANN, 20, 19, 1, 1))
    row = one(history, people(ANN, opens_since=days_ago(10)))
    assert (row["n_open_30d"], row["n_order_30d"]) == (1, 2)
    row = one(history, people(ANN, opens_since=None))
    assert (row["n_open_30d"], row["n_order_30d"]) == (0, 2)


def test_inventing_opens_of_people_without_permission_changes_no_byte() -> None:
    who = people(ANN, opens_since=None)
    plain = compute_features(activity((ANN, 3, 2, 1, 0)), who, CATALOGUE, [A], Calendar())
    invented = compute_features(activity((ANN, 3, 2, 1, 0), (ANN, 2, 1, 0, 9)), who, CATALOGUE, [A], Calendar())
    assert plain.equals(invented)


def test_months_and_sales_periods_are_conditions_on_the_day() -> None:
    history = activity((ANN, 1, 0, 1, 0), (ANN, 10, 9, 2, 0))
    calendar = Calendar(sales_days([(days_ago(12), days_ago(8))]))
    row = one(history, people(ANN), calendar)
    assert (row["n_order_sale_30d"], row["n_order_may_30d"]) == (2, 3)


histories = st.lists(
    st.tuples(
        st.sampled_from([ANN, BOB]), st.integers(-2, 40), st.integers(0, 12), st.integers(-2, 3), st.integers(0, 2)
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 40))
def test_equals_a_naive_count_over_random_histories(rows: list[tuple[str, int, int, int, int]], since: int) -> None:
    late = [(p, d, d - 1 - wait, o, n) for p, d, wait, o, n in rows]
    got = compute_features(activity(*late), people(ANN, BOB, opens_since=days_ago(since)), CATALOGUE, [A], Calendar())
    for row in got.to_pylist():
        mine = [(d, o, n) for p, d, applied, o, n in late if p == row["person_id"] and d > 0 and applied >= 0]
        for window in (7, 30):
            assert row[f"n_order_{window}d"] == sum(o for d, o, _ in mine if d <= window)
        assert row["n_open_30d"] == sum(n for d, _, n in mine if d <= 30 and days_ago(d) >= days_ago(since))
        net: dict[int, int] = {}
        for d, o, _ in mine:
            net[d] = net.get(d, 0) + o
        bought = [d for d, o in net.items() if o > 0]
        assert row["n_order_day_30d"] == sum(1 for d in bought if d <= 30)
        assert row["last_order_date"] == (days_ago(min(bought)) if bought else None)


def test_many_days_in_one_pass_equal_each_day_alone() -> None:
    history = activity((ANN, 3, 2, 1, 0), (BOB, 15, 14, 2, 0))
    earlier = people(ANN, BOB).set_column(1, "as_of_date", pa.array([days_ago(5)] * 2, pa.date32()))
    both = compute_features(
        history, pa.concat_tables([people(ANN, BOB), earlier]), CATALOGUE, [A, days_ago(5)], Calendar()
    )
    alone = [
        compute_features(history, p, CATALOGUE, [d], Calendar())
        for p, d in ((earlier, days_ago(5)), (people(ANN, BOB), A))
    ]
    assert both.equals(pa.concat_tables(alone))
