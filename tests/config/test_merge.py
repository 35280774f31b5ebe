"""Settings over settings: of the environment over the file over the defaults."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segspark.config.merge import merge, nested


def test_mappings_are_merged_and_lists_replaced() -> None:
    low = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    assert merge(low, {"a": {"y": [3]}, "b": {"z": 1}}) == {"a": {"x": 1, "y": [3]}, "b": {"z": 1}}
    assert low == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


@given(st.dictionaries(st.sampled_from("abc"), st.integers() | st.dictionaries(st.sampled_from("xy"), st.integers())))
def test_merging_with_itself_changes_nothing(settings: dict[str, Any]) -> None:
    assert merge(settings, settings) == settings
    assert merge(settings, {}) == settings == merge({}, settings)


def test_a_place_with_a_value_is_settings_of_one_value() -> None:
    assert nested(("a", "b", "c"), [1]) == {"a": {"b": {"c": [1]}}}
    assert nested(("a",), None) == {"a": None}
