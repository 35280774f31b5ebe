"""How far somebody is from the one condition that is missing."""

from typing import Any

import pytest

from segspark.segments.rules.sql import parse_text
from segspark.segments.shortfall import shortfall


@pytest.mark.parametrize(
    ("text", "value", "english", "french"),
    [
        ("n_click_30d >= 3", 2, "1 click short", "il manque 1 clic"),
        ("n_order_365d > 3", 2, "2 orders short", "il manque 2 achats"),
        ("n_order_lifetime = 1", 4, "3 orders too many", "3 achats de trop"),
        ("days_since_order <= 60", 72, "12 days too many", "12 jours de trop"),
        ("days_since_order > 60", 60, "1 day short", "il manque 1 jour"),
        ("click_rate_90d >= 0.3", 0.1, "0.2 short", "il manque 0,2"),
        # Of a fraction nothing says how much above the bound is enough.
        ("click_rate_90d > 0.3", 0.1, "0.2 short", "il manque 0,2"),
        ("n_page_view_30d >= 1000", 0, "1000 short", "il manque 1000"),
        ("n_click_30d >= 3", None, None, None),
        ("n_click_30d >= 3", 3, None, None),
        ("n_click_30d <> 3", 3, None, None),
        ("country = 'FR'", "BE", None, None),
        ("is_vip = true", False, None, None),
        ("n_click_30d >= n_click_90d", 1, None, None),
        ("n_click_30d between 3 and 5", 1, None, None),
    ],
)  # fmt: skip
def test_the_distance_is_told_in_the_unit_of_the_name(
    text: str, value: Any, english: str | None, french: str | None
) -> None:
    node = parse_text(text)
    row = {getattr(node, "name"): value, "n_click_90d": 5}  # noqa: B009
    assert (shortfall(node, row, "en"), shortfall(node, row, "fr")) == (english, french)
