"""Plots for the review of a model, as PNG."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from segspark.models.clustering.kmeans import SweepRow
from segspark.models.evaluate.ranking import Evaluation


def _png(draw: Callable[[Any], None]) -> bytes:
    # Not by pyplot, whose state is the process's: models are fitted in threads.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    draw(figure.subplots(1, 2))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def sweep_figure(sweep: Sequence[SweepRow], chosen: int) -> bytes:
    """Elbow and silhouette over k, the chosen k marked."""

    def draw(axes: Sequence[Any]) -> None:
        ks = [r.k for r in sweep]
        for ax, values, title in (
            (axes[0], [r.inertia for r in sweep], "Sum of squares per person"),
            (axes[1], [r.silhouette for r in sweep], "Silhouette (squared Euclidean)"),
        ):
            ax.plot(ks, values, marker="o")
            ax.axvline(chosen, linestyle="--", color="grey")
            ax.set(title=title, xlabel="k")

    return _png(draw)


def churn_figures(model: Evaluation, baseline: Evaluation) -> dict[str, bytes]:
    """Lift by decile beside the baseline, and calibration."""

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
