"""A tree's leaves in groups: each leaf once, and tables that stay small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.shapley.toys import Shape, grown, tree

from segspark.errors import CheckFailed
from segspark.models.shapley.groups import MOST_SPLITS, SPLITS, groups_of, tables_of

LEAF: Shape = (1.0, 1.0)


def chain(n: int, feature: int | None = None) -> Shape:
    """A path of n splits with a leaf at each."""
    shape = LEAF
    for at in range(n):
        shape = (at if feature is None else feature, float(at), shape, LEAF)
    return shape


@given(st.integers(0, 10_000), st.integers(0, 8))
def test_every_leaf_is_in_one_group_and_no_group_needs_more_than_it_must(seed: int, depth: int) -> None:
    grove = tree(grown(np.random.default_rng(seed), depth, range(4)), weight=0.5)
    groups = groups_of(grove)
    values = sorted(leaf.value for group in groups for leaf in group.leaves)
    assert values == sorted(0.5 * grove.value[grove.left < 0])
    for group in groups:
        assert set(group.splits) == {split for leaf in group.leaves for split in leaf.splits}
        assert len(group.splits) <= max(SPLITS, *(len(leaf.splits) for leaf in group.leaves), 0)


def test_a_full_tree_of_depth_four_is_two_groups() -> None:
    # Seven splits of either half, and the root's.
    full = grown(np.random.default_rng(1), 4, range(10_000), is_full=True)
    assert [len(group.splits) for group in groups_of(tree(full))] == [8, 8]


def test_siblings_share_a_table_however_deep_they_are() -> None:
    (*_, deepest) = sorted(groups_of(tree(chain(10))), key=lambda group: len(group.splits))
    assert (len(deepest.splits), len(deepest.leaves)) == (10, 11)


def test_the_same_split_on_both_sides_is_one_bit() -> None:
    same: Shape = (1, 2.0, LEAF, LEAF)
    (group,) = groups_of(tree((0, 0.0, same, same)))
    assert group.splits == ((0, 0.0), (1, 2.0))


def test_shares_of_an_input_that_is_asked_twice_are_multiplied() -> None:
    (group,) = groups_of(tree((0, 5.0, (0, 2.0, (1.0, 3.0), (2.0, 1.0)), (4.0, 4.0))))
    # Half go left, three quarters of them again.
    assert [leaf.shares for leaf in group.leaves] == [(0.375,), (0.125,), (0.5,)]
    assert [leaf.expected for leaf in group.leaves] == [0.375, 0.25, 2.0]


def test_a_table_says_what_each_pattern_gives_to_each_input() -> None:
    groups = groups_of(tree((3, 5.0, (10.0, 1.0), (20.0, 3.0))))
    (table,) = tables_of(groups)
    # Expected are 17.5; a set bit goes left.
    assert groups[0].features == (3,)
    assert table.tolist() == [[2.5, -7.5]]
    assert groups[0].n_bytes == table.nbytes


def test_a_path_too_long_for_a_table_is_refused() -> None:
    assert groups_of(tree(chain(MOST_SPLITS)))
    with pytest.raises(CheckFailed, match=f"{MOST_SPLITS + 1} splits.*smaller max_depth"):
        groups_of(tree(chain(MOST_SPLITS + 1)))
