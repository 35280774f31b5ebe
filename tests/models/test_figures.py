"""Pictures for the review of a model: which there are, that they are pictures, and that they show what differs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segspark.models import figures
from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.fitted import Fitted, Hierarchy
from segspark.models.clustering.ward import ward_tree
from segspark.models.evaluate.ranking import Bin, evaluate

CENTRES, SIZES = np.array([[0.0], [1.0], [10.0]]), np.array([50.0, 30.0, 20.0])
SWEEP = (SweepRow(2, 0.5, 9.0, 0.3, 0.9), SweepRow(3, 0.6, 4.0, 0.2, None))
FITTED = Fitted(
    (), 3, "", SWEEP, ((0.0,), (1.0,), (10.0,)),
    Hierarchy("prediction", CENTRES, SIZES, np.arange(3), ward_tree(CENTRES, SIZES)),
)  # fmt: skip
RARE = Rare("dbscan", False, 0.5, "knee", 4, (0.1, 0.2, 0.9), 3, 0, 1, 0.0, (), (), "")
RISKY = evaluate([Bin(0.9, 10, 9), Bin(0.5, 10, 5), Bin(0.1, 10, 1)])
FLAT = evaluate([Bin(0.5, 30, 15)])


def is_picture(png: bytes) -> bool:
    return png.startswith(b"\x89PNG\r\n") and len(png) > 1_000


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The axes of each picture, as they are when it is saved."""
    seen: list[Any] = []
    original = figures._png

    def noting(draw: Callable[[Any], None], n_axes: int = 2) -> bytes:
        def draw_and_note(axes: Any) -> None:
            draw(axes)
            seen.append(np.atleast_1d(axes))

        return original(draw_and_note, n_axes)

    monkeypatch.setattr(figures, "_png", noting)
    return seen


def test_the_choice_of_k_is_four_curves_with_the_chosen_one_marked(drawn: list[Any]) -> None:
    assert is_picture(figures.sweep_figure(SWEEP, 3))
    (axes,) = drawn
    curves = [ax.lines[0].get_ydata().tolist() for ax in axes]
    assert curves[0] == [9.0, 4.0]
    assert curves[1] == [0.5, 0.6]
    # Where stability was not looked at, the curve has a gap.
    assert curves[2][0] == 0.9
    assert np.isnan(curves[2][1])
    assert curves[3] == [0.3, 0.2]
    assert [set(ax.lines[1].get_xdata()) for ax in axes] == [{3}] * 4


def test_a_grouping_has_a_tree_where_something_joins() -> None:
    assert list(figures.cluster_figures(FITTED)) == ["sweep.png", "dendrogram.png"]
    alone = replace(FITTED.hierarchy, joins=np.zeros((0, 4)))
    assert list(figures.cluster_figures(replace(FITTED, hierarchy=alone))) == ["sweep.png"]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_cut_of_a_tree_meets_as_many_branches_as_there_are_groups(drawn: list[Any], k: int) -> None:
    tree = FITTED.hierarchy.joins
    assert is_picture(figures.dendrogram_figure(tree, k))
    (level,) = set(drawn[0][0].lines[-1].get_ydata())
    # Each join above the cut leaves one group more.
    assert int((tree[:, 2] > level).sum()) + 1 == k
    # It lies on no join, where one could not tell; but a single group is cut at the last.
    assert (level in [0.0, *tree[:, 2]]) == (k == 1)


def test_the_help_for_eps_shows_it_where_there_is_one(drawn: list[Any]) -> None:
    assert is_picture(figures.k_distance_figure(RARE))
    figures.k_distance_figure(replace(RARE, method="hdbscan", eps=None))
    with_eps, without = (axes[0].lines for axes in drawn)
    assert with_eps[0].get_ydata().tolist() == [0.1, 0.2, 0.9]
    assert set(with_eps[1].get_ydata()) == {0.5}
    assert len(without) == 1


def test_a_model_of_churn_is_shown_beside_recency_alone(drawn: list[Any]) -> None:
    found = figures.churn_figures(RISKY, FLAT)
    assert list(found) == ["churn.png"]
    assert is_picture(found["churn.png"])
    lift, calibration = drawn[0]
    model, baseline = (line.get_ydata() for line in lift.lines[:2])
    # Of thirty people with fifteen labels, nine of ten in the first third.
    assert model[0] == pytest.approx(1.8)
    assert set(baseline) == {1.0}
    assert calibration.lines[1].get_xdata()[0] == pytest.approx(0.9)
    assert calibration.lines[1].get_ydata()[-1] == pytest.approx(0.1)
