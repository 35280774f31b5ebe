"""Who has lost a value gets it again from the days of the window; nobody else's row is touched."""

from datetime import date, timedelta

import pyarrow as pa
from features.engine.histories import LARGEST

from segspark.features.engine.days import Calendar
from segspark.features.engine.restore import Lost, of_window, restored, without_unmerge
from segspark.features.feature import Catalogue, Feature, Measure
from segspark.time import day_number

ANN, BOB, EVE = (letter * 32 for letter in "abe")
AS_OF, EVER = date(2026, 5, 10), date(1970, 1, 1)
CATALOGUE = Catalogue(
    (
        Measure("n_order", ("order",), "profiling", "orders", "Orders"),
        Measure("n_click", ("click",), "email_marketing", "clicks", "Clicks"),
    ),
    (
        Feature("n_order", "n_order", "Orders", windows=(2, 5)),
        Feature("largest", "n_order", "Most in a day", LARGEST, (2, 5)),
        Feature("last_order_date", "n_order", "Last", "last"),
        Feature("n_click", "n_click", "Clicks", windows=(2,)),
    ),
    (),
)


def people(*ids: str) -> pa.Table:
    dates = {p: pa.array([EVER] * len(ids), pa.date32()) for p in ("email_marketing", "open_tracking", "profiling")}
    return pa.table({"person_id": list(ids), "as_of_date": pa.array([AS_OF] * len(ids), pa.date32()), **dates})


def activity(*rows: tuple[str, int, int]) -> pa.Table:
    """(person, days before the as-of day, orders)"""
    days = [AS_OF - timedelta(days=n) for _, n, _ in rows]
    return pa.table(
        {
            "person_id": [r[0] for r in rows],
            "activity_date": pa.array(days, pa.date32()),
            "applied_as_of": pa.array([d + timedelta(days=1) for d in days], pa.date32()),
            "n_order": pa.array([r[2] for r in rows], pa.int64()),
        }
    )


def test_only_what_cannot_be_taken_back_is_read_again() -> None:
    part = without_unmerge(CATALOGUE, 5)
    assert [c.name for c in part.stored_columns()] == ["largest_5d"]
    assert [m.name for m in part.measures] == ["n_order"]
    assert [c.name for c in without_unmerge(CATALOGUE, 0).stored_columns()] == ["last_order_date"]


def test_the_first_day_of_a_window_and_of_a_lifetime() -> None:
    assert Lost(5, people(ANN)).first_day == day_number(AS_OF) - 5
    rows = activity((ANN, 6, 9), (ANN, 5, 7), (BOB, 1, 8))
    assert of_window(rows, Lost(5, people(ANN)))["n_order"].to_pylist() == [7]
    assert of_window(rows, Lost(0, people(ANN)))["n_order"].to_pylist() == [9, 7]


def test_the_value_of_the_window_alone_is_restored() -> None:
    wrong = pa.table(
        {
            "person_id": [ANN, BOB, EVE],
            "n_order_2d": pa.array([1, 2, 3]),
            "largest_2d": pa.array([90, 91, 92]),
            "largest_5d": pa.array([90, 91, 92]),
            "last_order_date": pa.array([EVER] * 3, pa.date32()),
        }
    )
    rows, asked = activity((ANN, 3, 4), (ANN, 6, 9), (EVE, 5, 2), (EVE, 1, 1)), []

    def read(lost: Lost, part: Catalogue) -> pa.Table:
        asked.append((lost.window, lost.people["person_id"].to_pylist(), [m.name for m in part.measures]))
        return of_window(rows, lost)

    found = restored(wrong, (Lost(5, people(ANN, EVE)),), read, CATALOGUE, Calendar())
    assert asked == [(5, [ANN, EVE], ["n_order"])]
    assert found.column_names == wrong.column_names
    assert found["largest_5d"].to_pylist() == [4, 91, 2]
    for name in ("n_order_2d", "largest_2d", "last_order_date"):
        assert found[name].equals(wrong[name])
