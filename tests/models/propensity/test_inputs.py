"""What models of propensity look at: what a workspace has of it, and the columns it is made of."""

from datetime import date

import pytest
from pyspark.sql import SparkSession

from segspark.config.models import SalesPeriod
from segspark.features.catalogue import build_catalogue
from segspark.models.propensity.inputs import (
    CALENDAR,
    FEATURES,
    Input,
    beside_trees,
    calendar_columns,
    choose_inputs,
    columns_of,
)
from segspark.models.propensity.outcome import Window
from segspark.models.propensity.outcomes import NO_ACT, NO_ORDER
from segspark.models.propensity.training_set import with_calendar

FULL = build_catalogue((7, 30, 90, 365))
COLUMNS = {c.name for c in FULL.stored_columns()} | {d.name for d in (*FULL.derived, *FULL.of_profile)}


def test_what_a_workspace_lacks_is_left_out_and_the_order_stays() -> None:
    found = choose_inputs(["n_order_30d", "city", "days_since_order", "month"], 100)
    assert found == (Input("days_since_order", 1000.0), Input("n_order_30d", 0.0), Input("month", 0.0))


def test_a_ratio_is_an_input_where_both_of_its_columns_are_there() -> None:
    assert "overdue" not in {i.name for i in choose_inputs(["days_since_order"], 1)}
    found = {i.name: i for i in choose_inputs(["days_between_orders", "days_since_order"], 30)}
    assert found["overdue"].expression == (
        "coalesce(cast(try_divide(`days_since_order`, if(`days_between_orders` <= 10, `days_between_orders`, null)) "
        "as double), 1.0D)"
    )


def test_the_columns_of_a_ratio_are_those_it_is_made_of() -> None:
    assert columns_of(["overdue", "n_click_30d", "month"]) == {"days_since_order", "days_between_orders", "n_click_30d"}
    for item in FEATURES.values():
        assert all(name in (item.sql or item.name) for name in item.columns)


def test_the_usual_catalogue_has_all_of_them_and_opens_are_none_of_them() -> None:
    assert [i.name for i in choose_inputs(sorted(COLUMNS), 1)] == [i.name for i in FEATURES.values() if i.is_default]
    assert [i.name for i in choose_inputs(sorted(COLUMNS), 1, list(FEATURES))] == list(FEATURES)
    assert choose_inputs(sorted(COLUMNS), 1, wanted=False) == ()
    assert columns_of(FEATURES) <= COLUMNS
    assert not [name for name in columns_of(FEATURES) if "open" in name]


def test_what_grows_with_the_history_looks_back_at_a_third_of_it(spark: SparkSession) -> None:
    found = {i.name: i for i in choose_inputs(["tenure_days", "days_since_order", "days_between_orders"], 240)}
    assert (
        found["tenure_days"].expression == "coalesce(cast(if(`tenure_days` > 80, 80, `tenure_days`) as double), -1.0D)"
    )
    assert found["tenure_days"].columns == ("tenure_days",)
    assert found["days_since_order"].expression == "coalesce(cast(`days_since_order` as double), 1000.0D)"
    people = spark.createDataFrame(
        [(500, 160, 80.0), (79, 160, 80.5), (None, 160, None)],
        "tenure_days int, days_since_order int, days_between_orders double",
    )
    names = ("tenure_days", "days_between_orders", "overdue")
    rows = people.selectExpr(*[found[name].expression for name in names]).collect()
    # A longer rhythm than could be seen is as none: nobody is late by it.
    assert [tuple(row) for row in rows] == [(80, 80, 2), (79, 1000, 1), (-1, 1000, 1)]


def test_a_fill_or_a_bound_is_nobodys_value(spark: SparkSession) -> None:
    columns = {
        "days_between_orders": "400",
        "days_since_order": "800",
        "tenure_days": "900",
        "days_since_first_order": "null",
    }
    inputs = {i.name: i for i in choose_inputs(columns, 300)}
    row = spark.sql("SELECT " + ", ".join(f"cast({sql} as int) AS {name}" for name, sql in columns.items()))
    found = row.selectExpr(*[f"{i.said} AS `{name}`" for name, i in inputs.items()]).first()
    filled = row.selectExpr(*[f"{i.expression} AS `{name}`" for name, i in inputs.items()]).first()
    assert found is not None
    assert filled is not None
    assert found.asDict() == {
        "days_between_orders": 400, "days_since_order": 800, "tenure_days": 900, "days_since_first_order": None, "overdue": 2,
    }  # fmt: skip
    # Who never ordered has not ordered first today.
    assert filled.asDict() == {
        "days_between_orders": 1000, "days_since_order": 800, "tenure_days": 100, "days_since_first_order": -1, "overdue": 1,
    }  # fmt: skip


def test_only_who_orders_has_a_pace_beside_the_trees() -> None:
    assert beside_trees(NO_ACT) == ()
    assert [i.columns for i in beside_trees(NO_ORDER)] == [("n_order_day_lifetime",), ("days_since_first_order",)]
    assert not {i.name for i in beside_trees(NO_ORDER)} & set(FEATURES)


SALES = (
    SalesPeriod(name="winter", start=date(2026, 1, 14), end=date(2026, 2, 10), market="FR"),
    SalesPeriod(name="any", start=date(2026, 3, 1), end=date(2026, 3, 2)),
    SalesPeriod(name="elsewhere", start=date(2026, 1, 1), end=date(2026, 3, 30), market="DE"),
)


@pytest.mark.parametrize(
    ("day", "ahead", "behind"),
    [
        # All of both periods lie ahead within 60 days, but the last day.
        (date(2026, 1, 1), 28 + 1, 0),
        # The first day of a window counts, the day before it does not.
        (date(2026, 1, 14), 28 + 2, 0),
        (date(2026, 2, 10), 1 + 2, 27),
        (date(2026, 2, 11), 2, 28),
        (date(2026, 6, 1), 0, 0),
    ],
)
def test_sales_days_are_those_of_the_home_market_around_a_day(
    spark: SparkSession, day: date, ahead: int, behind: int
) -> None:
    people = spark.createDataFrame([(day,)], "as_of_date date")
    row = with_calendar(people, calendar_columns(SALES, "FR", Window(60))).collect()[0]
    assert (row["sale_days_ahead"], row["sale_days_behind"], row["month"]) == (ahead, behind, day.month)


def test_the_days_of_a_gap_are_not_ahead(spark: SparkSession) -> None:
    people = spark.createDataFrame([(date(2026, 2, 11),)], "as_of_date date")
    columns = calendar_columns(SALES, "FR", Window(60, gap=19))
    assert with_calendar(people, columns).collect()[0]["sale_days_ahead"] == 1


def test_without_sales_periods_the_month_is_all_of_the_calendar() -> None:
    assert calendar_columns((), "FR", Window(60)) == {"month": "month(as_of_date)"}
    assert set(calendar_columns(SALES, "FR", Window(60))) == set(CALENDAR)
