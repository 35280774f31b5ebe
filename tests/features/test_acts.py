"""Acts are named by what counts them, or by their last day."""

from segspark.features.acts import acts_of
from segspark.features.catalogue import build_catalogue

CATALOGUE = build_catalogue((7, 30, 90))


def test_acts_are_named_by_their_count_or_their_last_day() -> None:
    acts = acts_of(CATALOGUE)
    assert (acts["order"], acts["click"], acts["cart_add"]) == ("n_order", "n_click", "n_cart_add")
    # Visits are counted as days, and named by the last of them.
    assert acts["visit"] == next(f.measure for f in CATALOGUE.features if f.name == "last_visit_date")
    assert "order_cents" not in acts
