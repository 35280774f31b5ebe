"""Rare groups at training, and as they are found again on a day."""

from datetime import date

import numpy as np
import pytest
from builders import step_of
from models.clustering.few_people import N, Trained

from segspark.errors import CheckFailed
from segspark.features.flow import FEATURES
from segspark.models.clustering import rare_groups
from segspark.models.clustering.behaviour import Behaviour
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.rare_groups import active_rare, train_rare
from segspark.tables.lake import Lake


def rare_of(trained: Trained) -> Rare:
    assert trained.documents.rare is not None
    return trained.documents.rare


def test_a_rare_group_is_described_and_the_two_others_are_always_there(trained: Trained, fitted: Behaviour) -> None:
    rare, unusual, usual = sorted(rare_of(trained).groups, key=lambda g: g.kind)
    assert [g.kind for g in (rare, unusual, usual)] == ["group", "unusual", "usual"]
    assert rare.name["en"].startswith("Rare group: ")
    assert rare.name["fr"].startswith("Groupe rare : ")
    # The dozen have more of everything than the list.
    assert rare.n_people == 12
    assert all(z > 1 for z in rare.z_scores.values())
    assert rare.key in rare_of(trained).keys
    assert (unusual.key, usual.key) == ("dbscan:unusual", "dbscan:usual")
    assert rare.n_people + unusual.n_people + usual.n_people == fitted.n_people == N + 14


def test_the_next_training_knows_its_rare_group_again(trained: Trained, fitted: Behaviour) -> None:
    later = step_of(FEATURES, trained.workspace, Lake(trained.workspace.lake), date(2026, 7, 1))  # type: ignore[arg-type]
    again, _ = train_rare(later, fitted, rare_of(trained))
    (before,) = (g for g in rare_of(trained).groups if g.kind == "group")
    (now,) = (g for g in again.groups if g.kind == "group")
    assert (now.segment_id, now.name["en"]) == (before.segment_id, before.name["en"])
    fresh, _ = train_rare(later, fitted, None)
    assert before.segment_id not in {g.segment_id for g in fresh.groups}
    # Those two are the same in every training.
    fixed = [[g.segment_id for g in rare.groups if g.kind != "group"] for rare in (again, fresh)]
    assert fixed[0] == fixed[1]


def test_the_groups_of_a_model_are_found_with_it(trained: Trained) -> None:
    model = active_rare(trained.workspace.mlflow, trained.loaded, rare_of(trained))
    (rare,) = (g for g in rare_of(trained).groups if g.kind == "group")
    place = np.array([rare.centre])
    assert model.assign(place, np.array([9.0])).tolist() == [rare.key]


def test_other_points_than_those_that_were_registered_are_refused(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = rare_groups.read_bytes
    monkeypatch.setattr(rare_groups, "read_bytes", lambda *where: original(*where) + b" ")
    with pytest.raises(CheckFailed, match=r"rare_points.arrow of small_behaviour/1 is not the file"):
        active_rare(trained.workspace.mlflow, trained.loaded, rare_of(trained))
