"""Which names stand for a count over another window than the declared ones."""

import pytest

from segspark.features.catalogue import build_catalogue
from segspark.features.undeclared import all_undeclared, undeclared

CATALOGUE = build_catalogue((7, 30, 90, 365))


@pytest.mark.parametrize(
    ("name", "measure", "kind", "days", "unit"),
    [
        ("n_click_17d", "n_click", "sum", 17, "clicks"),
        ("order_cents_400d", "order_cents", "sum", 400, "minor units"),
        ("n_visit_day_3d", "n_web", "days", 3, "days"),
    ],
)
def test_a_count_over_any_window(name: str, measure: str, kind: str, days: int, unit: str) -> None:
    found = undeclared(name, CATALOGUE)
    assert found is not None
    assert (found.measure, found.kind.name, found.days, found.unit) == (measure, kind, days, unit)


@pytest.mark.parametrize(
    "name",
    [
        "n_click_30d", "n_click", "n_click_0d", "n_click_99999d", "n_clik_17d", "last_order_date", "n_click_lifetime",
        # Of items, of some months only, and what is derived from others.
        "n_campaign_clicked_17d", "n_order_m01_17d", "click_rate_17d",
    ],
)  # fmt: skip
def test_other_names_are_no_count_over_an_undeclared_window(name: str) -> None:
    assert undeclared(name, CATALOGUE) is None


def test_some_of_many_names() -> None:
    assert list(all_undeclared(["country", "n_click_17d", "n_click_30d"], CATALOGUE)) == ["n_click_17d"]
