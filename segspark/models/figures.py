"""Plots for the review of a model, as PNG."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from segspark.models.clustering.documents.rare import Rare
from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.fitted import Fitted
from segspark.models.evaluate.evaluation import Evaluation

# Number of branches drawn in a dendrogram.
LAST_JOINS = 40


def _png(draw: Callable[[Any], None], n_axes: int = 2) -> bytes:
    # Without pyplot, whose state is global to the process: models are fitted in threads.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(10, 3.5 * n_axes), 4), layout="constrained")
    draw(figure.subplots(1, n_axes))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def sweep_figure(sweep: Sequence[SweepRow], chosen: int) -> bytes:
    """Elbow, silhouette, stability and the smallest share over k, the chosen k marked."""
    panels = (
        ("Sum of squares per person", [r.inertia for r in sweep]),
        ("Silhouette (Euclidean)", [r.silhouette for r in sweep]),
        ("Stability (adjusted Rand)", [_or_nan(r.stability) for r in sweep]),
        ("Smallest share", [_or_nan(r.smallest_share) for r in sweep]),
    )

    def draw(axes: Sequence[Any]) -> None:
        for ax, (title, values) in zip(axes, panels, strict=True):
            ax.plot([r.k for r in sweep], values, marker="o")
            ax.axvline(chosen, linestyle="--", color="grey")
            ax.set(title=title, xlabel="k")
            # k is an integer: no ticks between integers.
            ax.xaxis.get_major_locator().set_params(integer=True)

    return _png(draw, len(panels))


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def cluster_figures(fitted: Fitted) -> dict[str, bytes]:
    """The choice of k, and how groups join."""
    figures, tree = {"sweep.png": sweep_figure(fitted.sweep, fitted.k)}, fitted.hierarchy.joins
    return {**figures, "dendrogram.png": dendrogram_figure(tree, fitted.k)} if len(tree) else figures


def k_distance_figure(rare: Rare) -> bytes:
    """The k-distance curve for choosing eps: where distances to the k-th neighbour begin to grow fast."""

    def draw(axes: Any) -> None:
        axes.plot(np.linspace(0, 100, len(rare.k_distances)), rare.k_distances)
        if rare.eps is not None:
            axes.axhline(rare.eps, linestyle="--", color="grey", label=f"eps {rare.eps:g}: {rare.eps_reason}")
            axes.legend()
        axes.set(title=f"Distance to neighbour {rare.min_samples}", xlabel="% of the people", ylabel="distance")

    return _png(draw, 1)


def dendrogram_figure(tree: np.ndarray, k: int) -> bytes:
    """The last joins of a hierarchy, with the cut into k groups."""
    from scipy.cluster.hierarchy import dendrogram

    # The cut lies between the last join below it and the first above it.
    heights = [0.0, *tree[:, 2]]
    level = float(heights[-k] + heights[-k + 1]) / 2 if k > 1 else float(heights[-1])

    def draw(axes: Any) -> None:
        dendrogram(tree, p=LAST_JOINS, truncate_mode="lastp", ax=axes, color_threshold=level, no_labels=True)
        axes.axhline(level, linestyle="--", color="grey")
        axes.set(title=f"How groups join (Ward); the cut gives {k}", ylabel="height")

    return _png(draw, 1)


def churn_figures(model: Evaluation, baseline: Evaluation) -> dict[str, bytes]:
    """Lift by decile, compared with the baseline, and calibration."""

    def draw(axes: Sequence[Any]) -> None:
        lift, calibration = axes
        deciles = range(1, 11)
        lift.plot(deciles, [d.lift for d in model.deciles], marker="o", label="model")
        lift.plot(deciles, [d.lift for d in baseline.deciles], marker="s", label="recency alone")
        lift.axhline(1, color="grey", linewidth=0.8)
        lift.set(title="Lift by decile of risk", xlabel="decile, riskiest first", ylabel="lift")
        lift.legend()
        calibration.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
        calibration.plot([d.mean_score for d in model.deciles], [d.rate for d in model.deciles], marker="o")
        calibration.set(title="Calibration", xlabel="predicted", ylabel="observed")

    return {"churn.png": _png(draw)}
