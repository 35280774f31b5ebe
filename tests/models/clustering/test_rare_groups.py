"""Rare groups at training, and as they are found again on a day."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import step_of
from models.clustering.few_people import N, Trained, raw_values
from pyspark.sql import DataFrame

from segspark.errors import CheckFailed
from segspark.features.flow import FEATURES
from segspark.models.clustering import rare_groups
from segspark.models.clustering.behaviour import Behaviour
from segspark.models.clustering.density import Density
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.plain_rules import in_words
from segspark.models.clustering.rare import RareModel
from segspark.models.clustering.rare_groups import VALUE, active_rare, described, train_rare
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
    # In the other half the rule finds five of the six, and one of the oddities, who has as many orders.
    assert rare.rule is not None
    assert (rare.rule.precision, rare.rule.recall) == (pytest.approx(5 / 6), pytest.approx(5 / 6))
    # Each spent a hundred for an order.
    assert rare.description == in_words(rare.rule)
    assert rare.value_cents == pytest.approx(6_055)
    assert (unusual.key, usual.key) == ("dbscan:unusual", "dbscan:usual")
    assert rare.n_people + unusual.n_people + usual.n_people == fitted.n_people == N + 14


def test_the_next_training_knows_its_rare_group_again(trained: Trained, fitted: Behaviour, people: DataFrame) -> None:
    raw = raw_values(people)
    later = step_of(FEATURES, trained.workspace, Lake(trained.workspace.lake), date(2026, 7, 1))  # type: ignore[arg-type]
    again, _ = train_rare(later, fitted, raw, rare_of(trained))
    (before,) = (g for g in rare_of(trained).groups if g.kind == "group")
    (now,) = (g for g in again.groups if g.kind == "group")
    assert (now.segment_id, now.name["en"]) == (before.segment_id, before.name["en"])
    fresh, _ = train_rare(later, fitted, raw, None)
    assert before.segment_id not in {g.segment_id for g in fresh.groups}
    # Those two are the same in every training.
    fixed = [[g.segment_id for g in rare.groups if g.kind != "group"] for rare in (again, fresh)]
    assert fixed[0] == fixed[1]


def test_groups_that_no_rule_describes_are_usual(
    trained: Trained, fitted: Behaviour, people: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rare_groups, "find_rule", lambda values, is_member: None)
    step = step_of(FEATURES, trained.workspace, Lake(trained.workspace.lake), date(2026, 7, 1))  # type: ignore[arg-type]
    found, _ = train_rare(step, fitted, raw_values(people), None)
    assert {g.kind for g in found.groups} == {"usual", "unusual"}
    assert set(found.keys) == {"dbscan:usual"}
    assert (found.n_groups, found.n_undescribed) == (0, 1)
    assert sum(g.n_people for g in found.groups) == fitted.n_people


def test_the_group_that_spends_most_comes_first_and_one_without_a_rule_is_not_kept() -> None:
    places = np.repeat([0.0, 10.0, 20.0, 0.1], [400, 20, 20, 20])
    density = Density(np.array([[10.0], [20.0], [0.1]]), np.arange(3), np.full(3, 0.05), 1)
    result: Any = SimpleNamespace(
        preparation=SimpleNamespace(apply=lambda raw: raw["x"][:, None], features=[SimpleNamespace(name="x")]),
        fitted=SimpleNamespace(centres=((0.0,),)),
    )
    spent = np.where(places == 10, 5.0, np.where(places == 20, 9.0, np.nan))
    # Nothing tells the third group from the many around it.
    raw = {"x": np.where(places == 0.1, 0.0, places), VALUE: spent}
    found = described(RareModel(density, ("d:0", "d:1", "d:2"), "d", 0.0), [0, 1, 2], result, raw)
    assert [(g, value) for g, (_, value) in found.items()] == [(1, 9.0), (0, 5.0)]


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
