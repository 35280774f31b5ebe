"""The map of people: a projection on the two directions in which they differ most."""

from collections.abc import Sequence

import numpy as np

from segspark.models.clustering.documents.map import Map, Place


def project(points: np.ndarray, clusters: np.ndarray, centres: Sequence[Sequence[float]], n: int = 2_000) -> Map:
    """The map of a sample.

    Args:
        points: prepared values, in random order; the first n are used.
        clusters: the group of each.
    """
    mean = points.mean(axis=0)
    _, spread, directions = np.linalg.svd(points - mean, full_matrices=False)
    axes = np.zeros((2, points.shape[1]))
    axes[: len(directions)] = directions[:2]
    # The sign of a principal component is arbitrary; its largest coefficient is made positive.
    axes *= np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]

    def placed(rows: np.ndarray, names: Sequence[int]) -> tuple[Place, ...]:
        flat = (rows - mean) @ axes.T
        return tuple(
            Place(round(float(x), 4), round(float(y), 4), int(c)) for (x, y), c in zip(flat, names, strict=True)
        )

    variance = spread**2 / max(float((spread**2).sum()), 1e-300)
    return Map(
        placed(points[:n], clusters[:n].tolist()),
        placed(np.asarray(centres, dtype=float), range(len(centres))),
        tuple(round(float(v), 4) for v in variance[:2]),
    )
