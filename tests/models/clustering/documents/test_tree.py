"""The hierarchy as it is stored."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import TREE

from segspark.models.clustering.documents.tree import Tree


@given(TREE)
def test_what_is_written_is_read_as_it_was(document: Tree) -> None:
    assert Tree.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["tree.json"]
    assert text(Tree.from_json(content).to_json()) == text(content)


def test_heights_are_those_of_the_joins() -> None:
    content = stored("today")["tree.json"]
    tree = Tree.from_json(content)
    assert list(tree.heights) == content["heights"] == sorted(content["heights"])
    assert (tree.joins[0].one, tree.joins[0].other, tree.joins[0].n_parts) == (1, 2, 2)
    assert set(tree.cuts) == {2, 3, 4}
    assert tree.segments[3].name["en"] == "Name d"
