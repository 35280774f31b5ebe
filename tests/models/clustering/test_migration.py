"""People under the last model and the new one: who moved, how much that is, and which group is which."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.documents.groups import GroupDocument
from segspark.models.clustering.documents.migration import Move, Shift
from segspark.models.clustering.matching import match_groups
from segspark.models.clustering.migration import compare_models, rand_of
from segspark.models.clustering.projection import project


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60))
def test_the_index_over_counts_is_that_over_people(pairs: list[tuple[int, int]]) -> None:
    counts: dict[tuple[int, int], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    before, after = zip(*pairs, strict=True)
    assert rand_of(counts) == pytest.approx(adjusted_rand_score(before, after))


BEFORE = [GroupDocument(0, "calm", {"fr": "calmes", "en": "calm"}, {"fr": "", "en": ""}, 50, (), {})]
AFTER = [*BEFORE, GroupDocument(1, "lively", {"fr": "vifs", "en": "lively"}, {"fr": "", "en": ""}, 50, (), {})]


def test_no_alarm_while_few_people_move() -> None:
    said = compare_models(
        "m/1", AFTER, AFTER, {("calm", "calm"): 48, ("lively", "lively"): 50, ("calm", "lively"): 2}, 0.7, 0.15
    )
    assert said.alarms == ()
    assert said.matrix[1] == Move("calm", "lively", 2)
    assert said.shares[0] == Shift("calm", {"fr": "calmes", "en": "calm"}, 0.5, 0.48)


def test_a_group_that_splits_raises_the_alarm_with_both_reasons() -> None:
    said = compare_models("m/1", BEFORE, AFTER, {("calm", "calm"): 60, ("calm", "lively"): 40}, 0.7, 0.15)
    assert [(a.measure, a.segment_id) for a in said.alarms] == [("rand", None), ("share", "calm"), ("share", "lively")]
    assert said.rand == 0


def test_shared_people_decide_where_the_features_changed() -> None:
    old = {"calm": [0.0, 0.0], "lively": [1.0, 1.0]}
    shared = {("calm", 1): 90, ("lively", 0): 80, ("calm", 0): 5}
    assert match_groups(old, [[0.0], [5.0]], 1.5, shared) == ["lively", "calm"]


def test_shared_people_outweigh_centres_that_moved_together() -> None:
    """Everybody slept a month longer: each centre now lies nearest to where another one was."""
    old = {"calm": [0.0], "lively": [1.0]}
    shared = {("calm", 0): 100, ("lively", 1): 100}
    assert match_groups(old, [[1.0], [2.0]], 1.5, shared) == ["calm", "lively"]


def test_neither_near_nor_shared_is_a_new_group() -> None:
    assert match_groups({"calm": [0.0]}, [[9.0]], 1.5, {("calm", 0): 0}) == [None]
    assert match_groups({"calm": [0.0]}, [[1.4]], 1.5, {("calm", 0): 1, ("gone", 0): 99}) in ([None], ["calm"])


def test_the_map_keeps_what_differs_most_and_is_bounded() -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(3_000, 4)) * [9, 3, 0.1, 0.1]
    said = project(points, np.zeros(3_000, dtype=int), [[9.0, 0, 0, 0]], 100)
    assert len(said.points) == 100
    assert said.explained_variance == pytest.approx([0.9, 0.1], abs=0.02)
    assert said.centres[0].x == pytest.approx(9, abs=0.5)
    assert project(points[:, :1], np.zeros(3_000, dtype=int), [[1.0]]).points[0].y == 0
