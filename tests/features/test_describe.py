"""What the catalogue says of itself, and what a change of it costs."""

from dataclasses import replace

import pytest

from segspark.errors import ConfigError
from segspark.features.catalogue import build_catalogue
from segspark.features.describe import describe_feature, list_features, plan_features
from segspark.features.feature import Feature, Measure

FULL = build_catalogue((7, 30, 90, 365))


def test_every_column_of_the_feature_frame_is_listed_once() -> None:
    names = [r["feature"] for r in list_features(FULL)]
    assert names == [*(c.name for c in FULL.stored_columns()), *(d.name for d in (*FULL.derived, *FULL.of_profile))]
    assert len(names) == len(set(names)) >= 120


def test_a_feature_says_its_formula_condition_windows_and_what_is_made_of_it() -> None:
    found = describe_feature(FULL, "n_click")
    assert found["columns"] == [*(f"n_click_{w}d" for w in (7, 30, 90, 365)), "n_click_lifetime"]
    assert found["condition"] == "coalesce(not is_machine, true)"
    assert found["purpose"] == "email_marketing"
    assert "click_rate_90d" in found["used_by"]
    assert describe_feature(FULL, "n_click_30d")["formula"] == "sum of n_click over [as_of - 30, as_of)"
    assert describe_feature(FULL, "click_rate_30d")["needs"] == ["n_click_30d", "n_delivered_30d"]
    assert describe_feature(FULL, "n_order_sale_30d")["formula"].startswith("sum of n_order within sales periods")
    with pytest.raises(ConfigError, match="Did you mean n_click_30d"):
        describe_feature(FULL, "n_clik_30d")


def test_items_and_profile_features_say_where_they_come_from() -> None:
    found = describe_feature(FULL, "top_category")
    assert (found["value"], found["unit"], found["empty"]) == ("category", "name", "null")
    assert found["formula"] == "item named most of category_seen over [as_of - 365, as_of)"
    assert describe_feature(FULL, "n_product_seen_90d")["unit"] == "products"
    assert describe_feature(FULL, "n_active_wd7")["formula"].startswith("sum of n_active on weekdays 7 over")
    assert describe_feature(FULL, "top_category_share_365d")["needs"] == ["n_category_act_365d", "n_top_category_365d"]
    assert describe_feature(FULL, "age_band")["purpose"] == "-"
    assert describe_feature(FULL, "days_signup_to_order")["needs"] == ["first_order_date"]


def test_a_new_window_costs_nothing_and_a_measure_its_days() -> None:
    before = FULL.measure_hashes
    assert plan_features(build_catalogue((5, 7, 30, 90, 365)), before) == []
    own = Measure("n_shoe", ("order",), "profiling", "orders", "Shoes", "category = 'shoes'")
    more = replace(
        FULL, measures=(*FULL.measures, own), features=(*FULL.features, Feature("n_shoe", "n_shoe", "", windows=(30,)))
    )
    assert plan_features(more, before) == [{"measure": "n_shoe", "change": "new", "features": "n_shoe_30d"}]
    other = replace(more, measures=(*FULL.measures, replace(own, where="category = 'boots'")))
    assert [r["change"] for r in plan_features(other, more.measure_hashes)] == ["changed"]
    assert [r["change"] for r in plan_features(FULL, more.measure_hashes)] == ["removed"]
