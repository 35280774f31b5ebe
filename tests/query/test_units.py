"""Units of values: that of the measure, else what the name says."""

import pytest

from segspark.features.catalogue import build_catalogue
from segspark.features.value import Value
from segspark.query.units import unit_of

CATALOGUE = build_catalogue((7, 30, 90, 365))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("n_click_30d", "clicks"), ("n_order_lifetime", "orders"), ("order_cents_365d", "minor units"),
        ("avg_order_cents_365d", "minor units"), ("click_rate_90d", "share"), ("sale_share_lifetime", "share"),
        ("dwell_s_30d", "seconds"), ("tenure_days", "days"), ("age_years", ""), ("engagement", ""),
    ],
)  # fmt: skip
def test_a_value_has_the_unit_of_its_measure_or_of_its_name(name: str, unit: str) -> None:
    assert unit_of(CATALOGUE, name) == unit


def test_what_grows_by_one_each_day_is_in_days() -> None:
    assert unit_of(CATALOGUE, "days_since_order", Value("number", "ageing")) == "days"
