"""The map of people as it is stored."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import MAP

from segspark.models.clustering.documents.map import Map


@given(MAP)
def test_what_is_written_is_read_as_it_was(document: Map) -> None:
    assert Map.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["map.json"]
    assert text(Map.from_json(content).to_json()) == text(content)


def test_people_of_one_feature_differ_along_one_axis() -> None:
    line = {"points": [], "centres": [{"x": 1.0, "y": 0.0, "cluster": 0}], "explained_variance": [1.0]}
    assert Map.from_json(line).explained_variance == (1.0,)
