"""The search for k: the quality of each number of groups on a sample, and the choice."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.threads import one_thread

# Silhouettes that differ by less count as equal; then the elbow decides.
TIE = 0.02
# Number of pairs of halves compared, and of points fitted per half.
RESAMPLES = 3
HALF = 1_000


def sweep_row(points: np.ndarray, labels: np.ndarray, k: int, stability: float | None = None) -> SweepRow:
    """The quality of one grouping of a sample."""
    sizes = np.bincount(labels, minlength=k)
    sums = np.stack([np.bincount(labels, points[:, at], minlength=k) for at in range(points.shape[1])], axis=1)
    means = sums / np.maximum(sizes, 1)[:, None]
    inertia = float(((points - means[labels]) ** 2).sum()) / len(points)
    return SweepRow(k, squared_silhouette(points, labels, k), inertia, float(sizes.min()) / len(points), stability)


def stability_of(points: np.ndarray, fit: Callable[[np.ndarray], np.ndarray], seed: int) -> float:
    """The mean adjusted Rand index of groups fitted to two disjoint halves, both applied to all points.

    Args:
        points: in any order; at most ``HALF`` of each half are fitted.
        fit: points -> centres of their groups.
    """
    rng, scores = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        order = rng.permutation(len(points))
        half = min(HALF, len(points) // 2)
        with one_thread():
            centres = [fit(points[order[at : at + half]]) for at in (0, half)]
        first, second = (nearest(points, c) for c in centres)
        scores.append(adjusted_rand_score(first, second))
    return float(np.mean(scores))


def nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The nearest centre of each point."""
    norms = (centres**2).sum(axis=1)
    return np.asarray((norms[None, :] - 2 * points @ centres.T).argmin(axis=1))


def squared_silhouette(points: np.ndarray, labels: np.ndarray, k: int) -> float:
    """The mean silhouette with squared Euclidean distances, in closed form, as in MLlib's ClusteringEvaluator.

    The mean squared distance to a group's points is ``|x|^2 - 2 x.mean + mean|y|^2``; for a point's own group the point
    itself does not count, and a group of one has silhouette 0 (Rousseeuw 1987).
    """
    sizes = np.bincount(labels, minlength=k).astype(float)
    sums = np.zeros((k, points.shape[1]))
    np.add.at(sums, labels, points)
    norms = (points**2).sum(axis=1)
    norm_sums = np.bincount(labels, weights=norms, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = norms[:, None] - 2 * points @ (sums / sizes[:, None]).T + (norm_sums / sizes)[None, :]
    own = np.arange(len(points)), labels
    inside = means[own] * sizes[labels] / np.maximum(sizes[labels] - 1, 1)
    means[:, sizes == 0] = np.inf
    means[own] = np.inf
    nearest = means.min(axis=1)
    value = np.where(sizes[labels] > 1, (nearest - inside) / np.maximum(nearest, inside).clip(min=1e-300), 0.0)
    return float(value.mean())


def choose_k(sweep: tuple[SweepRow, ...]) -> tuple[int, str]:
    """The k with the best silhouette, among near equals the one nearest to the elbow; and the reason."""
    if len(sweep) == 1:
        return sweep[0].k, "k is set by the configuration"
    best = max(r.silhouette for r in sweep)
    near = [r for r in sweep if best - r.silhouette <= TIE]
    elbow = elbow_of(sweep)
    chosen = min(near, key=lambda r: (abs(r.k - elbow), -r.silhouette))
    if len(near) == 1:
        return chosen.k, f"best silhouette ({chosen.silhouette:.3f}); the elbow lies at {elbow}"
    equals = ", ".join(str(r.k) for r in near)
    return (
        chosen.k,
        f"silhouettes of k = {equals} are equal within {TIE}; {chosen.k} is nearest to the elbow at {elbow}",
    )


def elbow_of(sweep: tuple[SweepRow, ...]) -> int:
    """The k whose inertia lies farthest below the line from the first to the last (kneedle, Satopaa et al. 2011)."""
    first, last = sweep[0], sweep[-1]
    run, drop = last.k - first.k, first.inertia - last.inertia
    if run == 0 or drop <= 0:
        return first.k

    def below(row: SweepRow) -> float:
        return (first.inertia - row.inertia) / drop - (row.k - first.k) / run

    return max(sweep, key=below).k
