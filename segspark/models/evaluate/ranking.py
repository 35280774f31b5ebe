"""How well scores rank people, from one small table of score bins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segspark.models.evaluate.evaluation import Decile, Evaluation

N_BINS = 2000


@dataclass(frozen=True)
class Bin:
    """People with (nearly) the same score: mean score, number of people, number with the label."""

    score: float
    n: int
    n_positive: int


def bins_of(scores: np.ndarray, y: np.ndarray) -> list[Bin]:
    """Scores in 0..1 rounded to bins of 1/2000, with the people and positives of each, the highest first."""
    _, at = np.unique(-np.round(scores * N_BINS), return_inverse=True)
    n, positive, total = np.bincount(at), np.bincount(at, weights=y), np.bincount(at, weights=scores)
    return [Bin(float(t / k), int(k), int(p)) for t, k, p in zip(total, n, positive, strict=True)]


def evaluate(bins: Sequence[Bin]) -> Evaluation:
    """Metrics of a score; ties are treated as ties.

    Args:
        bins: highest score first.
    """
    n = np.array([b.n for b in bins], dtype=float)
    positive = np.array([b.n_positive for b in bins], dtype=float)
    score = np.array([b.score for b in bins])
    total, n_positive = n.sum(), positive.sum()
    negative = n - positive
    n_negative = total - n_positive
    true, false = np.cumsum(positive), np.cumsum(negative)
    wins = np.sum(positive * (n_negative - false + negative / 2))
    precision = true / (true + false)
    roc = wins / (n_positive * n_negative) if n_positive and n_negative else float("nan")
    pr = np.sum(precision * positive) / n_positive if n_positive else float("nan")
    brier = np.sum(positive * (1 - score) ** 2 + negative * score**2) / total
    deciles = _deciles(n, positive, score)
    return Evaluation(
        int(total), float(n_positive / total), float(roc), float(pr), float(brier), deciles[0].lift, deciles
    )


def _deciles(n: np.ndarray, positive: np.ndarray, score: np.ndarray) -> tuple[Decile, ...]:
    """Tenths of the people; a bin across an edge is split in proportion."""
    total, base = n.sum(), positive.sum() / n.sum()
    ends = np.cumsum(n)
    result = []
    for i in range(10):
        low, high = total * i / 10, total * (i + 1) / 10
        share = np.clip(np.minimum(ends, high) - np.maximum(ends - n, low), 0, None)
        size = share.sum()
        rate = float((share * positive / n).sum() / size)
        mean = float((share * score).sum() / size)
        result.append(Decile(round(size), mean, rate, rate / base if base else float("nan")))
    return tuple(result)
