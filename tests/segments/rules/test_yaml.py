"""Conditions as YAML: text, lists, mappings; what is none is refused."""

from typing import Any

import pytest
from written import parse_condition

from segspark.segments.rules.tree import Always, And, Compare, Followed, Member, Missing, Node, Not, Or, leaves
from segspark.segments.rules.yaml import Place, read_condition
from segspark.segments.validation_errors import DefinitionError, ValidationIssue


@pytest.mark.parametrize(
    "said", ["n >=", "drop table x", "n >= 3; n < 2", "sum(n) > 3", "n in (select 1)", "", {"some": ["n = 1"]}, 7]
)
def test_what_is_no_condition_is_refused_with_what_to_write(said: Any) -> None:
    with pytest.raises(DefinitionError):
        parse_condition(said)


A, B = Compare("a", "=", 1), Compare("b", "=", 2)


def line(place: Place) -> str:
    """A place as messages would name it."""
    return "/".join(map(str, place)) or "top"


@pytest.mark.parametrize(
    ("said", "tree"),
    [
        (True, Always()),
        (A, A),
        ("a = 1", A),
        (["a = 1"], A),
        (["a = 1", "b = 2"], And((A, B))),
        ({"all": ["a = 1", {"not": "b = 2"}]}, And((A, Not(B)))),
        ({"any": [["a = 1", "b = 2"], "a = 1"]}, Or((And((A, B)), A))),
        ({"segment": "buyers"}, Member("buyers")),
        ({"never": "order"}, Missing("last_order_date")),
        ({"did": "v", "then": "o", "days": 3}, Followed("v", "o", 3, True, 90)),
        ({"did": "v", "not_then": "o", "days": 3, "within": 9}, Followed("v", "o", 3, False, 9)),
    ],
)
def test_text_lists_and_mappings_become_a_tree(said: Any, tree: Node) -> None:
    assert parse_condition(said) == tree


def test_each_condition_is_placed_where_it_is_written() -> None:
    said = {"all": ["a = 1", {"any": [{"never": "order"}, {"segment": "x"}]}, {"not": ["a = 1", "b = 2"]}]}
    issues: list[ValidationIssue] = []
    first, either, neither = read_condition(said, line, issues).parts  # type: ignore[union-attr]
    assert issues == []
    assert first.where == "all/0"
    assert [part.where for part in either.parts] == ["all/1/any/0", "all/1/any/1"]
    assert [leaf.where for leaf in leaves(neither)] == ["all/2/not/0", "all/2/not/1"]


def test_every_fault_is_told_at_once_and_everybody_stands_for_it() -> None:
    issues: list[ValidationIssue] = []
    tree = read_condition({"all": ["a =", "a = 1", {"al": ["a = 1"]}, {"not": {"did": "v"}}]}, line, issues)
    assert tree == And((Always(), A, Always(), Not(Always())))
    assert [(issue.code, issue.where) for issue in issues] == [
        ("unreadable_condition", "all/0"), ("no_condition", "all/2"), ("no_condition", "all/3/not"),
    ]  # fmt: skip
    # A word that is nearly right is named; else all forms are.
    assert (issues[1].fix, issues[2].fix[:11]) == ("Write all.", "Write text,")


@pytest.mark.parametrize(
    "said",
    [
        [], {"all": []}, {"any": "a = 1"}, {"all": ["a = 1"], "any": ["b = 2"]}, {"segment": 3}, {"never": ["order"]},
        {"did": "v", "then": "o"}, {"did": "v", "then": "o", "days": 3, "after": 1}, False, None,
    ],
)  # fmt: skip
def test_a_mapping_with_more_or_other_words_is_no_condition(said: Any) -> None:
    with pytest.raises(DefinitionError, match="is no condition"):
        parse_condition(said)
