"""Losses and ranks of predicted probabilities on arrays of people."""

import numpy as np
from scipy.stats import rankdata

# A probability of 0 or 1 would have an infinite loss.
LEAST = 1e-6


def losses(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The log-loss of each person."""
    p = np.clip(p, LEAST, 1 - LEAST)
    return np.asarray(-np.where(y > 0, np.log(p), np.log1p(-p)))


def squares(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The squared error of each person (Brier 1950)."""
    return np.asarray((p - y) ** 2)


def roc_auc(p: np.ndarray, y: np.ndarray) -> float:
    """The chance that somebody with the label has a higher score than somebody without; ties count a half."""
    n_positive = float(y.sum())
    n_negative = len(y) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    ranks = rankdata(p)
    return float((ranks[y > 0].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def roc_auc_by_counts(p: np.ndarray, y: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The same of people who count several times, for each row of counts (rounds x people)."""
    order = np.argsort(p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0])
    positive = np.add.reduceat(counts[:, order] * y[order], starts, axis=1)
    negative = np.add.reduceat(counts[:, order] * (1 - y[order]), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((positive * below).sum(axis=1) / pairs)


def top_tenth_rate(likely: np.ndarray, happened: np.ndarray) -> float:
    """How many of the tenth of people where something is most likely did it; of ties as many as fit, in proportion."""
    n = len(likely) / 10
    order = np.argsort(-likely, kind="stable")
    sorted_, hits = likely[order], happened[order].astype(float)
    edge = sorted_[int(np.ceil(n)) - 1]
    above, at = sorted_ > edge, sorted_ == edge
    return float((hits[above].sum() + hits[at].mean() * (n - above.sum())) / n)
