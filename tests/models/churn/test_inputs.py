"""The features of churn: what a workspace has of them, and the columns they are made of."""

from segspark.features.catalogue import build_catalogue
from segspark.models.churn.inputs import DEFAULT, RATIOS, choose_inputs, columns_of

FULL = build_catalogue((7, 30, 90, 365))
COLUMNS = {c.name for c in FULL.stored_columns()} | {d.name for d in (*FULL.derived, *FULL.of_profile)}


def test_what_a_workspace_lacks_is_left_out_and_the_order_stays() -> None:
    assert choose_inputs(["n_order_30d", "city", "days_since_order"]) == {
        "days_since_order": 1000.0,
        "n_order_30d": 0.0,
    }


def test_a_ratio_is_an_input_where_both_of_its_columns_are_there() -> None:
    assert "overdue" not in choose_inputs(["days_since_order"])
    assert choose_inputs(["days_between_orders", "days_since_order"])["overdue"] == 1.0


def test_the_columns_of_a_ratio_are_those_it_is_made_of() -> None:
    assert columns_of(["overdue", "n_click_30d"]) == {"days_since_order", "days_between_orders", "n_click_30d"}
    for formula, needs in RATIOS.values():
        assert all(name in formula for name in needs)


def test_the_usual_catalogue_has_all_of_them_and_opens_are_none_of_them() -> None:
    assert list(choose_inputs(sorted(COLUMNS))) == list(DEFAULT)
    assert columns_of(DEFAULT) <= COLUMNS
    assert not [name for name in columns_of(DEFAULT) if "open" in name]
