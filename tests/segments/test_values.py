"""What conditions may look at: kinds of values, and how each moves from day to day without an event."""

import pytest

from segspark.config.models import Models
from segspark.features.aggregations.top_last import TOP_LAST
from segspark.features.catalogue import build_catalogue
from segspark.features.value import Value
from segspark.segments.values import values_of

CATALOGUE = build_catalogue((7, 30, 90))
VALUES = values_of(CATALOGUE, Models())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Only an event changes a count since ever, and a last day.
        ("n_order_lifetime", Value("number", "still")),
        ("last_order_date", Value("date", "still")),
        # A count over a window loses days.
        ("n_order_30d", Value("number", "moving")),
        ("days_since_order", Value("number", "ageing")),
        ("as_of_date", Value("date", "today")),
        ("country", Value("text", "still")),
        ("age_years", Value("number", "birthday")),
        ("days_to_birthday", Value("number", "moving")),
        ("churn", Value("number", "moving")),
        ("rfm_cell", Value("text", "moving")),
        ("is_contactable", Value("boolean", "moving")),
        ("season", Value("text", "calendar")),
        ("is_holiday", Value("boolean", "calendar")),
        # A forecast would be another one tomorrow.
        ("weather", Value("text", "moving")),
        ("temperature_c", Value("number", "moving")),
        ("click_rate_90d", Value("number", "moving")),
    ],
)
def test_a_value_has_a_kind_and_moves_as_its_source_does(name: str, value: Value) -> None:
    assert VALUES[name] == value


def test_which_item_leads_in_a_window_moves_also_where_its_name_has_no_window() -> None:
    top = [f for f in CATALOGUE.features if f.kind == TOP_LAST]
    assert top
    assert {VALUES[f.column(w)].motion for f in top for w in f.spans} == {"moving"}


def test_counts_are_known_for_the_windows_of_the_workspace_only() -> None:
    assert "n_search_3d" not in VALUES
    assert values_of(build_catalogue((3,)), Models())["n_search_3d"] == Value("number", "moving")


def test_a_list_of_numbers_is_no_value_of_a_condition() -> None:
    catalogue = build_catalogue((30, 90, 365))
    lists = [d.name for d in catalogue.derived if d.type.startswith("array")]
    assert lists
    assert not set(lists) & set(values_of(catalogue, Models()))
