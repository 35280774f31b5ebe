"""The search for k: the quality of each number of groups on a sample, and the choice."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import adjusted_rand_score

from segspark.models.clustering.documents.sweep import SweepRow
from segspark.models.clustering.threads import one_thread

# Silhouettes that differ by less count as equal; then the elbow decides.
TIE = 0.02
# Number of pairs of halves compared, and of points fitted per half. With three pairs the mean of a k that is sometimes
# found otherwise moved by .1 from seed to seed, which a gate would turn into chance.
RESAMPLES = 10
HALF = 1_000


def inertia_of(points: np.ndarray, labels: np.ndarray) -> float:
    """The sum of squared distances to the mean of the own group, per point."""
    _, labels = np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels)
    means = np.stack([np.bincount(labels, points[:, at]) for at in range(points.shape[1])], axis=1) / sizes[:, None]
    return float(((points - means[labels]) ** 2).sum()) / len(points)


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


def choose_k(sweep: tuple[SweepRow, ...]) -> tuple[int, str] | None:
    """Of the k that pass every gate the one with the best silhouette, among near equals the one nearest to the elbow; and
    the reason. None if none passes."""
    passing = [r for r in sweep if not r.failed]
    if not passing:
        return None
    if len(sweep) == 1:
        return sweep[0].k, "the only number tried"
    failed = ", ".join(f"{r.k} ({', '.join(r.failed)})" for r in sweep if r.failed)
    gone = f"; not chosen for a gate that fails: k = {failed}" if failed else ""
    best = max(r.silhouette for r in passing)
    near = [r for r in passing if best - r.silhouette <= TIE]
    elbow = elbow_of(sweep)
    chosen = min(near, key=lambda r: (abs(r.k - elbow), -r.silhouette))
    if len(near) == 1:
        return chosen.k, f"best silhouette ({chosen.silhouette:.3f}); the elbow lies at {elbow}{gone}"
    equals = ", ".join(str(r.k) for r in near)
    return (
        chosen.k,
        f"silhouettes of k = {equals} are equal within {TIE}; {chosen.k} is nearest to the elbow at {elbow}{gone}",
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
