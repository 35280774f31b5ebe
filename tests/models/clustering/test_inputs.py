"""What groups are made of: which features, how missing values are filled, which are taken as logarithms."""

import pytest

from segspark.errors import ConfigError
from segspark.models.clustering.config import Clustering
from segspark.models.clustering.inputs import DEFAULT, choose_inputs, configured
from segspark.models.prepare import Input

INPUTS = (Input("a", 0.0, log=True), Input("b", 7.0))


def test_missing_values_are_filled_as_configured() -> None:
    a, b = configured(INPUTS, Clustering(imputation="nearest", imputation_of={"b": 3}))
    assert (a.impute, b.impute, b.fill) == ("nearest", "constant", 3.0)
    a, b = configured(INPUTS, Clustering(imputation_of={"a": "median"}, log=("b",)))
    assert (a.impute, a.log, b.impute, b.fill, b.log) == ("median", False, "constant", 7.0, True)


def test_a_feature_that_is_none_of_the_inputs_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"name \['c'\]; the groups are made of \['a', 'b'\]"):
        configured(INPUTS, Clustering(imputation_of={"c": "nearest"}))


def test_by_default_groups_are_made_of_what_the_frame_has_and_opens_are_none_of_it() -> None:
    found = choose_inputs((), ["tenure_days", "n_order_365d", "n_open_90d"])
    assert [i.name for i in found] == ["n_order_365d", "tenure_days"]
    assert not [i.name for i in DEFAULT if "open" in i.name]


def test_who_never_did_something_did_it_before_every_window() -> None:
    assert {i.name: i.fill for i in DEFAULT if i.name.startswith("days_")} == {
        "days_since_order": 1000.0,
        "days_since_active": 1000.0,
    }


def test_what_is_missing_says_neither_new_nor_fallen() -> None:
    fills = {i.name: i.fill for i in DEFAULT}
    # A trend of nothing is steady; the share and the days of which nothing is known are those of the middle of the list.
    assert (fills["visit_trend"], fills["tenure_days"], fills["sale_share_lifetime"]) == (1.0, None, None)


def test_a_wish_is_followed_in_its_order_and_counts_are_taken_as_logarithms() -> None:
    found = choose_inputs(("age_years", "n_shoe_30d", "days_since_order"), [])
    assert [(i.name, i.log, i.fill) for i in found] == [
        ("age_years", False, None),
        ("n_shoe_30d", True, None),
        ("days_since_order", True, 1000.0),
    ]
