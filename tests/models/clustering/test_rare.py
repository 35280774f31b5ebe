"""Rare groups: small dense groups, people who are like nobody, and everybody else."""

from dataclasses import replace

import numpy as np
from models.clustering.few_people import N
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from segspark.models.clustering.behaviour import Behaviour, with_behaviour
from segspark.models.clustering.config import Rare
from segspark.models.clustering.density import NOISE, Density
from segspark.models.clustering.documents.rare import Rare as Document
from segspark.models.clustering.rare import RareModel, fit_rare, load_rare

# A group at 0 that is large, one at 10 that is rare.
MODEL = RareModel(
    Density(np.array([[0.0], [10.0]]), np.array([0, 1]), np.array([1.0, 1.0]), 2),
    ("dbscan:usual", "dbscan:1"),
    "dbscan",
    0.0,
)
EVERYWHERE, NEAR = np.array([[0.5], [10.5], [5.0]]), np.array([1.0, 1.0, 1.0])


def test_everybody_has_the_key_of_their_group_and_who_is_near_to_nobody_is_unusual() -> None:
    assert MODEL.density.assign(EVERYWHERE).tolist() == [0, 1, NOISE]
    found = MODEL.assign(EVERYWHERE, NEAR)
    assert found.tolist() == ["dbscan:usual", "dbscan:1", "dbscan:unusual"]


def test_where_only_far_people_were_fitted_nobody_nearer_is_unusual_but_a_group_reaches_them() -> None:
    far = replace(MODEL, far=2.0)
    found = far.assign(EVERYWHERE[[1, 2, 2]], np.array([1.0, 1.9, 2.0]))
    assert found.tolist() == ["dbscan:1", "dbscan:usual", "dbscan:unusual"]


def test_a_model_of_far_people_says_so_in_its_keys() -> None:
    document = Document("hdbscan", True, None, "", 4, (), 9, 1, 0, 2.5, ("hdbscan_far:0",), (), "00")
    loaded = load_rare(document, MODEL.density)
    assert (loaded.method, loaded.keys, loaded.far) == ("hdbscan_far", ("hdbscan_far:0",), 2.5)


def test_rare_people_have_a_group_oddities_none_and_the_rest_are_usual(people: DataFrame, fitted: Behaviour) -> None:
    """The stored points alone decide, on the rows of a day."""
    config = Rare(eps=0.5, min_samples=5)  # type: ignore[call-arg]
    model, points, labels, document = fit_rare(fitted.values, fitted.n_people, fitted.fitted.centres, config)
    assert (document.method, document.on_far, document.n_fitted, document.n_groups) == ("dbscan", False, N + 14, 1)
    assert document.n_noise == int((labels == -1).sum()) >= 2
    restored = load_rare(document, model.density)
    assigned = with_behaviour(fitted.model, people, fitted.fitted.centres, restored)
    found = {r["person_id"]: r for r in assigned.collect()}
    rare = {found[f"fe{at:04x}"]["rare"] for at in range(12)}
    assert len(rare) == 1
    assert rare < set(model.keys)
    assert {found[i]["rare"] for i in ("fd0001", "fd0002")} == {"dbscan:unusual"}
    # Of those who never did anything nothing is said.
    assert {(found[f"fc{at:04x}"]["rare"], found[f"fc{at:04x}"]["cluster"]) for at in range(10)} == {(None, None)}
    assert sum(r["rare"] == "dbscan:usual" for r in found.values()) > 0.9 * N
    assert found["fd0001"]["centre_distance"] > fitted.far_distance


def test_of_too_many_people_only_the_far_ones_are_fitted_and_the_row_says_so(
    people: DataFrame, fitted: Behaviour
) -> None:
    # The limit is far below what the configuration allows, so that a small list is too large.
    config = Rare(eps=0.5, min_samples=5).model_copy(update={"max_points": 30})  # type: ignore[call-arg]
    # The dozen would be near to a centre of their own.
    centres = [g.centre for g in fitted.groups if g.n_people > 50]
    model, points, _, document = fit_rare(fitted.values, fitted.n_people, centres, config)
    assert (document.on_far, len(points)) == (True, 30)
    found = with_behaviour(fitted.model, people, centres, model)
    keys = {r["person_id"]: r["rare"] for r in found.where(F.col("person_id").startswith("f")).collect()}
    assert keys["fe0003"] in {k for k in model.keys if not k.endswith("usual")}
    assert keys["fd0001"] == "dbscan_far:unusual"
    assert {r["rare"] for r in found.where(F.col("centre_distance") < document.far_distance).collect()} == {
        "dbscan_far:usual"
    }
