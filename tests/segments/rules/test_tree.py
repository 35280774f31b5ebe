"""The tree: what it names, and the text that people read and write."""

import pytest
from hypothesis import given
from segments.rules.trees import leaf
from written import parse_condition

from segspark.segments.rules.stored import to_json
from segspark.segments.rules.tree import (
    Always,
    And,
    Between,
    Compare,
    Followed,
    In,
    Leaf,
    Member,
    Missing,
    Not,
    Or,
    leaves,
    looked_at,
    map_leaves,
    members,
    names,
    sequences,
    text_of,
    with_members,
)


@given(leaf)
def test_what_an_explanation_shows_can_be_written(node: Leaf) -> None:
    assert parse_condition(text_of(node)) == node


A, B, C = Compare("a", ">", 1), Missing("b"), In("c", ("x", "y"))


def test_what_is_joined_in_python_lies_flat() -> None:
    assert And((A, B, C)) == A & B & C
    assert Or((A, B, C)) == A | (B | C)
    assert And((Or((A, B)), Not(C))) == (A | B) & ~C


def test_where_a_condition_is_written_is_no_part_of_it() -> None:
    assert Compare("a", ">", 1, where="rules.yaml:4") == A
    assert "rules.yaml" not in str(to_json(Compare("a", ">", 1, where="rules.yaml:4")))


def test_a_tree_names_every_value_it_looks_at_once_in_order() -> None:
    tree = And((Compare("a", "<", other="b"), Not(Compare("a", ">", 1)), Always(), Followed("v", "o", 3, True, 20)))
    assert names(tree) == ["a", "b", "did_v_then_o_3d_of_20d_date", "did_v_then_o_3d_of_20d_then_date"]


def test_a_tree_looks_at_its_values_and_at_the_acts_of_its_sequences() -> None:
    tree = Or((Compare("a", "<", other="b"), Not(Followed("cart_add", "order", 3))))
    assert looked_at([tree, Compare("c", ">", 1)]) == {"a", "b", "c", "act:cart_add", "act:order"}


def test_sequences_of_several_trees_are_told_once() -> None:
    first, second = Followed("v", "o", 3), Followed("v", "o", 3, False)
    assert sequences([And((first, A)), Not(first), Or((second, first))]) == [first, second]


def test_members_are_replaced_by_their_trees_before_anything_is_looked_at() -> None:
    written = Or((A, Not(Member("buyers"))))
    assert members(written) == [Member("buyers")]
    assert with_members(written, {"buyers": B & C}) == Or((A, Not(And((B, C)))))
    with pytest.raises(TypeError, match="buyers is not resolved"):
        leaves(written)


def test_leaves_are_changed_where_they_stand() -> None:
    assert map_leaves(And((A, Not(B))), lambda leaf: Always() if leaf == B else leaf) == And((A, Not(Always())))


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Compare("a", "<>", "x"), "a <> 'x'"),
        (Compare("a", "=", True), "a = true"),
        (Compare("a", ">", other="b"), "a > b"),
        (Compare("a", ">=", other="as_of_date", plus=-30), "a >= as_of_date - 30"),
        (Compare("a", "<", other="b", plus=2), "a < b + 2"),
        (Between("a", 1, 2.5), "a between 1 and 2.5"),
        (C, "c in ('x', 'y')"),
        (B, "b is null"),
        (Followed("v", "o", 3, False, 20), "did_not_then('v', 'o', 3, 20)"),
        (Always(), "true"),
    ],
)
def test_a_condition_is_shown_as_people_write_it(leaf: Leaf, text: str) -> None:
    assert text_of(leaf) == text
