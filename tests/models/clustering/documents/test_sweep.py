"""The search for k as it is stored."""

import json

from hypothesis import given
from models.clustering.documents.stored import stored, text
from models.clustering.documents.strategies import SWEEP

from segspark.models.clustering.documents.sweep import SQUARED, Sweep, SweepRow


@given(SWEEP)
def test_what_is_written_is_read_as_it_was(document: Sweep) -> None:
    assert Sweep.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_the_stored_form_stays() -> None:
    content = stored("today")["sweep.json"]
    assert text(Sweep.from_json(content).to_json()) == text(content)


def test_the_first_models_measured_neither_stability_nor_shares() -> None:
    row = Sweep.from_json(stored("first")["sweep.json"]).rows[0]
    assert (row.k, row.silhouette, row.inertia, row.smallest_share, row.stability) == (2, 0.3, 5.5, None, None)


def test_silhouettes_that_do_not_say_their_distances_are_of_squared_ones() -> None:
    assert Sweep.from_json(stored("today")["sweep.json"]).distance == SQUARED
    assert Sweep((SweepRow(2, 0.3, 1.0, 0.5, 0.9, ("size",)),)).to_json() == {
        "distance": "euclidean",
        "rows": [
            {"k": 2, "silhouette": 0.3, "inertia": 1.0, "smallest_share": 0.5, "stability": 0.9, "failed": ["size"]}
        ],
    }


def test_a_k_is_found_if_it_was_tried() -> None:
    sweep = Sweep.from_json(stored("today")["sweep.json"])
    row = sweep.of(3)
    assert row is not None
    assert (row.k, row.stability, row.smallest_share) == (3, 0.8, 0.1)
    assert sweep.of(9) is None
