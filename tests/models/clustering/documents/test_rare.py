"""Rare groups as they are stored."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import RARE

from segspark.models.clustering.documents.rare import Rare


@given(RARE)
def test_what_is_written_is_read_as_it_was(document: Rare) -> None:
    assert Rare.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["rare.json"]
    assert text(Rare.from_json(content).to_json()) == text(content)


def test_a_small_group_has_a_place_and_the_others_have_none() -> None:
    small, usual, unusual = Rare.from_json(stored("before_trees")["rare.json"]).groups
    assert (small.kind, small.centre, small.z_scores) == ("group", (2.5, 1.0), {"n_order_365d": 2.5})
    assert [(g.kind, g.centre) for g in (usual, unusual)] == [("usual", ()), ("unusual", ())]
