"""Acts are named by what counts them, or by their last day."""

from segspark.features.catalogue.build import build_catalogue

from segspark.features.acts import acts_of

CATALOGUE = build_catalogue()


def test_acts_are_named_by_their_count_or_their_last_day() -> None:
    acts = acts_of(CATALOGUE)
    assert (acts["order"], acts["click"], acts["cart_add"]) == ("n_order", "n_click", "n_cart_add")
    # Visits are counted as days, and named by the last of them.
    assert acts["visit"] == next(f.measure for f in CATALOGUE.features if f.name == "last_visit_date")
    assert "order_cents" not in acts
