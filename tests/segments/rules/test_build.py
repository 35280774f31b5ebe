"""One condition in three forms, text, YAML and Python, is one tree."""

from datetime import date

import pytest
from written import parse_condition

from segspark.segments.rules.build import TODAY, count, did, never, segment, value, within
from segspark.segments.rules.tree import Compare, Node


@pytest.mark.parametrize(
    ("sql", "yaml", "python"),
    [
        ("n >= 1 and days < 30", {"all": ["n >= 1", "days < 30"]}, (value("n") >= 1) & (value("days") < 30)),
        ("a = 'x' or not (b is null)", {"any": ["a = 'x'", {"not": "b is null"}]},
         (value("a") == "x") | ~value("b").is_missing()),
        ("country in ('FR', 'BE')", ["country in ('FR', 'BE')"], value("country").isin("FR", "BE")),
        ("age between 18 and 30", ["age between 18 and 30"], value("age").between(18, 30)),
        ("last_a < last_b", ["last_a < last_b"], value("last_a") < value("last_b")),
        ("last_a >= as_of - 30", ["within(last_a, 30)"], within("last_a", 30)),
        ("last_a + 7 < today", ["last_a < current_date - 7"], value("last_a") + 7 < TODAY),
        ("last_a between as_of - 9 and as_of - 2", ["last_a >= as_of - 9", "last_a <= as_of - 2"],
         (value("last_a") >= TODAY - 9) & (value("last_a") <= TODAY - 2)),
        ("signup >= date '2026-05-01'", ["signup >= '2026-05-01'"], value("signup") >= date(2026, 5, 1)),
        ("never('order')", {"never": "order"}, never("order")),
        ("count('click', 30) >= 2", ["n_click_30d >= 2"], count("click", 30) >= 2),
        ("count('order') = 0", ["n_order_lifetime = 0"], count("order") == 0),
        ("did_then('visit', 'order', 2)", {"did": "visit", "then": "order", "days": 2}, did("visit").then("order", 2)),
        ("not did_not_then('cart_add', 'order', 7, 30)",
         {"not": {"did": "cart_add", "not_then": "order", "days": 7, "within": 30}},
         ~did("cart_add").not_then("order", 7, 30)),
        ("in_segment('big') and n > 2", {"all": [{"segment": "big"}, "n > 2"]}, segment("big") & (value("n") > 2)),
        ("a <> 1 and b and c <= 2.5", {"all": ["a <> 1", "b", "c <= 2.5"]},
         (value("a") != 1) & (value("b") == True) & (value("c") <= 2.5)),  # noqa: E712
    ],
)  # fmt: skip
def test_three_forms_are_one_tree(sql: str, yaml: object, python: Node) -> None:
    assert parse_condition(sql) == parse_condition(yaml) == python == parse_condition(python)


def test_a_condition_in_python_takes_constants_and_values_only() -> None:
    with pytest.raises(TypeError, match="a text, a number"):
        value("n") >= object()  # noqa: B015


def test_a_constant_may_stand_on_the_left() -> None:
    assert (value("n") > 5) == Compare("n", ">", 5)
    assert (value("n") == 5) == Compare("n", "=", 5)


def test_days_are_added_on_either_side_and_only_to_values() -> None:
    assert (value("a") + 2 < value("b") - 3) == Compare("a", "<", other="b", plus=-5)
    with pytest.raises(TypeError, match="add to the other side"):
        value("a") + 2 < 5  # noqa: B015


def test_a_value_is_no_key_since_its_equality_is_a_condition() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        {value("n")}
