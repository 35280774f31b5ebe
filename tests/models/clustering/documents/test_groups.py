"""Groups as they are stored beside their model."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import GROUPS

from segspark.models.clustering.documents.groups import Groups


@given(GROUPS)
def test_what_is_written_is_read_as_it_was(document: Groups) -> None:
    assert Groups.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["groups.json"]
    assert text(Groups.from_json(content).to_json()) == text(content)


def test_groups_of_the_first_models_have_neither_paths_nor_coarser_groups_nor_a_mean() -> None:
    content = stored("first")["groups.json"]
    groups = Groups.from_json(content)
    assert (groups.around, groups.mean, groups.far_distance) == ((), None, None)
    assert [g.full_path for g in groups.groups] == [("a",), ("b",), ("gone",), ("d",)]
    # Versions of a scheme are hashes of the stored groups: nothing is added to what an old model lacks.
    assert [text(g.to_json()) for g in groups.groups] == [text(g) for g in content["groups"]]


def test_a_group_has_its_names_in_both_languages_and_its_way_down() -> None:
    groups = Groups.from_json(stored("today")["groups.json"])
    b = groups.groups[1]
    assert (b.cluster, b.name, b.description["en"]) == (1, {"fr": "Nom b : été", "en": "Name b"}, "said b")
    assert b.full_path[-1] == "b"
    assert [a.segment_id for a in groups.around if "b" in a.members] == list(b.full_path[:-1])
    assert b.parts is None
