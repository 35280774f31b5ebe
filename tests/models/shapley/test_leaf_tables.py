"""Values of rows are the Shapley values by definition, and add up to what the model says."""

import pickle
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models.shapley.toys import Shape, ensemble, grown, margin, shapley

from segspark.models.shapley.leaf_tables import BLOCK, LeafTables
from segspark.models.shapley.trees import Ensemble, Tree

N = 4


def forest(seed: int, n_trees: int, depth: int, n_features: int = N, is_full: bool = False) -> Ensemble:
    rng = np.random.default_rng(seed)
    shapes = [grown(rng, depth, range(n_features), is_full) for _ in range(n_trees)]
    return ensemble(*shapes, n_features=n_features, weight=0.3)


def rows(seed: int, n: int, n_features: int = N) -> np.ndarray:
    """Some are equal to thresholds."""
    return np.random.default_rng(seed).integers(-1, 5, (n, n_features)) * 1.0


@settings(max_examples=40)
@given(st.integers(0, 100_000), st.integers(0, 3), st.integers(0, 5))
def test_values_are_those_of_the_definition(seed: int, n_trees: int, depth: int) -> None:
    model, people = forest(seed, n_trees, depth), rows(seed, 4)
    tables = LeafTables.compile(model)
    assert tables.values(people) == pytest.approx(np.array([shapley(model, row) for row in people]), abs=1e-12)


@given(st.integers(0, 100_000), st.integers(1, 9))
def test_base_and_values_add_up_to_the_margin(seed: int, depth: int) -> None:
    model, people = forest(seed, 3, depth, 9), rows(seed, 20, 9)
    tables = LeafTables.compile(model)
    found = tables.base + tables.values(people).sum(axis=1)
    assert found == pytest.approx([margin(model, row) for row in people], abs=1e-12)


def test_a_stump_by_hand() -> None:
    tables = LeafTables.compile(ensemble((1, 2.0, (10.0, 1.0), (20.0, 3.0)), n_features=3, weight=0.5))
    assert tables.base == 8.75
    # At the threshold a row goes left.
    assert tables.values(np.array([[9.0, 2.0, 9.0], [9.0, 2.1, 9.0]])).tolist() == [[0, -3.75, 0], [0, 1.25, 0]]


def test_a_tree_of_one_leaf_adds_to_the_base_alone() -> None:
    tables = LeafTables.compile(ensemble((7.0, 3.0), n_features=2))
    assert (tables.base, tables.values(np.ones((2, 2))).tolist()) == (7.0, [[0, 0], [0, 0]])


def test_a_side_where_nobody_was_is_expected_of_nobody() -> None:
    tables = LeafTables.compile(ensemble((0, 1.0, (5.0, 0.0), (2.0, 9.0)), n_features=1))
    assert tables.base == 2.0
    assert tables.values(np.array([[0.0], [3.0]])).tolist() == [[3.0], [0.0]]


def test_below_a_side_where_nobody_was_both_ways_are_as_likely() -> None:
    tables = LeafTables.compile(ensemble((0, 1.0, (1, 1.0, (10.0, 0.0), (20.0, 0.0)), (2.0, 9.0)), n_features=2))
    # Expected: 2 of nothing and of input 1, 15 of input 0, 10 of both.
    assert tables.values(np.zeros((1, 2))) == pytest.approx(np.array([[10.5, -2.5]]), abs=1e-14)


def test_inputs_that_the_tree_treats_alike_get_the_same() -> None:
    both: Shape = (0, 1.0, (1, 1.0, (8.0, 1.0), (2.0, 1.0)), (1, 1.0, (2.0, 1.0), (0.0, 1.0)))
    (row,) = LeafTables.compile(ensemble(both, n_features=2)).values(np.zeros((1, 2)))
    # From an expected 3 to 8.
    assert row == pytest.approx([2.5, 2.5], abs=1e-14)


def test_an_input_that_no_tree_asks_for_gets_nothing_at_all() -> None:
    shapes = [grown(np.random.default_rng(seed), 4, (0, 2)) for seed in range(5)]
    values = LeafTables.compile(ensemble(*shapes, n_features=N)).values(rows(1, 50))
    assert not values[:, [1, 3]].any()
    assert values[:, [0, 2]].any(axis=0).all()


def test_rows_are_the_same_in_any_block() -> None:
    tables, few = LeafTables.compile(forest(3, 5, 4)), rows(2, 7)
    n = BLOCK + 3
    many = few[np.arange(n) % 7]
    assert (tables.values(many) == tables.values(few)[np.arange(n) % 7]).all()
    assert tables.values(few[:0]).shape == (0, N)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="3 inputs; the model has 4"):
        LeafTables.compile(forest(1, 1, 2)).values(np.zeros((1, 3)))


def test_tables_that_are_not_kept_say_the_same() -> None:
    model, people = forest(5, 3, 6), rows(5, 100)
    kept, built = LeafTables.compile(model), LeafTables.compile(model, kept_bytes=1_000)
    assert (kept.values(people) == built.values(people)).all()


def test_memory_is_bounded_for_the_deepest_trees() -> None:
    # Their tables have more than is kept.
    model, people = forest(7, 3, 10, 45, is_full=True), rows(7, 5, 45)
    tracemalloc.start()
    tables = LeafTables.compile(model)
    values = tables.values(people)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(group.n_bytes for groups in tables._groups for group in groups) > 64 << 20
    assert peak < 32 << 20
    assert tables.base + values.sum(axis=1) == pytest.approx([margin(model, row) for row in people], abs=1e-12)


def test_a_pickle_holds_the_trees_alone() -> None:
    tables, people = LeafTables.compile(forest(1, 60, 4, 45, is_full=True)), rows(1, 10, 45)
    content = pickle.dumps(tables)
    assert len(content) < 200_000
    again = pickle.loads(content)
    assert again.base == tables.base
    assert (again.values(people) == tables.values(people)).all()


def leaves_below(tree: Tree) -> np.ndarray:
    n = np.ones(len(tree.left))
    for node in np.flatnonzero(tree.left >= 0)[::-1]:
        n[node] = n[tree.left[node]] + n[tree.right[node]]
    return n


@pytest.mark.parametrize(("n_trees", "depth"), [(30, 4), (2, 9)])
def test_values_are_those_of_the_shap_library(n_trees: int, depth: int) -> None:
    shap = pytest.importorskip("shap", reason="shap is not installed; values by definition are compared without it")
    rng = np.random.default_rng(4)
    model, people = forest(4, n_trees, depth, 45, is_full=True), rng.normal(1.5, 2, (50, 45))
    # It divides by covers, so somebody was at every leaf.
    model = Ensemble(tuple(replace(tree, cover=tree.cover + leaves_below(tree)) for tree in model.trees), 45)
    theirs = shap.TreeExplainer(
        {
            "trees": [
                {
                    "children_left": t.left.astype(np.int32), "children_right": t.right.astype(np.int32),
                    "children_default": t.right.astype(np.int32), "features": t.feature.astype(np.int32),
                    "thresholds": t.threshold, "values": t.value[:, None] * t.weight, "node_sample_weight": t.cover,
                }
                for t in model.trees
            ]
        },
        feature_perturbation="tree_path_dependent",
    )  # fmt: skip
    tables = LeafTables.compile(model)
    assert tables.base == pytest.approx(float(np.ravel(theirs.expected_value)[0]), abs=1e-12)
    assert tables.values(people) == pytest.approx(np.reshape(theirs.shap_values(people), people.shape), abs=1e-12)
