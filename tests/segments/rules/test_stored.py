"""The canonical form of the tree: equal trees give equal text, and it comes back from it."""

import pytest
from hypothesis import given
from segments.rules.trees import trees

from segspark.ids import version_of
from segspark.segments.rules.stored import from_json, to_json
from segspark.segments.rules.tree import Always, And, Between, Compare, Followed, In, Member, Missing, Node, Not, Or

A, B, C = Compare("a", ">", 1), Missing("b"), In("c", ("x", "y"))


@given(trees)
def test_the_canonical_form_gives_the_tree_back_and_decides_its_version(node: Node) -> None:
    again = from_json(to_json(node))
    assert again == node
    assert version_of(to_json(again)) == version_of(to_json(node))


def test_a_shift_is_part_of_the_canonical_form_only_where_there_is_one() -> None:
    assert to_json(Compare("a", "<", other="b")) == {"name": "a", "op": "<", "other": "b"}
    assert to_json(Compare("a", "<", other="b", plus=-3)) == {"name": "a", "op": "<", "other": "b", "plus": -3}


def test_the_canonical_form_of_each_kind_stays_as_definitions_store_it() -> None:
    tree = And((A, Between("b", 1, 2), C, Not(B), Or((Always(), Member("k"))), Followed("v", "o", 3, False, 20)))
    assert to_json(tree) == {
        "all": [
            {"name": "a", "op": ">", "value": 1},
            {"name": "b", "between": [1, 2]},
            {"name": "c", "in": ["x", "y"]},
            {"not": {"name": "b", "missing": True}},
            {"any": [{"always": True}, {"segment": "k"}]},
            {"did": "v", "not_then": "o", "days": 3, "within": 20},
        ]
    }
    assert from_json(to_json(tree)) == tree
    with pytest.raises(ValueError, match="no condition"):
        from_json({"name": "a"})
