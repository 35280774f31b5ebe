"""The tree: its canonical form, and the text that people read and write."""

from hypothesis import given
from segments.rules.trees import leaf, trees

from segspark.ids import version_of
from segspark.segments.rules.tree import Leaf, Node, from_json, text_of, to_json
from segspark.segments.rules.yaml import parse_condition


@given(trees)
def test_the_canonical_form_gives_the_tree_back_and_decides_its_version(node: Node) -> None:
    again = from_json(to_json(node))
    assert again == node
    assert version_of(to_json(again)) == version_of(to_json(node))


@given(leaf)
def test_what_an_explanation_shows_can_be_written(node: Leaf) -> None:
    assert parse_condition(text_of(node)) == node
