"""The built-in features of every family: hand-written answers, and each has its words."""

from datetime import date
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from segspark.features.catalogue import FAMILIES, build_catalogue
from segspark.features.catalogue_check import catalogue_issues
from segspark.features.engine.windows import with_derived, with_projections
from segspark.features.profile import COLUMNS, people_profiles

FULL = build_catalogue((7, 30, 90, 365))
AS_OF = date(2026, 6, 1)
ANN, BOB = "a" * 32, "b" * 32


def test_nine_families_hold_more_than_120_features_each_with_its_words() -> None:
    made = (*FULL.features, *FULL.derived, *FULL.of_profile)
    names = {f.__name__.rpartition(".")[2] for f in FAMILIES}
    assert {f.family for f in made} == names
    assert len(names) == 9
    assert len(made) >= 120
    assert all(len(f.describe) > 5 for f in made)
    assert catalogue_issues(FULL) == []


# What ann has done; every other number is zero and every other value unknown.
DONE: dict[str, Any] = {
    "n_click_30d": 2, "n_delivered_30d": 8, "n_click_90d": 4, "n_click_365d": 4, "n_click_machine_365d": 1,
    "n_campaign_clicked_90d": 2, "n_sent_30d": 10, "n_bounce_soft_30d": 1,
    "last_bounce_date": date(2026, 5, 20), "last_delivered_date": date(2026, 5, 10),
    "n_visit_day_90d": 2, "n_page_view_90d": 9, "last_cart_add_date": date(2026, 5, 20),
    "n_order_lifetime": 3, "n_order_day_lifetime": 2, "n_order_365d": 2, "n_order_90d": 0,
    "first_order_date": date(2026, 1, 1), "last_order_date": date(2026, 3, 2),
    "n_order_m01_lifetime": 1, "n_order_m03_lifetime": 1, "n_order_m06_lifetime": 1,
    "n_top_category_365d": 3, "n_category_act_365d": 4, "latest_category": "hats", "top_category_ordered_365d": "bags",
    "last_top_category_date": date(2026, 5, 31),
    "n_active_365d": 8, "n_active_h08_365d": 3, "n_active_h21_365d": 3, "n_active_h23_365d": 2,
    "n_active_wd6_365d": 2, "n_active_wd7_365d": 2, "n_active_wd1_365d": 4, "n_active_mobile_365d": 6,
}  # fmt: skip


EXPECTED: dict[str, Any] = {
    "click_rate_30d": 0.25, "machine_share_365d": 0.2, "clicks_per_campaign_90d": 2.0, "click_trend": 365 / 90,
    "soft_bounce_rate_30d": 0.1, "has_bounced_since_delivery": True, "days_since_bounce": 12,
    "pages_per_visit_90d": 4.5, "has_open_cart": True, "days_since_cart_add": 12,
    "days_between_orders": 30.0, "overdue_ratio": 91 / 30, "is_repeat_buyer": True, "order_trend": 0.0,
    "top_category_share_365d": 0.75, "days_since_top_category": 1, "is_browsing_other_category": True,
    "preferred_hour": 8, "preferred_weekday": 1, "preferred_device": "mobile", "weekend_share_365d": 0.5,
    "morning_share_365d": 0.375, "evening_share_365d": 0.375, "night_share_365d": 0.25, "mobile_share_365d": 0.75,
    "weekdays_365d": [4, 0, 0, 0, 0, 2, 2], "hours_365d": [3 if h in (8, 21) else 2 if h == 23 else 0 for h in range(24)],
    "preferred_order_month": 1, "order_month_share": 1 / 3, "is_order_month": True,
    "open_rate_30d": 0.0, "days_since_open": None, "offer_use_rate_30d": None,
}  # fmt: skip


NOTHING: dict[str, Any] = {
    "click_rate_30d": None, "clicks_h30": 0.0, "preferred_hour": None, "preferred_device": None, "has_open_cart": None,
    "days_since_order": None, "overdue_ratio": None, "is_repeat_buyer": False, "top_category_share_365d": None,
    "preferred_order_month": None, "order_month_share": None, "weekdays_365d": [0] * 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(spark: SparkSession) -> dict[str, Row]:
    """Every derived feature of ann, and of bob who never did anything."""
    columns = FULL.stored_columns()
    schema = "person_id string, as_of_date date, " + ", ".join(f"{c.name} {c.type}" for c in columns)
    empty = {c.name: 0 if c.type == "bigint" else None for c in columns}
    rows = [{"person_id": ANN, "as_of_date": AS_OF, **empty, **DONE}, {"person_id": BOB, "as_of_date": AS_OF, **empty}]
    features = spark.createDataFrame([tuple(r.values()) for r in rows], schema)
    born = "identifier_id string, valid_from timestamp, recorded_at timestamp, source string, known_as_of date, "
    born += "birth_date date, signup_date date, attributes map<string,string>, run_id string, "
    born += ", ".join(f"{c} string" for c in COLUMNS if c != "signup_date")
    profile = {"country": "FR", "city": "Lyon", "gender": "female"}
    texts = [profile.get(c) for c in COLUMNS if c != "signup_date"]
    when = date(2026, 1, 1)
    told = spark.sql("SELECT timestamp'2026-01-01 00:00:00' AS valid_from").collect()[0]["valid_from"]
    known = (ANN, told, told, "crm", when, date(1996, 2, 29), date(2025, 12, 1), None, "r", *texts)
    owners = spark.createDataFrame([(ANN, ANN)], "identifier_id string, person_id string")
    profiles = people_profiles(spark.createDataFrame([known], born), owners, AS_OF)
    people = with_derived(features, FULL).join(profiles, on="person_id", how="left")
    return {r["person_id"]: r for r in with_projections(people, FULL.of_profile).collect()}


def test_derived_features_have_the_values_counted_by_hand(made: dict[str, Row]) -> None:
    for name, value in EXPECTED.items():
        found = made[ANN][name]
        assert found == (pytest.approx(value) if isinstance(value, float) else value), name


def test_who_did_nothing_has_no_rates_no_preferences_and_no_days(made: dict[str, Row]) -> None:
    for name, value in NOTHING.items():
        assert made[BOB][name] == value, name


def test_the_profile_is_read_where_it_is_known(made: dict[str, Row]) -> None:
    ann, bob = made[ANN], made[BOB]
    assert (ann["age_years"], ann["age_band"], ann["is_adult"]) == (30, "25-34", True)
    # 28 February 2027, as 2027 has no 29th.
    assert (ann["days_to_birthday"], ann["is_birthday_soon"]) == (272, False)
    assert (ann["signup_age_days"], ann["signup_cohort"], ann["days_signup_to_order"]) == (182, "2025-12", 31)
    assert (ann["has_gender"], ann["has_city"], ann["profile_share"]) == (True, True, pytest.approx(4 / 6))
    assert (bob["age_band"], bob["has_gender"], bob["profile_share"]) == (None, False, 0.0)
